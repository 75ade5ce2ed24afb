import type { IncomingMessage } from "node:http";
import type { Description, Operation, Reply } from "./description.ts";
import { type HeldKey, KeyRing } from "./keys.ts";
import { readBody, segmentsOf } from "./request.ts";
import type { Trouble } from "./trouble.ts";

/** A request that arrived. Without values. */
export interface Seen {
  /** As the provider publishes it, e.g. `DELETE /api-keys/{id}`; the plain path where it publishes none. */
  readonly operation: string;
  readonly status: number;
  /** In what it differs from the published format. */
  readonly mistake?: string;
}

type Admin = "works" | "refused" | "forbidden";

/** One provider as it is played. */
export class ProviderDouble {
  readonly description: Description;
  readonly keys: KeyRing;
  /** By the names that its secret gives them. */
  readonly adminSecret: Readonly<Record<string, string>>;
  /** What the provider says to the administrator's credential. */
  admin: Admin = "works";
  readonly seen: Seen[] = [];
  readonly #now: () => number;
  #trouble: { readonly trouble: Trouble; left: number } | undefined;

  constructor(description: Description, now: () => number) {
    this.description = description;
    this.keys = new KeyRing(now, description.maxKeys);
    this.adminSecret = description.admin();
    this.#now = now;
  }

  /** A key that somebody else has made, by hand say. */
  handOut(name: string, attributes?: HeldKey["attributes"]): HeldKey {
    return this.keys.add(this.description.mint(), name, attributes);
  }

  /** @param times of how many requests; absent: until it ends */
  begin(trouble: Trouble, times = Number.POSITIVE_INFINITY): void {
    this.#trouble = { trouble, left: times };
  }

  end(): void {
    this.#trouble = undefined;
  }

  /** What the next request meets, if anything. */
  get trouble(): Trouble | undefined {
    return this.#trouble && this.#trouble.left > 0 ? this.#trouble.trouble : undefined;
  }

  /** A request has met the trouble. */
  spend(): void {
    if (this.#trouble) this.#trouble.left -= 1;
  }

  async answer(request: IncomingMessage, url: URL): Promise<Reply> {
    const found = this.#find(request, url);
    const title = found?.title ?? `${request.method} ${url.pathname}`;
    const reply = found
      ? await this.#run(request, url, found.operation, found.segments)
      : this.description.refusals.notFound;
    const [mistake, answered] =
      typeof reply === "string"
        ? [{ mistake: reply }, this.description.refusals.invalid(reply)]
        : [found ? {} : { mistake: "no such operation" }, reply];
    this.seen.push({ operation: title, status: answered.status, ...mistake });
    return answered;
  }

  #find(request: IncomingMessage, url: URL) {
    const { operations, hosts } = this.description;
    for (const operation of operations) {
      if (operation.method !== request.method) continue;
      if ((operation.host ?? hosts[0]) !== url.hostname) continue;
      const segments = segmentsOf(operation.path, url.pathname);
      if (segments) return { operation, segments, title: `${operation.method} ${operation.path}` };
    }
    return undefined;
  }

  async #run(
    request: IncomingMessage,
    url: URL,
    operation: Operation,
    path: Readonly<Record<string, string>>,
  ): Promise<Reply | string> {
    const { refusals, segments = {}, headers = {}, mint } = this.description;
    for (const [name, pattern] of Object.entries(headers))
      if (!pattern.test(`${request.headers[name] ?? ""}`)) return `header ${name}`;
    const body = await readBody(request, operation.encoding).catch(() => bodyMistake);
    if (body === bodyMistake) return `body: not ${operation.encoding}`;
    const caller = operation.by === "anybody" ? undefined : this.#callerOf(request, operation);
    if (caller && "status" in caller) return caller;
    for (const [name, expected] of Object.entries(segments))
      if (name in path && !fits(path[name] ?? "", expected)) return refusals.notFound;
    return operation.run({
      ...{ keys: this.keys, now: this.#now, mint, body, admin: this.adminSecret },
      path: { id: "", ...path },
      query: Object.fromEntries(url.searchParams),
      caller,
    });
  }

  #callerOf(request: IncomingMessage, operation: Operation): HeldKey | undefined | Reply {
    const { refusals, shown, credential } = this.description;
    const { by, toKey, toRefused, unauthorized = refusals.unauthorized } = operation;
    const presented = shown(request.headers);
    if (presented === undefined) return unauthorized;
    if (presented === credential(this.adminSecret) && by !== "key") {
      if (this.admin === "works") return undefined;
      return this.admin === "refused" ? unauthorized : refusals.forbidden;
    }
    const key = this.keys.accept(presented);
    if (!key) {
      const refused = this.keys.ofCredential(presented);
      return (refused && toRefused?.(refused)) ?? unauthorized;
    }
    if (by !== "admin") return key;
    return (toKey ? toKey(key) : refusals.forbidden) ?? key;
  }
}

const fits = (text: string, expected: string | RegExp): boolean =>
  typeof expected === "string" ? text === expected : expected.test(text);

const bodyMistake = Symbol("no body of this encoding");

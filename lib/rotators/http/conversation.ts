import { AdminKeyRefused, ProviderBusy, ProviderUnavailable } from "../key/errors.ts";
import type { Access } from "../key/provider.ts";
import { adminHeaders, adminName, keyHeaders } from "./authorize.ts";
import { fitsOne, type When } from "./condition.ts";
import { KeyIncomplete } from "./errors.ts";
import { answered } from "./patience.ts";
import type { Reply } from "./reply.ts";
import { outgoing, type Question } from "./request.ts";
import type { HttpSpec } from "./spec.ts";
import type { Silence, Transport } from "./transport.ts";
import { type Call, valuesOf } from "./values.ts";

/** A request that succeeds or fails. */
export type Request = Question & { readonly ok: readonly When[] };

/** What a request is filled in with, beside the time. */
export interface Details extends Omit<Call, "now" | "leaked"> {
  /** Query parameters that are fixed, not templates. */
  readonly query?: Readonly<Record<string, string>>;
}

/** Between requests to one provider: no more of them than it allows. */
export interface Pace {
  /** When the last one was sent, in milliseconds since 1970. */
  last: number;
  /** How many were sent. */
  count: number;
}

/** In one invocation; more would be a preset that turns in circles. */
const mostRequests = 300;

/** The requests of one call of the port. The administrator's secret is read once in it. */
export class Conversation {
  readonly spec: HttpSpec;
  readonly at: Access;
  readonly #transport: Transport;
  readonly #pace: Pace;
  #admin: Promise<Readonly<Record<string, string>>> | undefined;

  constructor(spec: HttpSpec, transport: Transport, pace: Pace, at: Access) {
    this.spec = spec;
    this.at = at;
    this.#transport = transport;
    this.#pace = pace;
  }

  /** Whatever the answer is. */
  async ask(question: Question, details: Details): Promise<Reply | Silence> {
    const { spec, at } = this;
    const call = { ...details, leaked: at.leaked, now: at.now() };
    const headers = {
      ...spec.preset.headers,
      ...(question.as === "key"
        ? keyHeaders(spec, details.key ?? at.current)
        : await this.#asAdmin()),
    };
    this.#requireSide(question);
    const host = spec.hosts[question.host] ?? "";
    const sent = outgoing(question, host, valuesOf(spec, call), headers, details.query);
    if ("missing" in sent) throw this.#incomplete(question, sent.missing, details);
    await this.#keepPace();
    return this.#transport(sent, at.signal);
  }

  /** An answer that is neither silence nor a failure of the server. @throws ProviderUnavailable, ProviderBusy */
  send(question: Question, details: Details): Promise<Reply> {
    const { method, path } = question;
    return answered(this.spec.preset.title, `${method} ${path}`, this.at, () =>
      this.ask(question, details),
    );
  }

  /** As `send`, and it succeeded. @param what it does, e.g. `list keys` @throws AdminKeyRefused */
  async succeed(request: Request, details: Details, what: string): Promise<Reply> {
    const reply = await this.send(request, details);
    const values = valuesOf(this.spec, { ...details, now: this.at.now() });
    if (fitsOne(reply, request.ok, values)) return reply;
    throw this.failed(request, reply, what);
  }

  /** The error for a reply that reports a failure. HTML comes from a proxy or firewall in front of the provider. */
  failed(question: Question, reply: Reply, what: string): AdminKeyRefused | ProviderUnavailable {
    const { title, auth } = this.spec.preset;
    const { status, text } = reply;
    const isPage = text?.trimStart().startsWith("<") ?? false;
    const isRefusal = status === 401 || status === 403 || fitsOne(reply, auth.admin?.refused ?? []);
    if (question.as === "admin" && isRefusal && !isPage)
      return new AdminKeyRefused(title, adminName(this.spec), what);
    return this.unavailable(
      question,
      ` answered HTTP ${status}${text === undefined ? "" : ", and not in JSON"}`,
    );
  }

  unavailable({ method, path }: Question, why: string): ProviderUnavailable {
    return new ProviderUnavailable(this.spec.preset.title, `${method} ${path}${why}`);
  }

  #incomplete(question: Question, missing: string, { reply }: Details) {
    if (reply === undefined) return new KeyIncomplete(this.spec.preset.title, missing);
    return this.unavailable(question, ": the reply before it has another form");
  }

  #asAdmin() {
    this.#admin ??= adminHeaders({ spec: this.spec, transport: this.#transport, at: this.at });
    return this.#admin;
  }

  /** Headers go to the hosts that the preset lists for their side, and to no other. */
  #requireSide(question: Question): void {
    const { auth } = this.spec.preset;
    const side = question.as === "admin" && this.spec.admin ? auth.admin : auth.key;
    if (side?.hosts.includes(question.host) ?? true) return;
    throw this.unavailable(question, `: ${question.host} is not a host for these headers`);
  }

  async #keepPace(): Promise<void> {
    this.#pace.count += 1;
    if (this.#pace.count > mostRequests) throw new ProviderBusy(this.spec.preset.title, 60);
    const since = this.at.now().getTime() - this.#pace.last;
    const pause = Math.ceil(1000 / this.spec.preset.limits.perSecond) - since;
    if (pause > 0 && since >= 0) await this.at.sleep(pause);
    this.#pace.last = this.at.now().getTime();
  }
}

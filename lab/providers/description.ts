import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import type { HeldKey, KeyRing, Minted } from "./keys.ts";

export interface Reply {
  readonly status: number;
  /** As JSON. */
  readonly body?: unknown;
  /** Instead of JSON. Without either there is no body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an operation works with. */
interface Setting {
  readonly keys: KeyRing;
  readonly now: () => number;
  readonly mint: () => Minted;
  /** What the administrator's secret holds. */
  readonly admin: Readonly<Record<string, string>>;
}

interface Call<Query = unknown, Body = unknown> extends Setting {
  /** The variable segments of the path; `id` also where there is none. */
  readonly path: Readonly<Record<string, string>> & { readonly id: string };
  readonly query: Query;
  readonly body: Body;
  /** A key, or the administrator; whoever it is where the operation is for anybody. */
  readonly caller: HeldKey | undefined;
}

export type Encoding = "none" | "json" | "form" | "multipart";

export interface Operation {
  readonly method: string;
  /** With `{name}` for each variable segment. */
  readonly path: string;
  /** The first one of the provider where absent. */
  readonly host?: string | undefined;
  /** Who may call it; `both`: a key as well as the administrator; `anybody`: it asks for no credential. */
  readonly by: "admin" | "key" | "both" | "anybody";
  readonly encoding: Encoding;
  /** What a live key is told that calls an operation of the administrator; `undefined`: it may. */
  readonly toKey?: ((key: HeldKey) => Reply | undefined) | undefined;
  /** Instead of the provider's usual answer to a credential that is not accepted. */
  readonly unauthorized?: Reply | undefined;
  /** What a key that is not accepted is told; `undefined`: as other credentials. */
  readonly toRefused?: ((key: HeldKey) => Reply | undefined) | undefined;
  /** @returns a text that says in what the request differs from the published format */
  run(call: Call): Reply | string;
}

interface OperationOptions<Query extends z.ZodType, Body extends z.ZodType>
  extends Pick<Operation, "by" | "host" | "toKey" | "toRefused" | "unauthorized"> {
  /** Absent: no parameters. */
  readonly query?: Query;
  /** One of these at most; absent: no body. */
  readonly json?: Body;
  readonly form?: Body;
  readonly multipart?: Body;
  answer(call: Call<z.output<Query>, z.output<Body>>): Reply;
}

const nothing = z.strictObject({}).optional();

/**
 * One operation as it is published: fields that the publication does not know are refused, and so are missing ones that
 * it requires.
 * @param request e.g. `DELETE /api-keys/{id}`
 */
export function operation<
  Query extends z.ZodType = typeof nothing,
  Body extends z.ZodType = typeof nothing,
>(request: string, options: OperationOptions<Query, Body>): Operation;
export function operation(
  request: string,
  options: OperationOptions<z.ZodType, z.ZodType>,
): Operation {
  const [method = "", path = ""] = request.split(" ");
  const { by, host, toKey, toRefused, unauthorized } = options;
  const queryShape = options.query ?? nothing;
  const bodyShape = options.json ?? options.form ?? options.multipart ?? nothing;
  return {
    ...{ method, path, host, by, toKey, toRefused, unauthorized },
    encoding: encodingOf(options),
    run(call) {
      const query = queryShape.safeParse(call.query);
      if (!query.success) return `query: ${z.prettifyError(query.error)}`;
      const body = bodyShape.safeParse(call.body);
      if (!body.success) return `body: ${z.prettifyError(body.error)}`;
      return options.answer({ ...call, query: query.data, body: body.data });
    },
  };
}

function encodingOf(options: Readonly<Partial<Record<Encoding, unknown>>>): Encoding {
  if (options.json) return "json";
  if (options.form) return "form";
  return options.multipart ? "multipart" : "none";
}

/** What a provider says where no operation answers. */
export interface Refusals {
  /** No credential, or one that is not accepted. */
  readonly unauthorized: Reply;
  /** The administrator's credential lacks the right. */
  readonly forbidden: Reply;
  /** No such path, parameter of the path, or method. */
  readonly notFound: Reply;
  readonly rateLimited: Reply;
  /** The server itself fails. */
  readonly down: Reply;
  /** @param what is wrong with the request */
  invalid(what: string): Reply;
}

/** A provider by its published wire format. */
export interface Description {
  readonly name: string;
  /** Where the format is published. */
  readonly sources: readonly string[];
  readonly hosts: readonly string[];
  /** What the variable segments of paths must be, where they are not a key's id. */
  readonly segments?: Readonly<Record<string, string | RegExp>>;
  /** Headers that every request must carry, as a pattern. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** Keys that it lets exist at once; absent: it tells no limit. */
  readonly maxKeys?: number;
  readonly refusals: Refusals;
  /** An administrator's credential, made up: by the names that its secret gives them. */
  admin(): Readonly<Record<string, string>>;
  mint(): Minted;
  /** How a key with this id is called in requests and replies; absent: by it. */
  readonly called?: (id: string) => string;
  /** What a caller shows: of the administrator `credential(admin)`, of a key `HeldKey.credential`. */
  shown(headers: IncomingHttpHeaders): string | undefined;
  credential(admin: Readonly<Record<string, string>>): string;
  readonly operations: readonly Operation[];
}

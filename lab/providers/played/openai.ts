import { z } from "zod";
import type { Refusals, Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, pageAfter, unixTime } from "../paging.ts";
import { characters } from "../random.ts";

const error = (status: number, type: string, code: string | null, message: string): Reply => ({
  status,
  body: { error: { message, type, param: null, code } },
});

export const refusals: Refusals = {
  unauthorized: error(
    401,
    "invalid_request_error",
    "invalid_api_key",
    "Incorrect API key provided.",
  ),
  forbidden: error(
    403,
    "invalid_request_error",
    null,
    "You have insufficient permissions for this operation. Missing scopes: api.management.write.",
  ),
  notFound: error(404, "invalid_request_error", null, "Not found."),
  rateLimited: error(429, "requests", "rate_limit_exceeded", "Rate limit reached."),
  down: error(500, "server_error", null, "The server had an error while processing your request."),
  invalid: (what) => error(400, "invalid_request_error", "invalid_value", what),
};

export const source = "openai/openai-openapi@f85dbe2 openapi.yaml";
export const hosts = ["api.openai.com"];
export const adminKey = () => `sk-admin-${characters(48)}`;
export const credential = (admin: Readonly<Record<string, string>>) => admin["api_key"] ?? "";
export const listed = z.strictObject({
  limit: count(1, 100),
  after: z.string().optional(),
  order: z.enum(["asc", "desc"]).optional(),
});

export function list(
  keys: readonly HeldKey[],
  { limit = 20, after }: z.output<typeof listed>,
  item: (key: HeldKey) => unknown,
  idOf = ({ id }: HeldKey) => id,
): Reply {
  const { items, hasMore } = pageAfter(keys, after, limit, idOf);
  const [first_id = null, last_id = null] = [items[0], items.at(-1)].map((key) => key && idOf(key));
  const data = items.map(item);
  return { status: 200, body: { object: "list", data, first_id, last_id, has_more: hasMore } };
}

export const lastUsed = ({ lastUsedAt }: HeldKey) =>
  lastUsedAt === undefined ? null : unixTime(lastUsedAt);

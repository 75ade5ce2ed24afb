import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import { count, isoTime, pageAfter } from "../paging.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (status: number, name: string, message: string): Reply => ({
  status,
  body: { statusCode: status, name, message },
});

const token = () => `re_${characters(8, "base58")}_${characters(24, "base58")}`;
const restricted = error(
  401,
  "restricted_api_key",
  "This API key is restricted to only send emails",
);

/** A full key may do all that the administrator's may, which is one. */
const toKey = ({ attributes }: { attributes: Readonly<Record<string, unknown>> }) =>
  attributes["permission"] === "sending_access" ? restricted : undefined;

export const resend: Description = {
  name: "resend",
  sources: [
    "resend/resend-openapi@fd6f395 resend.yaml",
    "https://resend.com/docs/api-reference/errors",
    "resend/resend-node src/api-keys/__recordings__",
  ],
  hosts: ["api.resend.com"],
  headers: { "user-agent": /./ },
  refusals: {
    unauthorized: error(400, "validation_error", "API key is invalid"),
    forbidden: restricted,
    notFound: error(404, "not_found", "The requested endpoint does not exist."),
    rateLimited: error(429, "rate_limit_exceeded", "Too many requests."),
    down: error(500, "internal_server_error", "An unexpected error occurred."),
    invalid: (what) => error(422, "validation_error", what),
  },
  admin: () => ({ api_key: token() }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: bearer,
  mint() {
    const secret = token();
    return { id: randomUUID(), credential: secret, values: { secret } };
  },
  operations: [
    operation("POST /api-keys", {
      by: "admin",
      toKey,
      json: z.strictObject({
        name: z.string(),
        permission: z.enum(["full_access", "sending_access"]).optional(),
        domain_id: z.string().optional(),
      }),
      answer({ keys, mint, body: { name, permission = "full_access", domain_id } }) {
        const key = keys.add(mint(), name, { permission, domain_id });
        return {
          status: 201,
          body: { object: "api_key", id: key.id, token: key.values["secret"] },
        };
      },
    }),
    operation("GET /api-keys", {
      by: "admin",
      toKey,
      query: z.strictObject({ limit: count(1, 100), after: z.string().optional() }),
      answer({ keys, query: { limit = 20, after } }) {
        const { items, hasMore } = pageAfter(keys.all, after, limit);
        const data = items.map(({ id, name, createdAt, lastUsedAt }) => ({
          ...{ id, name, created_at: isoTime(createdAt) },
          last_used_at: lastUsedAt === undefined ? null : isoTime(lastUsedAt),
        }));
        return { status: 200, body: { object: "list", has_more: hasMore, data } };
      },
    }),
    operation("DELETE /api-keys/{id}", {
      by: "admin",
      toKey,
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return error(404, "not_found", "API key not found");
        keys.remove(key);
        return { status: 200, body: { object: "api_key", id, deleted: true } };
      },
    }),
  ],
};

import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime, pageAfter } from "../paging.ts";
import { characters } from "../random.ts";
import { header } from "../shown.ts";

const error = (status: number, type: string, message: string): Reply => ({
  status,
  body: { type: "error", error: { type, message }, request_id: `req_${characters(24)}` },
});
const notFound = error(404, "not_found_error", "API key not found");

const statusOf = ({ isDeleted, isDisabled }: HeldKey) => {
  if (isDeleted) return "archived";
  return isDisabled ? "inactive" : "active";
};
const item = (key: HeldKey) => {
  const secret = key.values["secret"] ?? "";
  return {
    ...{ type: "api_key", id: key.id, name: key.name, status: statusOf(key) },
    ...{ created_at: isoTime(key.createdAt), created_by: { id: "user_1", type: "user" } },
    partial_key_hint: `${secret.slice(0, 18)}...${secret.slice(-4)}`,
    ...{ workspace_id: null, expires_at: null },
  };
};

/** A person makes the keys; the administrator's API can end them. */
export const anthropic: Description = {
  name: "anthropic",
  sources: [
    "https://platform.claude.com/docs/en/api/admin/api_keys",
    "https://platform.claude.com/docs/en/api/errors",
    "anthropics/anthropic-sdk-python@7887f56 src/anthropic/resources/beta/organization/api_keys.py",
  ],
  hosts: ["api.anthropic.com"],
  headers: { "anthropic-version": /^2023-06-01$/ },
  refusals: {
    unauthorized: error(401, "authentication_error", "invalid x-api-key"),
    forbidden: error(403, "permission_error", "Your API key lacks permission."),
    notFound,
    rateLimited: error(429, "rate_limit_error", "Too many requests."),
    down: error(529, "overloaded_error", "Overloaded"),
    invalid: (what) => error(400, "invalid_request_error", what),
  },
  admin: () => ({ api_key: `sk-ant-admin01-${characters(80)}` }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: header("x-api-key"),
  mint() {
    const secret = `sk-ant-api03-${characters(95)}`;
    return { id: `apikey_01${characters(22)}`, credential: secret, values: { secret } };
  },
  operations: [
    operation("GET /v1/organizations/api_keys", {
      by: "admin",
      query: z.strictObject({
        limit: count(1, 1000),
        after_id: z.string().optional(),
        status: z.enum(["active", "inactive", "archived", "expired"]).optional(),
        workspace_id: z.string().optional(),
        created_by_user_id: z.string().optional(),
      }),
      answer({ keys, query: { limit = 20, after_id, status } }) {
        const shown = keys.ever.filter((key) => !status || statusOf(key) === status);
        const { items, hasMore } = pageAfter(shown, after_id, limit);
        const [first_id, last_id] = [items[0]?.id ?? null, items.at(-1)?.id ?? null];
        return {
          status: 200,
          body: { data: items.map(item), has_more: hasMore, first_id, last_id },
        };
      },
    }),
    operation("POST /v1/organizations/api_keys/{id}", {
      by: "admin",
      json: z.strictObject({
        name: z.string().optional(),
        status: z.enum(["active", "inactive", "archived"]).optional(),
      }),
      answer({ keys, path: { id }, body: { status } }) {
        const key = keys.findEver(id);
        if (!key) return notFound;
        if (status === "archived") keys.remove(key);
        else if (key.isDeleted) return error(400, "invalid_request_error", "The key is archived.");
        else if (status) keys.setDisabled(key, status === "inactive");
        return { status: 200, body: item(key) };
      },
    }),
    operation("GET /v1/models", {
      by: "key",
      query: z.strictObject({ limit: count(1, 1000) }),
      answer: () => ({ status: 200, body: { data: [], has_more: false } }),
    }),
  ],
};

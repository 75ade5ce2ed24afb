import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime, pageAfter } from "../paging.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error: { code, message, type: "invalid_request_error" } },
});
const notFound = error(404, "not_found", "Object not found.");

/** A key made by hand shows its secret once only, in the dashboard. */
const item = ({ id, name, values, createdAt, lastUsedAt, isDeleted }: HeldKey) => ({
  ...{ id, object: "v2.iam.api_key", name, type: "secret_key", livemode: true },
  ...{ status: isDeleted ? "expired" : "active", created: isoTime(createdAt), ip_allowlist: [] },
  ...(lastUsedAt !== undefined && { last_used: isoTime(lastUsedAt) }),
  secret_key: { secret_token_redacted: `rk_live_...${values["secret"]?.slice(-4)}` },
});

export const stripe: Description = {
  name: "stripe",
  sources: [
    "stripe/stripe-node (branch private-preview) src/resources/V2/Iam/ApiKeys.ts",
    "https://docs.stripe.com/keys",
    "https://docs.stripe.com/api-v2-overview",
  ],
  hosts: ["api.stripe.com"],
  headers: { "stripe-version": /^\d{4}-\d{2}-\d{2}\.\w+$/ },
  refusals: {
    unauthorized: error(401, "api_key_invalid", "Invalid API Key provided."),
    forbidden: error(403, "more_permissions_required", "The provided key lacks permissions."),
    notFound,
    rateLimited: error(429, "rate_limit", "Too many requests."),
    down: error(500, "api_error", "An error occurred."),
    invalid: (what) => error(400, "invalid_fields", what),
  },
  admin: () => ({ api_key: `sk_live_${characters(99)}` }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: bearer,
  mint() {
    const secret = `rk_live_${characters(99)}`;
    return { id: `mk_${characters(24)}`, credential: secret, values: { secret } };
  },
  operations: [
    operation("GET /v2/iam/api_keys", {
      by: "admin",
      query: z.strictObject({
        include_expired: z.enum(["true", "false"]).optional(),
        limit: count(1, 100),
        page: z.string().optional(),
      }),
      answer({ keys, query: { limit = 20, page } }) {
        const { items, hasMore } = pageAfter(keys.all, page, limit);
        const next = `/v2/iam/api_keys?limit=${limit}&page=${items.at(-1)?.id}`;
        const [data, next_page_url] = [items.map(item), hasMore ? next : null];
        return { status: 200, body: { data, next_page_url, previous_page_url: null } };
      },
    }),
    operation("POST /v2/iam/api_keys/{id}/expire", {
      by: "admin",
      json: z.strictObject({}).optional(),
      answer({ keys, path: { id } }) {
        const key = keys.findEver(id);
        if (!key) return notFound;
        if (key.isDeleted) return error(400, "api_key_expired", "This key has expired.");
        keys.remove(key);
        return { status: 200, body: item(key) };
      },
    }),
    operation("GET /v1/charges", {
      by: "key",
      query: z.strictObject({ limit: count(1, 100) }),
      answer: ({ caller }) =>
        caller?.attributes["rights"] === "none"
          ? error(403, "more_permissions_required", "The provided key lacks permissions.")
          : { status: 200, body: { object: "list", data: [], has_more: false } },
    }),
  ],
};

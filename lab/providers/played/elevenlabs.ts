import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { unixTime } from "../paging.ts";
import { characters } from "../random.ts";
import { header } from "../shown.ts";

const error = (code: number, status: string, message: string): Reply => ({
  status: code,
  body: { detail: { status, message } },
});
const notFound = error(404, "api_key_not_found", "API key not found.");
const path = "/v1/service-accounts/{account}/api-keys";
const secretKey = () => `sk_${characters(48, "hex")}`;
const limits = {
  character_limit: z.int().nullable().optional(),
  allowed_ips: z.array(z.string()).nullable().optional(),
  third_party_disable_allowed: z.boolean().nullable().optional(),
};
const permissions = z.union([z.literal("all"), z.array(z.string())]);

const item = ({ id, name, isDisabled, createdAt, attributes }: HeldKey) => ({
  ...{ name, hint: "1a2b", key_id: id, service_account_user_id: "sa_1" },
  ...{ created_at_unix: unixTime(createdAt), is_disabled: isDisabled, disable_reason: null },
  ...{ permissions: null, character_limit: null, character_count: 0, hashed_xi_api_key: "9f86" },
  ...attributes,
});

export const elevenlabs: Description = {
  name: "elevenlabs",
  sources: ["elevenlabs/elevenlabs-js@8710089 src/api/resources/serviceAccounts/resources/apiKeys"],
  hosts: ["api.elevenlabs.io"],
  segments: { account: "sa_1" },
  refusals: {
    unauthorized: error(401, "invalid_api_key", "Invalid API key"),
    forbidden: error(403, "missing_permissions", "The API key misses a permission."),
    notFound,
    rateLimited: error(429, "too_many_concurrent_requests", "Too many requests."),
    down: error(500, "internal_server_error", "Something went wrong."),
    invalid: (what) => ({
      status: 422,
      body: { detail: [{ loc: ["body"], msg: what, type: "value_error" }] },
    }),
  },
  admin: () => ({ api_key: secretKey() }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: header("xi-api-key"),
  mint() {
    const secret = secretKey();
    return { id: characters(20), credential: secret, values: { secret } };
  },
  operations: [
    operation(`POST ${path}`, {
      by: "admin",
      json: z.strictObject({ name: z.string(), permissions, ...limits }),
      answer({ keys, mint, body: { name, ...attributes } }) {
        const key = keys.add(mint(), name, attributes);
        return { status: 200, body: { "xi-api-key": key.values["secret"], key_id: key.id } };
      },
    }),
    operation(`GET ${path}`, {
      by: "admin",
      answer: ({ keys }) => ({ status: 200, body: { "api-keys": keys.all.map(item) } }),
    }),
    operation(`PATCH ${path}/{id}`, {
      by: "admin",
      json: z.strictObject({
        is_enabled: z.boolean().nullable().optional(),
        name: z.string().nullable().optional(),
        permissions: permissions.nullable().optional(),
        ...limits,
      }),
      answer({ keys, path: { id }, body: { is_enabled } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        if (typeof is_enabled === "boolean") keys.setDisabled(key, !is_enabled);
        return { status: 200, body: { status: "ok" } };
      },
    }),
    operation(`DELETE ${path}/{id}`, {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.remove(key);
        return { status: 200, body: { status: "ok" } };
      },
    }),
    operation("GET /v1/user", {
      by: "key",
      answer({ caller }) {
        const rights = caller?.attributes["permissions"];
        if (Array.isArray(rights) && !rights.includes("user_read"))
          return error(401, "missing_permissions", "The API key misses the permission user_read.");
        return { status: 200, body: { user_id: "u_1", subscription: { tier: "creator" } } };
      },
    }),
  ],
};

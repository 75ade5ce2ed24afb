import { z } from "zod";
import { type Description, operation } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { unixTime } from "../paging.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";
import { adminKey, credential, hosts, lastUsed, list, listed, refusals, source } from "./openai.ts";

/** A key of this kind manages its kind. */
export const openaiAdmin: Description = {
  name: "openai-admin-key",
  sources: [source],
  hosts,
  refusals,
  admin: () => ({ api_key: adminKey() }),
  credential,
  shown: bearer,
  mint() {
    const secret = adminKey();
    return { id: `key_${characters(16)}`, credential: secret, values: { secret } };
  },
  operations: [
    operation("POST /v1/organization/admin_api_keys", {
      by: "both",
      json: z.strictObject({
        name: z.string(),
        expires_in_seconds: z.int().min(1).max(31_536_000).optional(),
      }),
      answer({ keys, mint, body: { name } }) {
        const key = keys.add(mint(), name);
        return { status: 200, body: { ...adminItem(key), value: key.values["secret"] } };
      },
    }),
    operation("GET /v1/organization/admin_api_keys", {
      by: "both",
      query: listed,
      answer: ({ keys, query }) => list(keys.all, query, adminItem),
    }),
    operation("DELETE /v1/organization/admin_api_keys/{id}", {
      by: "both",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return refusals.notFound;
        keys.remove(key);
        return {
          status: 200,
          body: { object: "organization.admin_api_key.deleted", id, deleted: true },
        };
      },
    }),
  ],
};

function adminItem(key: HeldKey) {
  const { id, name, createdAt } = key;
  return {
    object: "organization.admin_api_key",
    ...{ id, name, redacted_value: "sk-admin...xyz", created_at: unixTime(createdAt) },
    ...{ last_used_at: lastUsed(key), expires_at: null },
    owner: { type: "user", object: "organization.user", id: "user_1", role: "owner" },
  };
}

import { z } from "zod";
import { type Description, operation } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { unixTime } from "../paging.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";
import { adminKey, credential, hosts, lastUsed, list, listed, refusals, source } from "./openai.ts";

const account = ({ id, name, createdAt }: HeldKey) => ({
  object: "organization.project.service_account",
  ...{ id, name, role: "member", created_at: unixTime(createdAt) },
});

const keyId = ({ values }: HeldKey) => values["key"] ?? "";

const projectKey = (key: HeldKey) => ({
  object: "organization.project.api_key",
  ...{ id: keyId(key), name: "Secret Key", redacted_value: "sk-svc...abc" },
  ...{ created_at: unixTime(key.createdAt), last_used_at: lastUsed(key) },
  owner_project_access: "active",
  owner: { type: "service_account", service_account: account(key) },
});

/** The key hangs on a service account, and dies with it. */
export const openaiProject: Description = {
  name: "openai-project-key",
  sources: [source],
  hosts,
  segments: { project: "proj_a1B2c3D4e5F6" },
  refusals,
  admin: () => ({ api_key: adminKey() }),
  credential,
  shown: bearer,
  mint() {
    const secret = `sk-svcacct-${characters(48)}`;
    const values = { secret, key: `key_${characters(16)}` };
    return { id: `svc_acct_${characters(12)}`, credential: secret, values };
  },
  operations: [
    operation("POST /v1/organization/projects/{project}/service_accounts", {
      by: "admin",
      json: z.strictObject({
        name: z.string().min(1),
        create_service_account_only: z.boolean().nullish(),
      }),
      answer({ keys, mint, body: { name } }) {
        const key = keys.add(mint(), name);
        const api_key = {
          object: "organization.project.service_account.api_key",
          ...{ id: key.values["key"], name: "Secret Key", created_at: unixTime(key.createdAt) },
          value: key.values["secret"],
        };
        return { status: 200, body: { ...account(key), api_key } };
      },
    }),
    operation("GET /v1/organization/projects/{project}/service_accounts", {
      by: "admin",
      query: listed.omit({ order: true }),
      answer: ({ keys, query }) => list(keys.all, query, account),
    }),
    operation("DELETE /v1/organization/projects/{project}/service_accounts/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return refusals.notFound;
        keys.remove(key);
        const object = "organization.project.service_account.deleted";
        return { status: 200, body: { object, id, deleted: true } };
      },
    }),
    operation("GET /v1/organization/projects/{project}/api_keys", {
      by: "admin",
      query: listed.omit({ order: true }).extend({ owner_project_access: z.string().optional() }),
      answer: ({ keys, query }) => list(keys.all, query, projectKey, keyId),
    }),
    operation("GET /v1/me", {
      by: "key",
      answer: ({ caller }) => ({ status: 200, body: { object: "user", id: caller?.id } }),
    }),
  ],
};

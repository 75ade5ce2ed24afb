import { randomInt } from "node:crypto";
import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime } from "../paging.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (status: number, message: string): Reply => ({
  status,
  body: { request_id: characters(24, "hex"), code: "", message },
});
const path = "/api/v2/organizations/{organization}/api_keys";

const item = ({ id, name, createdAt, lastUsedAt, attributes }: HeldKey) => ({
  ...{ id: Number(id), name, created_at: isoTime(createdAt), last_used_from_addr: "" },
  ...{ created_by: { id: "629982cc-de05-43db-ae16-28f2399c4910", name: "Jo", image: "" } },
  ...{ last_used_at: lastUsedAt === undefined ? null : isoTime(lastUsedAt), ...attributes },
});

export const neon: Description = {
  name: "neon",
  sources: ["kislerdm/neon-sdk-go@0afc13e generator/fixtures/openapi.json (Neon's own)"],
  hosts: ["console.neon.tech"],
  segments: { organization: "org-morning-bread-81040908" },
  refusals: {
    unauthorized: error(401, "authentication failed"),
    forbidden: error(403, "not allowed"),
    notFound: error(404, "not found"),
    rateLimited: error(429, "rate limit exceeded"),
    down: error(500, "internal error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ api_key: `napi_${characters(64)}` }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: bearer,
  mint() {
    const secret = `napi_${characters(64)}`;
    return { id: `${randomInt(2 ** 40)}`, credential: secret, values: { secret } };
  },
  operations: [
    operation(`POST ${path}`, {
      by: "admin",
      json: z.strictObject({
        key_name: z.string().max(64),
        project_id: z
          .string()
          .regex(/^[a-z0-9-]{1,60}$/)
          .optional(),
      }),
      answer({ keys, mint, body: { key_name, ...attributes } }) {
        const key = keys.add(mint(), key_name, attributes);
        const { id, name, created_at, created_by } = item(key);
        const body = { id, name, created_at, created_by: created_by.id, key: key.values["secret"] };
        return { status: 200, body: { ...body, ...attributes } };
      },
    }),
    operation(`GET ${path}`, {
      by: "admin",
      answer: ({ keys }) => ({ status: 200, body: keys.all.map(item) }),
    }),
    operation(`DELETE ${path}/{id}`, {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return error(404, "api key not found");
        keys.remove(key);
        return { status: 200, body: { ...item(key), revoked: true } };
      },
    }),
    operation("GET /api/v2/projects", {
      by: "key",
      query: z.strictObject({ limit: count(1, 400), org_id: z.string().optional() }),
      answer: () => ({ status: 200, body: { projects: [], pagination: { cursor: "" } } }),
    }),
  ],
};

import { randomInt } from "node:crypto";
import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime, pageFrom } from "../paging.ts";
import { characters } from "../random.ts";
import { header } from "../shown.ts";

const error = (status: number, message: string): Reply => ({ status, body: { message } });
const path = "/api/v4/projects/{project}/access_tokens";
const dayMs = 86_400_000;

const item = ({ id, name, createdAt, lastUsedAt, isDeleted, attributes }: HeldKey) => ({
  ...{ id: Number(id), name, revoked: isDeleted, active: !isDeleted, user_id: 166 },
  ...{ created_at: isoTime(createdAt), description: null, access_level: 40, scopes: ["api"] },
  ...attributes,
  last_used_at: lastUsedAt === undefined ? null : isoTime(lastUsedAt),
});

export const gitlab: Description = {
  name: "gitlab-project-token",
  sources: [
    "gitlabhq/gitlabhq@017a6c1 doc/api/project_access_tokens.md",
    "gitlabhq/gitlabhq doc/api/rest/_index.md (pagination)",
    "gitlabhq/gitlabhq doc/api/personal_access_tokens.md (self)",
  ],
  hosts: ["gitlab.com"],
  segments: { project: "4321" },
  refusals: {
    unauthorized: error(401, "401 Unauthorized"),
    forbidden: error(403, "403 Forbidden"),
    notFound: error(404, "404 Not Found"),
    rateLimited: { status: 429, text: "Retry later\n" },
    down: error(500, "500 Internal Server Error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ token: `glpat-${characters(20)}` }),
  credential: (admin) => admin["token"] ?? "",
  shown: header("private-token"),
  mint() {
    const secret = `glpat-${characters(20)}`;
    return { id: `${randomInt(2 ** 40)}`, credential: secret, values: { secret } };
  },
  operations: [
    operation(`POST ${path}`, {
      by: "admin",
      json: z.strictObject({
        name: z.string().min(1),
        description: z.string().optional(),
        scopes: z.array(z.string()).min(1),
        access_level: z.literal([10, 15, 20, 30, 40, 50]).optional(),
        expires_at: z.iso.date(),
      }),
      answer({ keys, mint, now, body: { name, ...attributes } }) {
        const days = (Date.parse(attributes.expires_at) - now()) / dayMs;
        if (days < 0 || days > 365)
          return error(400, "400 Bad request - Expiration date is invalid");
        const key = keys.add(mint(), name, attributes);
        return { status: 201, body: { ...item(key), token: key.values["secret"] } };
      },
    }),
    operation(`GET ${path}`, {
      by: "admin",
      query: z.strictObject({
        state: z.enum(["active", "inactive"]).optional(),
        search: z.string().optional(),
        page: count(1, 1_000_000),
        per_page: count(1, 100),
      }),
      answer({ keys, query: { page = 1, per_page = 20, state } }) {
        const all = state === "active" ? keys.all : keys.ever;
        const { items, hasMore } = pageFrom(all, (page - 1) * per_page, per_page);
        const headers = { "x-page": `${page}`, "x-next-page": hasMore ? `${page + 1}` : "" };
        return { status: 200, body: items.map(item), headers };
      },
    }),
    operation(`GET ${path}/{id}`, {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.findEver(id);
        return key ? { status: 200, body: item(key) } : error(404, "404 Not Found");
      },
    }),
    operation(`DELETE ${path}/{id}`, {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return error(404, "404 Could not find project access token with token_id");
        keys.remove(key);
        return { status: 204 };
      },
    }),
    operation("GET /api/v4/personal_access_tokens/self", {
      by: "key",
      answer: ({ caller }) => ({ status: 200, body: caller && item(caller) }),
    }),
  ],
};

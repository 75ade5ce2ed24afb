import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime, pageFrom } from "../paging.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (code: number, message: string): Reply => ({
  status: code,
  body: { error: { code, message } },
});
const notFound = error(404, "API key not found");
const pageSize = 100;

const limit = {
  limit: z.number().nullable().optional(),
  limit_reset: z.enum(["daily", "weekly", "monthly"]).nullable().optional(),
  include_byok_in_limit: z.boolean().optional(),
};
const item = ({ id, name, isDisabled, createdAt, attributes }: HeldKey) => ({
  ...{ hash: id, name, label: "sk-or-v1-abc...123", disabled: isDisabled },
  ...{ limit: null, limit_reset: null, include_byok_in_limit: false, usage: 0, updated_at: null },
  ...{ created_at: isoTime(createdAt), creator_user_id: null, limit_remaining: null },
  ...attributes,
});

export const openrouter: Description = {
  name: "openrouter",
  sources: ["OpenRouterTeam/typescript-sdk@cb9393a .speakeasy/in.openapi.yaml"],
  hosts: ["openrouter.ai"],
  refusals: {
    unauthorized: error(401, "No auth credentials found"),
    forbidden: error(403, "Only management keys can perform this operation"),
    notFound,
    rateLimited: error(429, "Rate limit exceeded"),
    down: error(500, "Internal Server Error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ api_key: `sk-or-v1-${characters(64, "hex")}` }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: bearer,
  mint() {
    const secret = `sk-or-v1-${characters(64, "hex")}`;
    return { id: characters(64, "hex"), credential: secret, values: { secret } };
  },
  operations: [
    operation("POST /api/v1/keys", {
      by: "admin",
      json: z.strictObject({
        name: z.string().min(1),
        ...limit,
        expires_at: z.string().nullable().optional(),
        creator_user_id: z.string().min(1).nullable().optional(),
        workspace_id: z.uuid().optional(),
      }),
      answer({ keys, mint, body: { name, ...attributes } }) {
        const key = keys.add(mint(), name, attributes);
        return { status: 201, body: { data: item(key), key: key.values["secret"] } };
      },
    }),
    operation("GET /api/v1/keys", {
      by: "admin",
      query: z.strictObject({
        offset: count(0, 1_000_000),
        include_disabled: z.enum(["true", "false"]).optional(),
        workspace_id: z.uuid().optional(),
      }),
      answer({ keys, query: { offset = 0, include_disabled } }) {
        const shown = keys.all.filter(
          ({ isDisabled }) => include_disabled === "true" || !isDisabled,
        );
        return { status: 200, body: { data: pageFrom(shown, offset, pageSize).items.map(item) } };
      },
    }),
    operation("GET /api/v1/keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        return key ? { status: 200, body: { data: item(key) } } : notFound;
      },
    }),
    operation("PATCH /api/v1/keys/{id}", {
      by: "admin",
      json: z.strictObject({
        name: z.string().optional(),
        disabled: z.boolean().optional(),
        ...limit,
      }),
      answer({ keys, path: { id }, body: { disabled } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        if (disabled !== undefined) keys.setDisabled(key, disabled);
        return { status: 200, body: { data: item(key) } };
      },
    }),
    operation("DELETE /api/v1/keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.remove(key);
        return { status: 200, body: { deleted: true } };
      },
    }),
    operation("GET /api/v1/key", {
      by: "key",
      answer: ({ caller }) => ({ status: 200, body: { data: caller && item(caller) } }),
    }),
  ],
};

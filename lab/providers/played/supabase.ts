import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { isoTime } from "../paging.ts";
import { base64url, characters } from "../random.ts";

const ref = "abcdefghijklmnopqrst";
const error = (status: number, message: string): Reply => ({ status, body: { message } });
const notFound = error(404, "API key not found");
const flag = z.enum(["true", "false"]).optional();
const path = "/v1/projects/{ref}/api-keys";

function item(key: HeldKey, reveal: string | undefined) {
  const secret = key.values["secret"] ?? "";
  return {
    ...{ id: key.id, name: key.name, type: key.attributes["type"] ?? "secret", hash: "xBc" },
    ...{ prefix: secret.slice(10, 15), description: null },
    api_key: reveal === "true" ? secret : `${secret.slice(0, 15)}***`,
    secret_jwt_template: key.attributes["secret_jwt_template"] ?? { role: "service_role" },
    ...{ inserted_at: isoTime(key.createdAt), updated_at: isoTime(key.createdAt) },
  };
}

export const supabase: Description = {
  name: "supabase",
  sources: ["supabase/cli@1d1e719 packages/api/src/generated/openapi.json"],
  hosts: ["api.supabase.com", `${ref}.supabase.co`],
  segments: { ref },
  refusals: {
    unauthorized: error(401, "Unauthorized"),
    forbidden: error(403, "Forbidden resource"),
    notFound: error(404, "Not Found"),
    rateLimited: error(429, "ThrottlerException: Too Many Requests"),
    down: error(500, "Internal Server Error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ access_token: `sbp_${characters(40, "hex")}` }),
  credential: (admin) => admin["access_token"] ?? "",
  shown: ({ authorization, apikey }) =>
    typeof apikey === "string" ? apikey : authorization?.replace(/^Bearer /, ""),
  mint() {
    const secret = `sb_secret_${base64url(16)}_${characters(8)}`;
    return { id: randomUUID(), credential: secret, values: { secret } };
  },
  operations: [
    operation(`POST ${path}`, {
      by: "admin",
      query: z.strictObject({ reveal: flag }),
      json: z.strictObject({
        name: z
          .string()
          .min(4)
          .max(64)
          .regex(/^[a-z_][a-z0-9_]+$/),
        type: z.enum(["publishable", "secret"]),
        secret_jwt_template: z.record(z.string(), z.unknown()).nullable().optional(),
      }),
      answer({ keys, mint, query: { reveal }, body: { name, ...attributes } }) {
        if (keys.all.some((key) => key.name === name)) return error(409, "Name already in use");
        return { status: 201, body: item(keys.add(mint(), name, attributes), reveal) };
      },
    }),
    operation(`GET ${path}`, {
      by: "admin",
      query: z.strictObject({ reveal: flag }),
      answer({ keys, query: { reveal } }) {
        const legacy = ["anon", "service_role"].map((name) => ({
          ...{ name, id: name, type: "legacy", hash: "siX", prefix: "tbn2D", api_key: "eyJ***" },
          description: `Legacy ${name} API key`,
        }));
        return { status: 200, body: [...legacy, ...keys.all.map((key) => item(key, reveal))] };
      },
    }),
    operation(`GET ${path}/{id}`, {
      by: "admin",
      query: z.strictObject({ reveal: flag }),
      answer({ keys, path: { id }, query: { reveal } }) {
        const key = keys.find(id);
        return key ? { status: 200, body: item(key, reveal) } : notFound;
      },
    }),
    operation(`DELETE ${path}/{id}`, {
      by: "admin",
      query: z.strictObject({ reveal: flag, was_compromised: flag, reason: z.string().optional() }),
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.remove(key);
        return { status: 200, body: item(key, "false") };
      },
    }),
    operation("GET /rest/v1/", {
      by: "key",
      host: `${ref}.supabase.co`,
      answer: () => ({ status: 200, body: { swagger: "2.0", paths: {} } }),
    }),
  ],
};

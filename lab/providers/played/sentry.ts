import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { isoTime, pageFrom } from "../paging.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (status: number, detail: string): Reply => ({ status, body: { detail } });
const notFound = error(404, "The requested resource does not exist");
const pageSize = 100;
const path = "/api/0/projects/{organization}/{project}/keys/";

const rateLimit = z
  .strictObject({
    count: z.int().min(0).nullable().optional(),
    window: z.int().min(0).max(86_400).nullable().optional(),
  })
  .nullable()
  .optional();

const item = ({ id, name, values, createdAt, isDisabled, attributes }: HeldKey) => ({
  ...{ id, name, label: name, public: id, secret: null, projectId: 4507, isActive: !isDisabled },
  ...{ rateLimit: attributes["rateLimit"] ?? null, dateCreated: isoTime(createdAt) },
  ...{ dsn: { public: values["secret"], secret: values["secret"] }, useCase: "user" },
  ...{ browserSdkVersion: "8.x", dynamicSdkLoaderOptions: attributes["loader"] ?? {} },
});

export const sentry: Description = {
  name: "sentry",
  sources: [
    "getsentry/sentry-api-schema@a589a26 openapi-derefed.json",
    "https://docs.sentry.io/api/pagination/",
  ],
  hosts: ["sentry.io", "us.sentry.io", "de.sentry.io"],
  segments: { organization: "acme", project: "web" },
  refusals: {
    unauthorized: error(401, "Invalid token"),
    forbidden: error(403, "You do not have permission to perform this action."),
    notFound,
    rateLimited: error(429, "You are attempting to use this endpoint too frequently."),
    down: error(500, "Internal Error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ auth_token: `sntrys_${characters(64)}` }),
  credential: (admin) => admin["auth_token"] ?? "",
  shown: bearer,
  mint() {
    const id = characters(32, "hex");
    const secret = `https://${id}@o4505.ingest.us.sentry.io/4507`;
    return { id, credential: secret, values: { secret } };
  },
  operations: [
    operation(`POST ${path}`, {
      by: "admin",
      json: z.strictObject({
        name: z.string().max(64).nullable().optional(),
        rateLimit,
        useCase: z.enum(["user", "profiling", "tempest", "demo"]).optional(),
      }),
      answer({ keys, mint, body: { name, rateLimit } }) {
        const key = keys.add(mint(), name ?? "Generated", { rateLimit });
        return { status: 201, body: item(key) };
      },
    }),
    operation(`GET ${path}`, {
      by: "admin",
      query: z.strictObject({
        cursor: z
          .string()
          .regex(/^\d+:\d+:[01]$/)
          .optional(),
        status: z.enum(["active", "inactive"]).optional(),
      }),
      answer({ keys, query: { cursor = "0:0:0" } }) {
        const start = Number(cursor.split(":")[1]) * pageSize;
        const { items, hasMore } = pageFrom(keys.all, start, pageSize);
        const next = `0:${start / pageSize + 1}:0`;
        const url = `https://sentry.io/api/0/projects/acme/web/keys/?&cursor=${next}`;
        // There is always a next link; `results` says whether it leads to anything.
        const link = `<${url}>; rel="next"; results="${hasMore}"; cursor="${next}"`;
        return { status: 200, body: items.map(item), headers: { link } };
      },
    }),
    operation(`GET ${path}{id}/`, {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        return key ? { status: 200, body: item(key) } : notFound;
      },
    }),
    operation(`PUT ${path}{id}/`, {
      by: "admin",
      json: z.strictObject({
        name: z.string().optional(),
        isActive: z.boolean().optional(),
        rateLimit,
        browserSdkVersion: z.string().optional(),
        dynamicSdkLoaderOptions: z.record(z.string(), z.boolean()).optional(),
      }),
      answer({ keys, path: { id }, body: { isActive } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        if (isActive !== undefined) keys.setDisabled(key, !isActive);
        return { status: 200, body: item(key) };
      },
    }),
    operation(`DELETE ${path}{id}/`, {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.remove(key);
        return { status: 204 };
      },
    }),
  ],
};

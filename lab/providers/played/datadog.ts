import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime, pageFrom } from "../paging.ts";
import { characters } from "../random.ts";

const error = (status: number, message: string): Reply => ({ status, body: { errors: [message] } });
const forbidden = error(403, "Forbidden");

const item = ({ id, name, createdAt, lastUsedAt, values, attributes }: HeldKey) => ({
  id,
  type: "api_keys",
  attributes: {
    ...{ name, created_at: isoTime(createdAt), modified_at: isoTime(createdAt) },
    ...{ last4: values["secret"]?.slice(-4), ...attributes },
    date_last_used: lastUsedAt === undefined ? null : isoTime(lastUsedAt),
  },
});

export const datadog: Description = {
  name: "datadog",
  sources: [
    "https://docs.datadoghq.com/api/latest/key-management/",
    "https://docs.datadoghq.com/api/latest/authentication/",
    "DataDog/datadog-api-client-ruby examples/generated/v2/key-management",
  ],
  hosts: ["api.datadoghq.com", "api.datadoghq.eu"],
  maxKeys: 50,
  refusals: {
    unauthorized: forbidden,
    forbidden,
    notFound: error(404, "Not Found"),
    rateLimited: error(429, "Too many requests"),
    down: error(500, "Internal error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ api_key: characters(32, "hex"), application_key: characters(40, "hex") }),
  credential: (admin) => `${admin["api_key"]}:${admin["application_key"]}`,
  shown(headers) {
    const [key, application] = [headers["dd-api-key"], headers["dd-application-key"]];
    if (typeof key !== "string") return undefined;
    return application === undefined ? key : `${key}:${application}`;
  },
  mint() {
    const secret = characters(32, "hex");
    return { id: randomUUID(), credential: secret, values: { secret } };
  },
  operations: [
    operation("POST /api/v2/api_keys", {
      by: "admin",
      json: z.strictObject({
        data: z.strictObject({
          type: z.literal("api_keys"),
          attributes: z.strictObject({
            name: z.string().min(1),
            category: z.string().optional(),
            remote_config_read_enabled: z.boolean().optional(),
          }),
        }),
      }),
      answer({ keys, mint, body: { data } }) {
        const { name, ...attributes } = data.attributes;
        if (keys.isFull) return error(400, "Maximum number of API keys reached");
        if (keys.all.some((key) => key.name === name)) return error(409, "Name already in use");
        const key = keys.add(mint(), name, attributes);
        const { attributes: shown, ...rest } = item(key);
        const body = { data: { ...rest, attributes: { ...shown, key: key.values["secret"] } } };
        return { status: 201, body };
      },
    }),
    operation("GET /api/v2/api_keys", {
      by: "admin",
      query: z.strictObject({
        "page[size]": count(1, 100),
        "page[number]": count(0, 1_000_000),
        sort: z.string().optional(),
        filter: z.string().optional(),
        "filter[created_at][start]": z.string().optional(),
        "filter[category]": z.string().optional(),
      }),
      answer({ keys, query }) {
        const { "page[size]": size = 10, "page[number]": page = 0, filter = "" } = query;
        const found = keys.all.filter(({ name }) => name.includes(filter));
        const data = pageFrom(found, page * size, size).items.map(item);
        return {
          status: 200,
          body: { data, meta: { page: { total_filtered_count: found.length } } },
        };
      },
    }),
    operation("DELETE /api/v2/api_keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return error(404, "API key not found");
        keys.remove(key);
        return { status: 204 };
      },
    }),
    operation("GET /api/v1/validate", {
      by: "key",
      answer: () => ({ status: 200, body: { valid: true } }),
    }),
  ],
};

import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count } from "../paging.ts";
import { base64url } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (status: number, message: string): Reply => ({
  status,
  body: { errors: [{ message, field: null }] },
});
const forbidden = error(403, "access forbidden");
const notFound = error(404, "unable to find API Key");
const everything = ["api_keys.create", "api_keys.delete", "api_keys.read", "mail.send"];

const make = () => {
  const id = base64url(16);
  const secret = `SG.${id}.${base64url(32)}`;
  return { id, secret };
};
const item = ({ id, name }: HeldKey) => ({ api_key_id: id, name });

export const sendgrid: Description = {
  name: "sendgrid",
  sources: [
    "sendgrid/sendgrid-oai@bef1536 spec/paths/security/api_keys.json",
    "https://www.twilio.com/docs/sendgrid/api-reference/api-keys",
  ],
  hosts: ["api.sendgrid.com"],
  maxKeys: 100,
  refusals: {
    unauthorized: error(401, "authorization required"),
    forbidden,
    notFound: error(404, "not found"),
    rateLimited: error(429, "too many requests"),
    down: error(500, "internal server error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ api_key: make().secret }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: bearer,
  mint() {
    const { id, secret } = make();
    return { id, credential: secret, values: { secret } };
  },
  operations: [
    operation("POST /v3/api_keys", {
      by: "admin",
      json: z.strictObject({ name: z.string().min(1), scopes: z.array(z.string()).optional() }),
      answer({ keys, mint, body: { name, scopes = everything } }) {
        if (keys.isFull) return error(403, "Cannot create more than 100 API Keys");
        const key = keys.add(mint(), name, { scopes });
        const body = { ...item(key), api_key: key.values["secret"], scopes };
        return { status: 201, body };
      },
    }),
    operation("GET /v3/api_keys", {
      by: "admin",
      query: z.strictObject({ limit: count(1, 1000) }),
      answer: ({ keys, query: { limit } }) => ({
        status: 200,
        body: { result: keys.all.slice(0, limit).map(item) },
      }),
    }),
    operation("GET /v3/api_keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        return {
          status: 200,
          body: { result: [{ ...item(key), scopes: key.attributes["scopes"] ?? everything }] },
        };
      },
    }),
    operation("DELETE /v3/api_keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.remove(key);
        return { status: 204 };
      },
    }),
    operation("GET /v3/scopes", {
      by: "key",
      answer: ({ caller }) => ({
        status: 200,
        body: { scopes: caller?.attributes["scopes"] ?? everything },
      }),
    }),
  ],
};

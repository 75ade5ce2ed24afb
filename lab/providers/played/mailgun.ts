import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime } from "../paging.ts";
import { characters } from "../random.ts";
import { basic } from "../shown.ts";

const error = (status: number, message: string): Reply => ({ status, body: { message } });
const key = () => `${characters(32, "hex")}-${characters(8, "hex")}-${characters(8, "hex")}`;

const item = ({ id, name, attributes, createdAt, isDisabled }: HeldKey) => ({
  ...{ id, description: name, created_at: isoTime(createdAt), updated_at: isoTime(createdAt) },
  ...{ kind: attributes["kind"] ?? "user", role: attributes["role"] ?? "admin" },
  ...{ domain_name: attributes["domain_name"] ?? "", is_disabled: isDisabled, expires_at: "" },
});

export const mailgun: Description = {
  name: "mailgun",
  sources: [
    "https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/keys/post-v1-keys",
    "mailgun/mailgun-go@d7f2dd4 api_keys.go, mtypes/api_keys.go",
  ],
  hosts: ["api.mailgun.net", "api.eu.mailgun.net"],
  refusals: {
    unauthorized: { status: 401, text: "Forbidden" },
    forbidden: error(403, "Access denied"),
    notFound: error(404, "not found"),
    rateLimited: error(429, "Too many requests"),
    down: error(500, "Internal Server Error"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({ api_key: key() }),
  credential: (admin) => `api:${admin["api_key"]}`,
  shown: basic,
  mint() {
    const secret = key();
    const id = `${characters(8, "hex")}-${characters(8, "hex")}`;
    return { id, credential: `api:${secret}`, values: { secret } };
  },
  operations: [
    operation("POST /v1/keys", {
      by: "admin",
      multipart: z.strictObject({
        role: z.enum(["admin", "basic", "sending", "developer"]),
        kind: z.enum(["domain", "user", "web"]).optional(),
        domain_name: z.string().optional(),
        description: z.string().optional(),
        expiration: z
          .string()
          .regex(/^[1-9]\d*$/)
          .optional(),
        user_id: z.string().optional(),
        user_name: z.string().optional(),
        email: z.string().optional(),
      }),
      answer({ keys, mint, body: { role, kind = "user", domain_name, description = "" } }) {
        if (kind === "domain" && !domain_name) return error(400, "domain_name is required");
        const made = keys.add(mint(), description, { role, kind, domain_name });
        const secret = made.values["secret"];
        return { status: 200, body: { message: "great success", key: { ...item(made), secret } } };
      },
    }),
    operation("GET /v1/keys", {
      by: "admin",
      query: z.strictObject({
        domain_name: z.string().optional(),
        kind: z.enum(["domain", "user", "web"]).optional(),
      }),
      answer({ keys, query: { domain_name, kind } }) {
        const items = keys.all
          .map(item)
          .filter((one) => kind === undefined || one.kind === kind)
          .filter((one) => domain_name === undefined || one.domain_name === domain_name);
        return { status: 200, body: { total_count: items.length, items } };
      },
    }),
    operation("DELETE /v1/keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const found = keys.find(id);
        if (!found) return error(404, "key not found");
        keys.remove(found);
        return { status: 200, body: { message: "key deleted" } };
      },
    }),
    operation("GET /v3/domains", {
      by: "key",
      query: z.strictObject({ limit: count(1, 1000), skip: count(0, 1_000_000) }),
      answer: ({ caller }) =>
        caller?.attributes["role"] === "sending"
          ? error(403, "Access denied")
          : { status: 200, body: { total_count: 0, items: [] } },
    }),
  ],
};

import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, isoTime, pageFrom } from "../paging.ts";
import { base64url, characters } from "../random.ts";
import { bearer } from "../shown.ts";

const envelope = (status: number, result: unknown, more: object = {}): Reply => ({
  status,
  body: { success: true, errors: [], messages: [], result, ...more },
});
const error = (status: number, code: number, message: string): Reply => ({
  status,
  body: { success: false, errors: [{ code, message }], messages: [], result: null },
});

/** Ids and names of a policy are the provider's own, and left out of what is written. */
const policy = z.strictObject({
  id: z.string().optional(),
  effect: z.enum(["allow", "deny"]),
  permission_groups: z.array(
    z.strictObject({ id: z.string(), name: z.string().optional(), meta: z.unknown().optional() }),
  ),
  resources: z.record(z.string(), z.unknown()),
});
const fields = {
  name: z.string().min(1).max(120),
  policies: z.array(policy).min(1),
  condition: z.unknown().optional(),
  expires_on: z.string().optional(),
  not_before: z.string().optional(),
};

/** What a token made by hand has. */
const usual = {
  policies: [
    {
      id: characters(32, "hex"),
      effect: "allow",
      permission_groups: [{ id: characters(32, "hex"), name: "DNS Write" }],
      resources: { "com.cloudflare.api.account.zone.*": "*" },
    },
  ],
};

const status = ({ isDisabled }: HeldKey) => (isDisabled ? "disabled" : "active");
const item = (key: HeldKey) => ({
  ...{ id: key.id, name: key.name, status: status(key), issued_on: isoTime(key.createdAt) },
  ...{ modified_on: isoTime(key.createdAt), ...usual, ...key.attributes },
  ...(key.lastUsedAt !== undefined && { last_used_on: isoTime(key.lastUsedAt) }),
});
const notFound = error(404, 1003, "Token not found");

export const cloudflare: Description = {
  name: "cloudflare",
  sources: [
    "cloudflare/cloudflare-typescript@faaaf89 src/resources/accounts/tokens/tokens.ts",
    "https://developers.cloudflare.com/fundamentals/api/reference/limits",
  ],
  hosts: ["api.cloudflare.com"],
  segments: { account: "0123456789abcdef0123456789abcdef" },
  maxKeys: 500,
  refusals: {
    unauthorized: error(401, 1000, "Invalid API Token"),
    forbidden: error(403, 9109, "Unauthorized to access requested resource"),
    notFound: error(404, 7003, "Could not route to the requested resource"),
    rateLimited: error(429, 971, "Please wait and consider throttling your request speed"),
    down: error(500, 1500, "Internal server error"),
    invalid: (what) => error(400, 1001, what),
  },
  admin: () => ({ api_token: base64url(30) }),
  credential: (admin) => admin["api_token"] ?? "",
  shown: bearer,
  mint() {
    const secret = base64url(30);
    return { id: characters(32, "hex"), credential: secret, values: { secret } };
  },
  operations: [
    operation("POST /client/v4/accounts/{account}/tokens", {
      by: "admin",
      json: z.strictObject(fields),
      answer({ keys, mint, body: { name, ...attributes } }) {
        if (keys.isFull) return error(400, 1002, "Maximum number of tokens reached");
        const key = keys.add(mint(), name, attributes);
        return envelope(200, { ...item(key), value: key.values["secret"] });
      },
    }),
    operation("GET /client/v4/accounts/{account}/tokens", {
      by: "admin",
      query: z.strictObject({
        page: count(1, 1_000_000),
        per_page: count(5, 50),
        direction: z.enum(["asc", "desc"]).optional(),
        include_expired: z.string().optional(),
      }),
      answer({ keys, query: { page = 1, per_page = 20 } }) {
        const { items } = pageFrom(keys.all, (page - 1) * per_page, per_page);
        const total_count = keys.all.length;
        const total_pages = Math.ceil(total_count / per_page);
        const result_info = { page, per_page, count: items.length, total_count, total_pages };
        return envelope(200, items.map(item), { result_info });
      },
    }),
    operation("GET /client/v4/accounts/{account}/tokens/verify", {
      by: "key",
      answer: ({ caller }) =>
        envelope(200, { id: caller?.id, status: caller ? status(caller) : "active" }),
      toRefused: (key) =>
        key.isDisabled && !key.isDeleted
          ? envelope(200, { id: key.id, status: "disabled" })
          : undefined,
    }),
    operation("GET /client/v4/accounts/{account}/tokens/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        return key ? envelope(200, item(key)) : notFound;
      },
    }),
    operation("PUT /client/v4/accounts/{account}/tokens/{id}", {
      by: "admin",
      json: z.strictObject({
        ...fields,
        status: z.enum(["active", "disabled", "expired"]).optional(),
      }),
      answer({ keys, path: { id }, body }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.setDisabled(key, body.status === "disabled");
        key.attributes = { policies: body.policies, condition: body.condition };
        return envelope(200, item(key));
      },
    }),
    operation("DELETE /client/v4/accounts/{account}/tokens/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.remove(key);
        return envelope(200, { id });
      },
    }),
  ],
};

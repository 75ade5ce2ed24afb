import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey, KeyRing } from "../keys.ts";
import { count, isoTime, pageAfter } from "../paging.ts";
import { base64url } from "../random.ts";
import { accessToken, isSigned, serviceAccount } from "./google-account.ts";
import { error, invalidKey, refusals } from "./google-errors.ts";
import { begun, keyFields } from "./google-forms.ts";

const project = "acme-prod-1";
/** Names of keys hold the project's number, whatever the request said. */
const parent = "projects/123456867718/locations/global";
const called = (id: string) => `${parent}/keys/${id}`;
const keysPath = "/v2/projects/{project}/locations/global/keys";

const item = (key: HeldKey) => ({
  ...{ name: called(key.id), uid: key.values["uid"], displayName: key.name },
  ...{ createTime: isoTime(key.createdAt), updateTime: isoTime(key.createdAt), etag: 'W/"x"' },
  ...key.attributes,
});
const found = (keys: KeyRing, id: string, answer: (key: HeldKey) => Reply): Reply => {
  const key = keys.find(id);
  return key ? answer(key) : refusals.notFound;
};
/** Keys whose making was asked after once; it has ended when it is asked after again, however short the waits are. */
const asked = new WeakSet<HeldKey>();

export const google: Description = {
  name: "google-api-key",
  sources: [
    "googleapis/googleapis@1cfcea4 google/api/apikeys/v2/apikeys.proto, resources.proto",
    "https://developers.google.com/identity/protocols/oauth2/service-account",
    "https://developers.google.com/safe-browsing/v4/lists",
  ],
  hosts: ["apikeys.googleapis.com", "oauth2.googleapis.com", "safebrowsing.googleapis.com"],
  segments: { project: new RegExp(`^(${project}|123456867718)$`) },
  maxKeys: 300,
  refusals,
  admin: () => serviceAccount(project),
  credential: accessToken,
  called,
  shown(headers) {
    const key = headers["x-goog-api-key"];
    return typeof key === "string" ? key : headers.authorization?.replace(/^Bearer /, "");
  },
  mint() {
    const [uid, secret] = [randomUUID(), `AIza${base64url(26)}`];
    return { id: uid, credential: secret, values: { secret, uid } };
  },
  operations: [
    operation("POST /token", {
      by: "anybody",
      host: "oauth2.googleapis.com",
      form: z.strictObject({
        grant_type: z.literal("urn:ietf:params:oauth:grant-type:jwt-bearer"),
        assertion: z.string(),
      }),
      answer({ admin, now, body: { assertion } }) {
        if (!isSigned(assertion, admin, now()))
          return {
            status: 400,
            body: { error: "invalid_grant", error_description: "Invalid JWT." },
          };
        const access_token = accessToken(admin);
        return { status: 200, body: { access_token, expires_in: 3599, token_type: "Bearer" } };
      },
    }),
    operation(`POST ${keysPath}`, {
      by: "admin",
      query: z.strictObject({
        keyId: z
          .string()
          .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/)
          .optional(),
      }),
      json: keyFields,
      answer({ keys, mint, query: { keyId }, body: { displayName = "", ...attributes } }) {
        if (keys.isFull) return error(429, "RESOURCE_EXHAUSTED", "Quota for API keys is used up.");
        if (keyId && keys.findEver(keyId))
          return error(409, "ALREADY_EXISTS", "Requested entity already exists.");
        const made = mint();
        return begun(
          "create",
          keys.add({ ...made, id: keyId ?? made.id }, displayName, attributes),
        );
      },
    }),
    operation("GET /v2/operations/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.findEver(id.split(".").slice(2).join("."));
        if (!key) return refusals.notFound;
        const name = `operations/${id}`;
        if (!asked.has(key)) {
          asked.add(key);
          return { status: 200, body: { name } };
        }
        const type = "type.googleapis.com/google.api.apikeys.v2.Key";
        return {
          status: 200,
          body: { name, done: true, response: { "@type": type, ...item(key) } },
        };
      },
    }),
    operation(`GET ${keysPath}`, {
      by: "admin",
      query: z.strictObject({
        pageSize: count(1, 300),
        pageToken: z.string().optional(),
        showDeleted: z.enum(["true", "false"]).optional(),
      }),
      answer({ keys, query: { pageSize = 50, pageToken } }) {
        const after = pageToken && Buffer.from(pageToken, "base64url").toString();
        const { items, hasMore } = pageAfter(keys.all, after, pageSize);
        const nextPageToken = Buffer.from(items.at(-1)?.id ?? "").toString("base64url");
        // An empty list is left out, as proto3's JSON does.
        const listed = items.length > 0 && { keys: items.map(item) };
        const body = { ...listed, ...(hasMore && { nextPageToken }) };
        return { status: 200, body };
      },
    }),
    operation(`GET ${keysPath}/{id}`, {
      by: "admin",
      answer: ({ keys, path: { id } }) =>
        found(keys, id, (key) => ({ status: 200, body: item(key) })),
    }),
    operation(`GET ${keysPath}/{id}/keyString`, {
      by: "admin",
      answer: ({ keys, path: { id } }) =>
        found(keys, id, ({ values }) => ({ status: 200, body: { keyString: values["secret"] } })),
    }),
    operation("GET /v2/keys:lookupKey", {
      by: "admin",
      query: z.strictObject({ keyString: z.string() }),
      answer({ keys, query: { keyString } }) {
        const key = keys.ofCredential(keyString);
        if (!key) return refusals.forbidden;
        return { status: 200, body: { parent, name: item(key).name } };
      },
    }),
    operation(`DELETE ${keysPath}/{id}`, {
      by: "admin",
      query: z.strictObject({ etag: z.string().optional() }),
      answer: ({ keys, path: { id } }) =>
        found(keys, id, (key) => {
          keys.remove(key);
          return begun("delete", key);
        }),
    }),
    operation("GET /v4/threatLists", {
      by: "key",
      host: "safebrowsing.googleapis.com",
      answer: () => ({ status: 200, body: { threatLists: [] } }),
      unauthorized: invalidKey,
    }),
  ],
};

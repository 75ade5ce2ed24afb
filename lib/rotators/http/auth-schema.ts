import { z } from "zod";
import { template, whens } from "./request-schema.ts";

const hosts = z
  .array(z.string())
  .min(1)
  .default(["api"])
  .describe("Which of hosts may get these headers, and no other; default [api].");

const refused = whens
  .optional()
  .describe("Replies that refuse the administrator, beside HTTP 401 and 403.");

const headers = z.strictObject({
  hosts,
  refused,
  headers: z
    .record(z.string(), template)
    .meta({ examples: [{ Authorization: "Bearer {admin.api_key}" }] }),
});

const basic = z.strictObject({
  hosts,
  refused,
  basic: z
    .tuple([template, template])
    .meta({ examples: [["api", "{key.secret}"]] })
    .describe("User and password of HTTP Basic."),
});

/** The token of OAuth 2.0 client credentials (RFC 6749 section 4.4), got anew for every call. */
const clientCredentials = z.strictObject({
  hosts,
  refused,
  exchange: z.literal("oauth2-client-credentials"),
  token: z
    .strictObject({
      host: z.string(),
      path: z.string(),
      client: z.tuple([template, template]).describe("Client id and client secret."),
      send: z.enum(["basic", "form"]).default("basic").describe("How both are sent."),
      form: z.record(z.string(), template).optional().describe("More of the form, e.g. scope."),
    })
    .describe("Where to get the token."),
});

/** The token of a Google service account, whose key file is the admin's secret. */
const serviceAccount = z.strictObject({
  hosts,
  refused,
  exchange: z.literal("google-service-account"),
  token: z.strictObject({ host: z.string(), path: z.string() }),
  scope: z.string(),
});

const error = "must have headers, basic or exchange";

export const auth = z.strictObject({
  admin: z
    .union([headers, basic, clientCredentials, serviceAccount], { error })
    .optional()
    .describe("What the administrator's secret is used for. Absent: the key of AWSCURRENT acts."),
  key: z.union([headers, basic], { error }).optional().describe("How the key itself is used."),
});

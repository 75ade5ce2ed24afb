import { z } from "zod";
import { duration, fieldName } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";

export const ownKeys = {
  field: fieldName
    .meta({ examples: ["api_key"] })
    .describe("The field of the secret that holds the key; default api_key."),
  plain: z.literal(true).describe("true: the secret is not JSON but the key itself."),
  fields: z
    .record(
      z.string().regex(/^[a-z]\w{0,39}$/, "must be the name of a part, like secret or id"),
      fieldName,
    )
    .meta({ examples: [{ secret: "client_secret", id: "client_id" }] })
    .describe(
      "The field of each part, for a key of several parts: secret, and e.g. id, as its provider calls it.",
    ),
  shape: z
    .string()
    .min(1, "is empty: remove it, or write a regular expression")
    .max(500, "is longer than 500 characters: shorten it")
    .meta({ examples: ["[A-Za-z0-9]{40}"] })
    .describe(
      "A regular expression that the whole key matches, without its prefix. Default: anything without white space.",
    ),
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, "must be 1 to 64 printable ASCII characters without spaces")
    .meta({ examples: ["sk_live_"] })
    .describe("What the key begins with."),
  console: z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .meta({ examples: ["https://dashboard.stripe.com/apikeys"] })
    .describe("Where a person makes and deletes the key: a URL for messages."),
  every: duration
    .meta({ examples: ["90d"] })
    .describe("How often people replace it; default as in the secret's schedule."),
};

export type SuppliedKeys = KeysOf<typeof ownKeys>;

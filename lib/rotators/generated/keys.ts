import { z } from "zod";
import { duration, fieldName, wholeNumber } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";

export const ownKeys = {
  format: z
    .enum(["hex", "base64", "base64url", "alphanumeric", "uuid"])
    .describe("The form of the value. Required."),
  bytes: wholeNumber("a number of bytes", 1, 1024).describe(
    "How many random bytes hex, base64 and base64url encode; default 32.",
  ),
  length: wholeNumber("a length", 1, 1024).describe(
    "How many characters alphanumeric has; default 32.",
  ),
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, "must be 1 to 64 printable ASCII characters without spaces")
    .meta({ examples: ["whsec_"] })
    .describe("A prefix before the random part."),
  field: fieldName.describe(
    "The field that holds the value; without it the secret is not JSON but the value itself.",
  ),
  previous: fieldName.describe(
    "A field that keeps the previous value, for services that verify with both; added if the secret lacks it.",
  ),
  previousExpiresAt: fieldName.describe(
    "A field that holds the time until which the previous value is valid (ISO 8601); added if the secret lacks it.",
  ),
  overlap: duration
    .meta({ examples: ["24h"] })
    .describe("How long the previous value is valid, for previousExpiresAt; default 24h."),
  overwrite: z
    .boolean()
    .describe(
      "true: also replace a current value that does not have this form. Without it the rotation refuses, because a service may have issued it.",
    ),
};

export type GeneratedKeys = KeysOf<typeof ownKeys>;

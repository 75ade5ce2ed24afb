import { z } from "zod";
import { text } from "../../manifest/forms.ts";

const about = {
  description: text("what it is").describe("For editors and for docs/providers.md."),
  example: z.json().optional(),
  required: z.boolean().default(false),
};

/** What the manifest must say about a key of this provider. Each becomes a key of the credential. */
const param = z.union(
  [
    z.strictObject({
      ...about,
      enum: z.array(z.string()).min(1).describe("The values that it may have."),
      default: z.string().optional(),
    }),
    z.strictObject({
      ...about,
      pattern: text("a pattern").describe("A regular expression that fits all of the value."),
      list: z.boolean().default(false).describe("A list of such values."),
      default: z.json().optional(),
    }),
    z.strictObject({
      ...about,
      type: z
        .enum(["host", "integer", "boolean", "json"])
        .describe("host: a public host name; json: anything, as it stands in rotation.yml."),
      default: z.json().optional(),
    }),
  ],
  { error: "must have a description, and enum, pattern or type" },
);

export const params = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9_]*$/, "must be letters, digits and _, like domain_id"),
  param,
);

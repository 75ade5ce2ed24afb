import { z } from "zod";
import { text, wholeNumber } from "../../manifest/forms.ts";
import { auth } from "./auth-schema.ts";
import { copy, create, operation, reveal } from "./create-schema.ts";
import { identify, probe, retire } from "./key-schema.ts";
import { list } from "./list-schema.ts";
import { params } from "./params-schema.ts";
import { as, duration, pointers, requestKeys, template, whens } from "./request-schema.ts";

/** A provider of API keys as data, version 1. No expressions: placeholders only. */
export const presetSchema = z.strictObject({
  preset: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,39}$/, "must be lower-case letters, digits and hyphens, like resend")
    .describe("Its name, and the type of its credentials in rotation.yml."),
  version: z.literal(1),
  title: text("the provider").describe("For messages, e.g. Resend."),
  description: text("what it issues").describe("For editors, e.g. An API key of Resend."),
  checked: z.strictObject({
    on: z.iso.date("must be a calendar day, like 2026-11-28"),
    sources: z.array(text("a source")).min(1, "is empty: name its sources"),
  }),
  kind: z
    .enum(["issue", "roll", "roll-with-grace", "supplied"])
    .describe(
      "issue: keys are created and deleted one by one. roll: one call replaces the key. roll-with-grace: and the old one works on for a time. supplied: a person creates the key.",
    ),
  /** What to know before it is used. */
  notes: z.array(text("a note")).optional(),
  userBound: z
    .boolean()
    .optional()
    .describe("The keys belong to a person, and end when that person leaves."),
  params: params.default({}),
  hosts: z
    .record(z.string().regex(/^[a-z][a-z0-9]*$/, "must be a short name, like api"), template)
    .describe(
      "The hosts by a short name. {param.x} may be one label of an enum or pattern, or a whole host.",
    ),
  headers: z.record(z.string(), z.string()).optional().describe("Sent with every request."),
  auth,
  admin: z
    .strictObject({
      needs: text("what it must be").describe("What the administrator's credential must be."),
      self: z
        .boolean()
        .optional()
        .describe("A key may manage keys of its kind, so no admin is needed."),
    })
    .optional(),
  name: z
    .strictObject({
      max: wholeNumber("a length", 40, 1000).describe("Longest name of a key."),
      separator: z
        .literal("_")
        .optional()
        .describe("_ if the provider does not accept hyphens in names."),
      unique: z.boolean().default(false).describe("The provider refuses a name that exists."),
    })
    .optional(),
  fields: z
    .record(z.string(), z.string())
    .default({ secret: "api_key" })
    .describe(
      "The usual field of the secret for each part of the key; default { secret: api_key }.",
    ),
  create: create.optional(),
  operation: operation.optional(),
  reveal: reveal.optional(),
  list: list.optional(),
  copy: copy.optional(),
  identify: identify
    .optional()
    .describe("How to find the id of a key of which only the value is known."),
  probe,
  facts: z
    .strictObject({
      ...requestKeys,
      as: as.default("key"),
      account: pointers.optional(),
      rights: pointers.optional(),
    })
    .optional()
    .describe("Who owns the key and what it may do; a new key must equal the old one."),
  quiet: z
    .strictObject({ lag: duration.describe("How far list.lastUsed lags behind.") })
    .optional(),
  retire: retire.default({}),
  limits: z
    .strictObject({
      maxKeys: wholeNumber("a number of keys", 1, 100_000).optional(),
      full: whens.optional().describe("Replies of create that mean that there is no room."),
      perSecond: z
        .number()
        .positive()
        .max(50)
        .default(5)
        .describe("Requests in a second; default 5."),
    })
    .prefault({}),
  grace: z
    .strictObject({ default: duration, max: duration })
    .optional()
    .describe("roll-with-grace: how long the old key works on; {grace.hours} and others."),
  expiry: z
    .strictObject({ default: duration.optional(), max: duration.optional() })
    .optional()
    .describe("The new key expires; {expires.iso} and others."),
  manual: z
    .strictObject({
      console: z.url({ protocol: /^https$/, error: "must be an https URL" }),
      steps: z.array(text("a step")).default([]),
      shape: text("a pattern")
        .optional()
        .describe("A regular expression that fits all of the key."),
    })
    .describe("What a person needs."),
});

/** A preset as it is compiled into the functions. */
export type Preset = z.output<typeof presetSchema>;

import { z } from "zod";
import { mirrorSchema } from "./mirror.ts";

const fieldName = z.string().min(1, "must name a field of the secret");

const secretName = z.string().min(1, "must name a secret");
const userName = z.string().min(1, "must name a user");

const password = z
  .strictObject({
    length: z.int().min(8).max(1024).describe("In characters; default 32."),
    characters: z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces")
      .describe("The alphabet; default letters and digits."),
    require: z
      .array(z.enum(["lower", "upper", "digit", "symbol"]))
      .describe("Kinds of which at least one must occur; default lower, upper, digit."),
  })
  .partial()
  .describe("What the server demands of a password.");

const login = {
  fields: z
    .strictObject({
      host: fieldName,
      port: fieldName,
      database: fieldName,
      username: fieldName,
      password: fieldName,
    })
    .partial()
    .describe("Which field of the secret holds what; the usual names are found without."),
  urls: z.array(fieldName).describe("Fields that hold a connection URL with this login inside."),
  connection: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65_535),
      database: z.string().min(1),
      username: z.string().min(1),
    })
    .partial()
    .describe("What the secret does not hold."),
  passwordForm: z
    .enum(["verifier", "plaintext"])
    .describe("plaintext only for servers that refuse verifiers (Neon and others)."),
  ca: z
    .string()
    .min(1)
    .describe("Whom to trust for TLS: system, rds, or a PEM file beside rotation.yml."),
  password,
};

/** One credential of a secret. */
export const credentialSchema = z.strictObject({
  type: z.string().describe("The kind of server, e.g. postgres."),
  strategy: z
    .enum(["alternating-users", "in-place"])
    .optional()
    .describe(
      "The order of replacement; alternating-users where an admin is named. in-place is never a default.",
    ),
  admin: z
    .union([
      secretName,
      z.strictObject({
        secret: secretName,
        host: z.string().min(1),
        port: z.int().min(1).max(65_535).optional(),
      }),
    ])
    .optional()
    .describe("The secret of an administrator of the same server."),
  users: z
    .strictObject({ owner: userName, clone: userName })
    .refine(({ owner, clone }) => owner !== clone, "owner and clone must differ")
    .optional()
    .describe("The pair of alternating-users; by default the user and its name with _clone."),
  ...z.object(login).partial().shape,
});

const duration = z
  .string()
  .regex(/^\d{1,5}[smhd]$/, "must be a number and one of s, m, h, d, like 90m or 24h");

/** How an old credential comes to its end. */
const settlementSchema = z
  .strictObject({
    clusters: z
      .array(z.string().min(1))
      .describe("ECS clusters in which consumers are looked for, and rolled."),
    grace: duration.describe("How long consumers that nobody sees get after the promotion."),
    deadline: duration.describe("When an unsettled secret alerts; default 24h."),
  })
  .partial();

/** rotation.yml. */
export const manifestSchema = z.strictObject({
  defaults: settlementSchema.optional().describe("For every secret that does not say otherwise."),
  secrets: z.record(
    z.string().min(1),
    settlementSchema.extend({
      credentials: z.array(credentialSchema).min(1),
      mirror: mirrorSchema.optional().describe("Parameters of SSM that hold the secret's fields."),
    }),
  ),
});

export type CredentialEntry = z.infer<typeof credentialSchema>;
export type SettlementEntry = z.infer<typeof settlementSchema>;

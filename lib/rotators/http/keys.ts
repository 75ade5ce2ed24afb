import { z } from "zod";
import { fieldName, kmsKey, text } from "../../manifest/forms.ts";
import type { CredentialEntry, KeysOf } from "../../manifest/type.ts";
import { ownKeys as suppliedKeys } from "../supplied/keys.ts";
import { formOf } from "./param-form.ts";
import { placeholdersIn } from "./placeholders.ts";
import type { Preset } from "./schema.ts";

const span = z
  .string()
  .regex(/^\d{1,5}[smhd]$/, "must be a whole number followed by s, m, h or d, like 48h");

/** Keys of every credential of this kind, beside the parameters of its preset. */
const commonKeys = {
  admin: z
    .union(
      [
        text("a secret"),
        z.strictObject({
          secret: text("a secret").describe("Its name or ARN."),
          kmsKey: kmsKey
            .optional()
            .describe("ARN of the KMS key that encrypts it; default as for the other secrets."),
        }),
      ],
      { error: "must be the name of a secret, or { secret: …, kmsKey: … }" },
    )
    .meta({ examples: ["production/api-keys/admin"] })
    .describe("The secret of a credential that may manage keys: its name or ARN."),
  adminField: fieldName.describe("The field of the admin's secret that holds it."),
  field: fieldName
    .meta({ examples: ["api_key"] })
    .describe(
      "The field of the secret that holds the key. Its id is kept in the field with _id behind.",
    ),
  plain: z.literal(true).describe("true: the secret is not JSON but the key itself."),
  adopt: z
    .boolean()
    .describe("true: the old key may be deleted although Quarterturn did not create it."),
  strategy: z
    .literal("roll")
    .describe(
      "roll: one call replaces the key, and consumers are refused until they have the new one. Never a default.",
    ),
  expiresAfter: span
    .meta({ examples: ["200d"] })
    .describe("How long a new key lives if it is not rotated."),
  oldEndsAfter: span
    .meta({ examples: ["48h"] })
    .describe(
      "How long the provider accepts the old key after a rotation; not less than settlement needs.",
    ),
};

/** Whether `field` names all of a key, beside its id. */
export const hasOnePart = ({ fields }: Preset): boolean => Object.keys(fields).length === 1;

/** The keys that rotation.yml may have for a credential of this preset. */
export function keysOf(preset: Preset): z.ZodRawShape {
  const { strategy, expiresAfter, oldEndsAfter, admin, adminField, field, plain, ...always } =
    commonKeys;
  const own = Object.keys(preset.fields);
  const parts = adminParts(preset);
  return {
    ...(preset.auth.admin && { admin }),
    ...(parts.length === 1 && { adminField }),
    ...(parts.length > 1 && { adminFields: adminFields(parts) }),
    ...(preset.kind === "supplied" ? { every: suppliedKeys.every } : always),
    ...(hasOnePart(preset) && { field, plain }),
    fields: fields([...own, ...(own.includes("id") ? [] : ["id"])]),
    ...(preset.kind === "roll" && { strategy }),
    ...(preset.expiry && { expiresAfter }),
    ...(preset.grace && { oldEndsAfter }),
    ...Object.fromEntries(
      Object.entries(preset.params).map(([name, param]) => [name, formOf(param)]),
    ),
  };
}

/** What an entry may have beside its parameters. */
type HttpKeys = KeysOf<typeof commonKeys> & {
  readonly adminFields?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
};

export type HttpEntry = CredentialEntry<HttpKeys>;

/** All that a preset's type may have beside its parameters. */
export const ownKeys: readonly string[] = [
  ...Object.keys(commonKeys),
  "adminFields",
  "every",
  "fields",
  "type",
];

/** The parts of the administrator's credential that the preset names. A key file of Google keeps Google's names. */
export const adminParts = ({ auth: { admin } }: Preset): readonly string[] => {
  if (!admin || ("exchange" in admin && admin.exchange === "google-service-account")) return [];
  const rests = placeholdersIn(admin).flatMap(({ source, rest }) =>
    source === "admin" ? [rest] : [],
  );
  return [...new Set(rests)];
};

const namesOf = (parts: readonly string[]) =>
  z
    .strictObject(
      Object.fromEntries(parts.map((part) => [part, fieldName.describe(`The field of ${part}.`)])),
    )
    .partial();

const fields = (parts: readonly string[]) =>
  namesOf(parts)
    .meta({ examples: [{ secret: "API_KEY" }] })
    .describe("Which field of the secret holds which part of the key.");

const adminFields = (parts: readonly string[]) =>
  namesOf(parts)
    .meta({ examples: [Object.fromEntries(parts.map((part) => [part, part]))] })
    .describe("Which field of the admin's secret holds which part of its credential.");

import { z } from "zod";
import { mirrorSchema } from "./mirror.ts";
import { kmsKey, stageName } from "./names.ts";

const text = (what: string) => z.string().min(1, `is empty: it must name ${what}`);
const fieldName = text("a field of the secret").regex(/^(?!\/$)/, {
  error: "leads nowhere: give a field's name, or a JSON Pointer like /database/password",
});
const userName = text("a user");
const host = text("a host");

const outOfRange = (from: number, to: number, what: string) => ({
  error: `must be ${what} from ${from} to ${to}`,
});
const port = z
  .int()
  .min(1, outOfRange(1, 65_535, "a port"))
  .max(65_535, outOfRange(1, 65_535, "a port"))
  .meta({ examples: [5432] });

const duration = z
  .string()
  .regex(/^\d{1,5}[smhd]$/, "must be a whole number and one of s, m, h, d, like 90m or 24h");

const key = z
  .string()
  .regex(kmsKey, {
    error:
      "must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), or aws/secretsmanager; policies cannot grant an alias or a key id: `aws kms describe-key --key-id …` prints the ARN",
  })
  .meta({ examples: ["arn:aws:kms:eu-central-1:123456789012:key/ID"] });

const list = <T extends z.ZodType>(of: T, example: string) =>
  z
    .array(of)
    .refine((items) => new Set(items).size === items.length, {
      error: ({ input }) => `names ${twice(input)} twice: remove one`,
    })
    .meta({ examples: [[example]] });

function twice(input: unknown): string {
  const items = Array.isArray(input) ? input : [];
  return JSON.stringify(items.find((item, index) => items.indexOf(item) !== index));
}

/** When a secret rotates, and how its old credential comes to its end. */
const timing = {
  schedule: z
    .string()
    .max(256, "is longer than the 256 characters that Secrets Manager takes: shorten it")
    .meta({ examples: ["rate(90 days)", "cron(0 2 1 * ? *)"] })
    .describe(
      "When Secrets Manager rotates, in UTC: rate(n hours), rate(n days) or cron(0 hours day-of-month month day-of-week *). Default rate(90 days).",
    ),
  window: z
    .string()
    .regex(
      /^([1-9]|1\d|2[0-4])h$/,
      "must be whole hours from 1h to 24h, like 3h: Secrets Manager takes no others",
    )
    .meta({ examples: ["3h"] })
    .describe(
      "How long after the start that the schedule gives the rotation may begin, like 3h. By default one hour for schedules in hours, the rest of the UTC day for others.",
    ),
  kmsKey: key.describe(
    "ARN of the KMS key that encrypts the secret; aws/secretsmanager (the default) where it is AWS's own.",
  ),
  clusters: list(text("a cluster"), "production").describe(
    "ECS clusters in which consumers are looked for, and rolled: names or ARNs.",
  ),
  grace: duration
    .meta({ examples: ["24h"] })
    .describe(
      "How long consumers that nobody sees get after the promotion. By default 24h where none is found, else 0s.",
    ),
  deadline: duration
    .meta({ examples: ["24h"] })
    .describe("When a secret that is not settled alerts, counted from the promotion; default 24h."),
};

/** What of a credential may be said once for all. */
const shared = {
  type: z
    .string()
    .meta({ examples: ["postgres", "generated"] })
    .describe(
      "The kind of server (a secret whose `engine` differs is refused), or generated for a random value; default postgres.",
    ),
  strategy: z
    .enum(["alternating-users", "in-place"])
    .describe(
      "The order of replacement; alternating-users where an admin is named. in-place is never a default: new connections fail for a moment at each rotation.",
    ),
  admin: z
    .union([
      text("a secret"),
      z.strictObject({
        secret: text("a secret")
          .meta({ examples: ["production/database/admin"] })
          .describe("Its name or ARN."),
        host: host.optional().describe("Where it belongs, if its own secret does not say."),
        port: port.optional().describe("The port there, if its own secret does not say."),
        kmsKey: key
          .optional()
          .describe("ARN of the KMS key that encrypts it; by default as for the other secrets."),
      }),
    ])
    .meta({ examples: ["production/database/admin"] })
    .describe("The secret of an administrator of the same server: its name or ARN."),
  ca: text("whom to trust")
    .meta({ examples: ["system", "rds", "ca.pem"] })
    .describe(
      "Whom to trust for TLS: system, rds, or a PEM file beside rotation.yml. By default rds for *.rds.amazonaws.com, else system.",
    ),
};

const password = z
  .strictObject({
    length: z
      .int()
      .min(8, outOfRange(8, 1024, "a length"))
      .max(1024, outOfRange(8, 1024, "a length"))
      .describe("In characters; default 32."),
    characters: z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces")
      .describe("The alphabet; default letters and digits."),
    require: z
      .array(z.enum(["lower", "upper", "digit", "symbol"]))
      .describe("Kinds of which at least one must occur; default lower, upper, digit."),
  })
  .partial()
  .describe("What the server demands of a password; default 32 letters and digits.");

/** What is said of each credential by itself. */
const own = {
  users: z
    .strictObject({
      owner: userName
        .meta({ examples: ["app"] })
        .describe("The user that owns what the application makes."),
      clone: userName
        .meta({ examples: ["app_clone"] })
        .describe("The second user, which acts as the owner."),
    })
    .refine(({ owner, clone }) => owner !== clone, "owner and clone are the same user: name two")
    .meta({ examples: [{ owner: "app", clone: "app_clone" }] })
    .describe("The pair of alternating-users; by default the user, and its name with _clone."),
  fields: z
    .strictObject({
      host: fieldName,
      port: fieldName,
      database: fieldName,
      username: fieldName,
      password: fieldName,
    })
    .partial()
    .meta({ examples: [{ password: "POSTGRES_PASSWORD" }] })
    .describe(
      "Which field of the secret holds what; the usual names are found without. {} for a login that stands in a URL alone, beside another one's fields.",
    ),
  urls: list(fieldName, "connection_string").describe(
    "Fields that hold a connection URL with this login inside; only user and password in them change.",
  ),
  connection: z
    .strictObject({ host, port, database: text("a database"), username: userName })
    .partial()
    .meta({ examples: [{ host: "db.internal", database: "app" }] })
    .describe("What the secret does not hold."),
  plain: z
    .enum(["password", "url"])
    .describe(
      "The secret is no JSON but the password itself, or a connection URL with the login inside.",
    ),
  passwordForm: z
    .enum(["verifier", "plaintext"])
    .describe("plaintext only for servers that refuse verifiers (Neon and others)."),
  password,
};

/** What is said of a generated value by itself. */
const generated = {
  format: z
    .enum(["hex", "base64", "base64url", "alphanumeric", "uuid"])
    .describe("The form of a generated value."),
  bytes: z
    .int()
    .min(1, outOfRange(1, 1024, "a number of bytes"))
    .max(1024, outOfRange(1, 1024, "a number of bytes"))
    .describe("How many random bytes hex, base64 and base64url encode; default 32."),
  length: z
    .int()
    .min(1, outOfRange(1, 1024, "a length"))
    .max(1024, outOfRange(1, 1024, "a length"))
    .describe("How many characters alphanumeric has; default 32."),
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, "must be 1 to 64 printable ASCII characters without spaces")
    .meta({ examples: ["whsec_"] })
    .describe("What stands ahead of the random part."),
  field: fieldName.describe(
    "The field that holds the generated value; without it the secret is no JSON but the value itself.",
  ),
  previous: fieldName.describe(
    "A field that keeps the value before, for services that verify with both; added where the secret lacks it.",
  ),
  previousExpiresAt: fieldName.describe(
    "A field that says until when the value before counts (ISO 8601); added where the secret lacks it.",
  ),
  overlap: duration
    .meta({ examples: ["24h"] })
    .describe("How long the value before counts, as previousExpiresAt says; default 24h."),
};

/** One credential of a secret. */
export const credentialSchema = z.strictObject({ ...shared, ...own, ...generated }).partial();

/** The keys that only a login has, and those that only a generated value has. */
export const loginKeys = [...Object.keys(own), "strategy", "admin", "ca"] as const;
export const generatedKeys = Object.keys(generated);

/** What holds for every secret, or for every secret of a stage, that does not say otherwise. */
export const defaultsSchema = z.strictObject({ ...timing, ...shared }).partial();

export const secretSchema = z
  .strictObject({
    ...timing,
    stages: list(z.string(), "production")
      .min(1, "names no stage: remove it, or name the stages in which the secret rotates")
      .describe("The stages in which the secret rotates; by default all."),
    exempt: z
      .strictObject({
        reason: text("the reason")
          .meta({ examples: ["the vendor's console only"] })
          .describe("Why it does not rotate."),
        until: z.iso
          .date("must be a day of the calendar, like 2027-03-01")
          .meta({ examples: ["2027-03-01"] })
          .describe("The last day of the exemption, in UTC."),
      })
      .meta({ examples: [{ reason: "the vendor's console", until: "2027-03-01" }] })
      .describe("For secrets that do not rotate for now: why, and until when."),
    rotatedAt: fieldName
      .meta({ examples: ["rotated_at"] })
      .describe(
        "The field that says when the value was made (ISO 8601, UTC), added where the secret lacks it. By default rotated_at, in secrets that have it.",
      ),
    credentials: z
      .array(credentialSchema)
      .min(1, "is empty: remove it for one credential in the usual form, or list them")
      .describe("The credentials in the secret, where there are several."),
    mirror: mirrorSchema
      .meta({ examples: [{ prefix: "/clip-it/" }] })
      .describe("Parameters of SSM to which settlement copies fields of the secret."),
    ...shared,
    ...own,
    ...generated,
  })
  .partial()
  .meta({ examples: [{ strategy: "in-place" }] })
  .describe(
    "One secret. With a single credential, its keys stand here; empty where none is needed.",
  );

/** rotation.yml. */
export const manifestSchema = z
  .strictObject({
    defaults: defaultsSchema
      .nullable()
      .optional()
      .describe("For every secret that does not say otherwise."),
    stages: z
      .record(
        z.string().regex(stageName, "is no name of a stage: use letters, digits and -"),
        defaultsSchema.nullable(),
      )
      .meta({ examples: [{ staging: { schedule: "rate(180 days)" } }] })
      .optional()
      .describe("What differs from the defaults in a stage (serverless's --stage)."),
    secrets: z
      .record(z.string(), secretSchema.nullable())
      .meta({ examples: [{ "production/database/primary": { strategy: "in-place" } }] })
      .describe(
        `The secrets that rotate, by name or ARN. \${stage} in a name is the stage's name.`,
      ),
  })
  .meta({ examples: [{ secrets: { "production/database/primary": { strategy: "in-place" } } }] });

export type ManifestFile = z.infer<typeof manifestSchema>;
export type Defaults = z.infer<typeof defaultsSchema>;
export type SecretFile = z.infer<typeof secretSchema>;
export type CredentialFile = z.infer<typeof credentialSchema>;

/** The schema of what stands at this path, as far as there is one. */
export function schemaAt(path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = manifestSchema;
  for (const step of path) at = at && inside(bare(at), step);
  return at && bare(at);
}

function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod;
  return "innerType" in def ? bare(def.innerType as z.core.$ZodType) : schema;
}

function inside(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodUnion) return schema.options.map((o) => inside(o, step)).find(Boolean);
  return undefined;
}

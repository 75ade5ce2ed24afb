import { z } from "zod";
import { duration, fieldName, kmsKey, list, text } from "./forms.ts";
import { mirrorSchema } from "./mirror.ts";
import { stageName } from "./names.ts";
import { type CredentialType, type KeysOf, type TypeList, typeIn } from "./type.ts";
import { unknownType } from "./unknown-type.ts";

/** When a secret rotates, and when its old credential is retired. */
const timingKeys = {
  schedule: z
    .string()
    .max(256, "is longer than the 256 characters that Secrets Manager accepts: shorten it")
    .meta({ examples: ["rate(90 days)", "cron(0 2 1 * ? *)"] })
    .describe(
      "When Secrets Manager rotates, in UTC: rate(n hours), rate(n days) or cron(0 hours day-of-month month day-of-week *). Default rate(90 days).",
    ),
  window: z
    .string()
    .regex(
      /^([1-9]|1\d|2[0-4])h$/,
      "must be whole hours from 1h to 24h, like 3h: Secrets Manager accepts no others",
    )
    .meta({ examples: ["3h"] })
    .describe(
      "How long after its start by the schedule a rotation may begin, like 3h. Default one hour for schedules in hours, the rest of the UTC day for others.",
    ),
  kmsKey: kmsKey.describe(
    "ARN of the KMS key that encrypts the secret, or aws/secretsmanager for AWS's own; default aws/secretsmanager.",
  ),
  grace: duration
    .meta({ examples: ["24h"] })
    .describe(
      "How long consumers that cannot be seen get after the promotion. Default 24h where none is found, else 0s.",
    ),
  deadline: duration
    .meta({ examples: ["24h"] })
    .describe("When an unsettled secret alerts, counted from the promotion; default 24h."),
};

/** Keys of a secret that no type of credentials or consumers brings. */
export const secretKeys = {
  ...timingKeys,
  stages: list(z.string(), "production")
    .min(1, "lists no stage: remove it, or list the stages in which the secret rotates")
    .describe("The stages in which the secret rotates; default all."),
  exempt: z
    .strictObject({
      reason: text("the reason")
        .meta({ examples: ["the vendor's console only"] })
        .describe("Why it does not rotate."),
      until: z.iso
        .date("must be a calendar day, like 2027-03-01")
        .meta({ examples: ["2027-03-01"] })
        .describe("The last day of the exemption, in UTC."),
    })
    .meta({ examples: [{ reason: "the vendor's console", until: "2027-03-01" }] })
    .describe("For a secret that does not rotate for now: why, and until when."),
  rotatedAt: fieldName
    .meta({ examples: ["rotated_at"] })
    .describe(
      "The field that holds the time of the last rotation (ISO 8601, UTC), added where the secret lacks it. Default rotated_at, in secrets that have it.",
    ),
  mirror: mirrorSchema
    .meta({ examples: [{ prefix: "/clip-it/" }] })
    .describe("SSM parameters to which settlement copies fields of the secret."),
};

/** A secret without the keys of its credentials. */
const secretSchema = (scope: z.ZodRawShape) =>
  z
    .strictObject({
      ...secretKeys,
      ...scope,
      credentials: z
        .array(z.unknown())
        .min(
          1,
          "is empty: remove it for one credential with the usual names, or list the credentials",
        ),
    })
    .partial();

export type Defaults = KeysOf<typeof timingKeys>;
export type SecretKeys = KeysOf<typeof secretKeys>;

/** The form of a rotation.yml whose credentials are of these types. */
export class ManifestSchema {
  readonly list: TypeList;
  readonly typeKey: z.ZodType;
  /** The keys of the types of consumers. */
  readonly scope: z.ZodRawShape;
  readonly defaults: z.ZodObject;
  readonly secret: ReturnType<typeof secretSchema>;
  /** The whole file, apart from what its secrets hold. */
  readonly file: z.ZodObject;

  constructor(list: TypeList) {
    const names = Object.keys(list.types);
    this.list = list;
    this.typeKey = z
      .string()
      .refine((name) => typeIn(list, name), {
        error: ({ input }) => unknownType(String(input), list),
      })
      .meta({ enum: names, examples: names })
      .describe(`The type of the credential; default ${list.defaultType}.`);
    this.scope = Object.fromEntries(
      Object.entries(list.scopeKeys).map(([key, { schema }]) => [key, schema]),
    );
    const sharedKeys = Object.values(list.types).map((type) => type.sharedKeys);
    this.defaults = z
      .strictObject({
        ...timingKeys,
        ...this.scope,
        type: this.typeKey,
        ...Object.assign({}, ...sharedKeys),
      })
      .partial();
    this.secret = secretSchema(this.scope).meta({ examples: [this.#example] });
    this.file = this.#file(z.unknown());
  }

  /** A credential of a type, without the key `type`. */
  credential({ sharedKeys, ownKeys, example }: CredentialType): z.ZodObject {
    return z
      .strictObject({ ...sharedKeys, ...ownKeys })
      .partial()
      .meta({ examples: [example] });
  }

  /** The whole file for editors: in a secret, and in each of its credentials, `type` selects the keys. */
  get document(): z.ZodType {
    const types = Object.entries(this.list.types).map(([name, type]) => ({
      example: type.example,
      keys: {
        type: z.literal(name).describe(`${type.description} Default ${this.list.defaultType}.`),
        ...type.sharedKeys,
        ...type.ownKeys,
      },
    }));
    const credentials = z
      .array(z.union(types.map(({ keys }) => z.strictObject(keys).partial())))
      .min(1)
      .describe("The credentials in the secret, where there are several.");
    const secrets = types.map(({ example, keys }) =>
      z
        .strictObject({ ...secretKeys, ...this.scope, credentials, ...keys })
        .partial()
        .meta({ examples: [example] })
        .describe(
          "One secret. The keys of a single credential stand here; empty where none is needed.",
        ),
    );
    return this.#file(z.union([...secrets, z.null()]));
  }

  get #example() {
    return typeIn(this.list, this.list.defaultType)?.example ?? {};
  }

  #file(secret: z.ZodType): z.ZodObject {
    const secrets = { "production/database/primary": this.#example };
    return z
      .strictObject({
        defaults: this.defaults
          .nullable()
          .optional()
          .describe("For every secret that does not say otherwise."),
        stages: z
          .record(
            z.string().regex(stageName, "is not a stage name: use letters, digits and -"),
            this.defaults.nullable(),
          )
          .meta({ examples: [{ staging: { schedule: "rate(180 days)" } }] })
          .optional()
          .describe("What differs from the defaults in a stage (serverless's --stage)."),
        secrets: z
          .record(z.string(), secret)
          .meta({ examples: [secrets] })
          .describe(
            `The secrets that rotate, by name or ARN. \${stage} in a name is the stage's name.`,
          ),
      })
      .meta({ examples: [{ secrets }] });
  }
}

/** The schema at this path below a schema, if there is one. */
export function schemaAt(
  root: z.core.$ZodType,
  path: readonly PropertyKey[],
): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = root;
  for (const step of path) schema = schema && inside(bare(schema), step);
  return schema && bare(schema);
}

function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const innerType: unknown = Reflect.get(schema._zod.def, "innerType");
  return innerType instanceof z.core.$ZodType ? bare(innerType) : schema;
}

function inside(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodUnion) return schema.options.map((o) => inside(o, step)).find(Boolean);
  return undefined;
}

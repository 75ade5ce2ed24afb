import { z } from "zod";
import { secretKeys, secretSchema, timingKeys } from "./keys.ts";
import { stageName } from "./names.ts";
import type { CredentialType } from "./type.ts";
import { type TypeList, typeIn } from "./type-list.ts";
import { unknownType } from "./unknown-type.ts";

const ofFile = {
  type: z
    .string()
    .regex(/^\.{1,2}\//)
    .meta({ examples: ["./providers/acme.yml"] })
    .describe("The file of a provider's preset, next to rotation.yml."),
};

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
      .array(
        z.union([
          ...types.map(({ keys }) => z.strictObject(keys).partial()),
          z.looseObject(ofFile),
        ]),
      )
      .min(1)
      .describe("The credentials in the secret, if there are several.");
    const secrets = types.map(({ example, keys }) =>
      z
        .strictObject({ ...secretKeys, ...this.scope, credentials, ...keys })
        .partial()
        .meta({ examples: [example] })
        .describe("One secret. The keys of a single credential go here; empty if none is needed."),
    );
    return this.#file(z.union([...secrets, this.#secretOfFile, z.null()]));
  }

  /** Its keys are those of a file, which no editor reads. */
  get #secretOfFile() {
    return z
      .looseObject({ ...z.object({ ...secretKeys, ...this.scope }).partial().shape, ...ofFile })
      .describe("One secret whose key is described by a preset next to rotation.yml.");
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
          .describe("For every secret that has no value of its own."),
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

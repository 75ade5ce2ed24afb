import { z } from "zod";
import { fieldName, kmsKey, list, text, wholeNumber } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";
import { strategyNames } from "./traits.ts";

const userName = text("a user");
const host = text("a host");
const port = wholeNumber("a port", 1, 65_535).meta({ examples: [5432] });
const secret = text("a secret");

/** Keys of a login that may also stand under `defaults`. */
export const sharedKeys = {
  strategy: z
    .enum(strategyNames)
    .describe(
      "How to replace the password. Default two-passwords if the type has it, else alternating-users if an admin is named. in-place is never a default: new connections fail for a moment at each rotation.",
    ),
  admin: z
    .union(
      [
        secret,
        z.strictObject({
          secret: secret
            .meta({ examples: ["production/database/admin"] })
            .describe("Its name or ARN."),
          host: host.optional().describe("Its server's host, if the secret does not hold it."),
          port: port.optional().describe("Its server's port, if the secret does not hold it."),
          kmsKey: kmsKey
            .optional()
            .describe("ARN of the KMS key that encrypts it; default as for the other secrets."),
        }),
      ],
      { error: "must be the name of a secret, or { secret: …, host: …, port: … }" },
    )
    .meta({ examples: ["production/database/admin"] })
    .describe("The secret of an administrator of the same server: its name or ARN."),
  ca: text("a certificate authority")
    .meta({ examples: ["system", "rds", "ca.pem"] })
    .describe(
      "The certificate authority to trust for TLS: system, rds, or a PEM file next to rotation.yml. Default rds for *.rds.amazonaws.com and *.docdb.amazonaws.com, else system.",
    ),
};

const password = z
  .strictObject({
    length: wholeNumber("a length", 8, 1024).describe("In characters; default 32."),
    characters: z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces")
      .describe("The alphabet; default letters and digits."),
    require: z
      .array(z.enum(["lower", "upper", "digit", "symbol"]))
      .describe("Kinds of which at least one character must occur; default lower, upper, digit."),
  })
  .partial()
  .describe("What the server requires of a password; default 32 letters and digits.");

/** Keys of a single login. */
export const ownKeys = {
  users: z
    .strictObject({
      owner: userName
        .meta({ examples: ["app"] })
        .describe("The user that owns what the application creates."),
      clone: userName
        .meta({ examples: ["app_clone"] })
        .describe("The second user, which acts as the owner."),
    })
    .refine(({ owner, clone }) => owner !== clone, "owner and clone are the same user: name two")
    .meta({ examples: [{ owner: "app", clone: "app_clone" }] })
    .describe("The two users of alternating-users; default the user, and its name with _clone."),
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
      "Which field of the secret holds what; fields with the usual names are found without it. {} for a login that is only in a URL, next to another login's fields.",
    ),
  urls: list(fieldName, "connection_string").describe(
    "Fields that hold a connection URL or connection string with this login in it; only user and password in them change.",
  ),
  otherHosts: list(host, "reader.internal").describe(
    "Other hosts that urls may lead to with the same login, e.g. a reader or a pooler: host or host:port. Never connected to.",
  ),
  copies: list(fieldName, "DB_PASSWORD").describe(
    "Other fields that hold only the password; they change with it.",
  ),
  connection: z
    .strictObject({ host, port, database: text("a database"), username: userName })
    .partial()
    .meta({ examples: [{ host: "db.internal", database: "app" }] })
    .describe("What the secret does not hold."),
  plain: z
    .enum(["password", "url"])
    .describe(
      "The secret is not JSON but the password itself, or a connection URL or connection string with the login in it.",
    ),
  passwordForm: z
    .enum(["verifier", "plaintext"])
    .describe("plaintext only for servers that refuse verifiers (Neon and others)."),
  password,
};

export type LoginKeys = KeysOf<typeof sharedKeys & typeof ownKeys>;

import { z } from "zod";
import { fieldName } from "../../manifest/forms.ts";
import type { KeysOf } from "../../manifest/type.ts";

const field = (description: string) => fieldName.optional().describe(description);

const smtpLogin = z
  .strictObject({
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a Region of AWS, like eu-central-1")
      .describe("The Region of Amazon SES: a password works in one Region only."),
    password: fieldName.describe("The field of the SMTP password."),
    username: field("The field of the SMTP user name, which is the id of the access key."),
  })
  .describe("A login to the SMTP server of Amazon SES.");

export const ownKeys = {
  user: z
    .string()
    .meta({ examples: ["uploads"] })
    .describe(
      "The IAM user that the key belongs to, with its path if it has one: apps/uploads. Required.",
    ),
  fields: z
    .strictObject({
      id: field("The field of the access key id."),
      secret: field("The field of the secret access key."),
    })
    .describe(
      "Default: access_key_id and secret_access_key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ),
  ses: z
    .array(smtpLogin)
    .describe("Logins to Amazon SES that are derived from the key; each changes with it."),
  adopt: z
    .boolean()
    .describe(
      "true: a key that Quarterturn did not create is also disabled and deleted, once its secret no longer holds it.",
    ),
};

export type IamKeys = KeysOf<typeof ownKeys>;

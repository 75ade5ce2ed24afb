import { z } from "zod";
import { consumersSchema } from "./consumers.ts";
import { duration, fieldName, kmsKey, list, text } from "./forms.ts";
import { mirrorSchema } from "./mirror.ts";
import type { KeysOf } from "./type.ts";

/** When a secret rotates, and when its old credential is retired. */
export const timingKeys = {
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
  consumers: consumersSchema,
  grace: duration
    .meta({ examples: ["24h"] })
    .describe(
      "How long the old credential is kept after the promotion for consumers that cannot be seen. Default 24h; 0s with `consumers: complete`.",
    ),
  deadline: duration
    .meta({ examples: ["48h"] })
    .describe(
      "When an unsettled secret alerts, counted from the promotion; default 24h beyond the grace, plus the time that a provider's old key takes to end.",
    ),
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
  drill: z
    .string()
    .meta({ examples: ["rate(30 days)"] })
    .describe(
      "For a canary, a secret that nothing depends on: how often to replace it as if it had leaked, to prove that an emergency works. Written as a schedule.",
    ),
  rotatedAt: fieldName
    .meta({ examples: ["rotated_at"] })
    .describe(
      "The field that holds the time of the last rotation (ISO 8601, UTC), added if the secret lacks it. Default rotated_at, in secrets that have it.",
    ),
  mirror: mirrorSchema
    .meta({ examples: [{ prefix: "/clip-it/" }] })
    .describe("SSM parameters to which settlement copies fields of the secret."),
};

/** A secret without the keys of its credentials. */
export const secretSchema = (scope: z.ZodRawShape) =>
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

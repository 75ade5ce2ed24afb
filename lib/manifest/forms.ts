import { z } from "zod";
import { kmsKeyForm } from "./names.ts";

/** Forms of values that several keys have. */

export const text = (what: string) => z.string().min(1, `is empty: it must name ${what}`);

/** A field of the secret: its name, or a JSON Pointer. */
export const fieldName = text("a field of the secret").regex(/^(?!\/$)/, {
  error: "names no field: give a field's name, or a JSON Pointer like /database/password",
});

/** @param what with its article, e.g. `a port` */
export function wholeNumber(what: string, from: number, to: number) {
  const error = `must be ${what} from ${from} to ${to}`;
  return z.int().min(from, { error }).max(to, { error });
}

/** Like `90m`; see `milliseconds`. */
export const duration = z
  .string()
  .regex(/^\d{1,5}[smhd]$/, "must be a whole number followed by s, m, h or d, like 90m or 24h");

export const kmsKey = z
  .string()
  .regex(kmsKeyForm, {
    error:
      "must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), or aws/secretsmanager; IAM policies cannot grant an alias or a key id: `aws kms describe-key --key-id …` prints the ARN",
  })
  .meta({ examples: ["arn:aws:kms:eu-central-1:123456789012:key/ID"] });

/** A list without repetitions. */
export const list = <T extends z.ZodType>(items: T, example: string) =>
  z
    .array(items)
    .refine((values) => new Set(values).size === values.length, {
      error: ({ input }) => `lists ${repeated(input)} twice: remove one`,
    })
    .meta({ examples: [[example]] });

function repeated(input: unknown): string {
  const items = Array.isArray(input) ? input : [];
  return JSON.stringify(items.find((item, index) => items.indexOf(item) !== index));
}

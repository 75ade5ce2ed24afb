import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { invalidValue } from "./operation.ts";

export type Attributes = Readonly<Record<string, string>>;

/** Integers, with default, minimum and maximum (API_CreateQueue). */
const INTEGERS = {
  DelaySeconds: [0, 0, 900],
  MaximumMessageSize: [1_048_576, 1024, 1_048_576],
  MessageRetentionPeriod: [345_600, 60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
  VisibilityTimeout: [30, 0, 43_200],
} as const;
export type IntegerAttribute = keyof typeof INTEGERS;

/** Stored and shown, without effect. */
const STORED: ReadonlySet<string> = new Set([
  "KmsDataKeyReusePeriodSeconds",
  "KmsMasterKeyId",
  "Policy",
  "RedriveAllowPolicy",
  "SqsManagedSseEnabled",
]);

export const INTEGER_DEFAULTS: Readonly<Record<IntegerAttribute, string>> = {
  DelaySeconds: String(INTEGERS.DelaySeconds[0]),
  MaximumMessageSize: String(INTEGERS.MaximumMessageSize[0]),
  MessageRetentionPeriod: String(INTEGERS.MessageRetentionPeriod[0]),
  ReceiveMessageWaitTimeSeconds: String(INTEGERS.ReceiveMessageWaitTimeSeconds[0]),
  VisibilityTimeout: String(INTEGERS.VisibilityTimeout[0]),
};

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/** Throws InvalidAttributeName, InvalidAttributeValue. `fifo`: whether they are for a FIFO queue. */
export function checkAttributes(attributes: Attributes, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name in INTEGERS) checkInteger(name as IntegerAttribute, value);
    else if (name === "RedrivePolicy") redrivePolicy(value);
    else if (name === "ContentBasedDeduplication" && fifo) checkBoolean(name, value);
    else if (!STORED.has(name)) throw unknownAttribute(name);
  }
}

/** Undefined for an empty string, which removes the policy. */
export function redrivePolicy(text = ""): RedrivePolicy | undefined {
  if (text === "") return undefined;
  const shape = z.object({
    deadLetterTargetArn: z.string(),
    maxReceiveCount: z.coerce.number().int().min(1).max(1000),
  });
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw invalidValue(
      "RedrivePolicy",
      text,
      "Redrive policy needs deadLetterTargetArn and maxReceiveCount, from 1 to 1000.",
    );
  }
}

export function unknownAttribute(name: string): AwsError {
  return new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
}

function checkInteger(name: IntegerAttribute, value: string): void {
  const [, minimum, maximum] = INTEGERS[name];
  if (/^\d{1,9}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum) return;
  throw invalidAttributeValue(name);
}

function checkBoolean(name: string, value: string): void {
  if (value !== "true" && value !== "false") throw invalidAttributeValue(name);
}

function invalidAttributeValue(name: string): AwsError {
  return new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
}

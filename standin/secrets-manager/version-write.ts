import { z } from "zod";
import { AwsError, invalidParameter, invalidRequest } from "../aws-error.ts";
import { clientRequestToken } from "./operation.ts";
import { nextRotationAt } from "./rotation-rules.ts";
import { CURRENT, holderOf, moveLabel, PENDING, type Secret, type SecretValue } from "./secret.ts";

const MAX_VALUE_BYTES = 65_536;
/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_LABELS = 20;

export const valueFields = {
  ClientRequestToken: clientRequestToken.optional(),
  SecretString: z.string().min(1).optional(),
  SecretBinary: z.base64().min(1).optional(),
};

/** The value of a request, if it has one: SecretString or SecretBinary, at most 64 KiB. */
export function requestedValue(input: {
  SecretString?: string | undefined;
  SecretBinary?: string | undefined;
}): SecretValue | undefined {
  const { SecretString, SecretBinary } = input;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter("You can't specify both a binary secret value and a string value.");
  }
  const bytes = Buffer.byteLength(
    SecretString ?? SecretBinary ?? "",
    SecretString ? "utf8" : "base64",
  );
  if (bytes > MAX_VALUE_BYTES) {
    throw invalidParameter(`The secret value must have at most ${MAX_VALUE_BYTES} bytes.`);
  }
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}

/** The SDKs and the command line fill the token in; a raw request must bring one. */
export function requireToken(token: string | undefined): string {
  if (token !== undefined) return token;
  throw invalidRequest(
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
  );
}

export function sameValue(a: SecretValue | undefined, b: SecretValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function tokenInUse(secret: Secret, token: string): AwsError {
  return new AwsError(
    "ResourceExistsException",
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secret.arn}.`,
  );
}

/**
 * Gives the version a value and its labels. Writing AWSCURRENT by hand counts as a rotation for
 * the next date (API_RotationRulesType) and takes AWSPENDING away from any other version, also where
 * no rotation is under way (recorded on AWS: LocalStack's snapshot
 * test_update_secret_version_stages_current_pending). A rotation that is not complete is abandoned by
 * it (user guide, "Log Secrets Manager events with CloudTrail": RotationAbandoned).
 */
export function writeVersion(
  secret: Secret,
  id: string,
  value: SecretValue,
  labels: readonly string[],
  now: number,
): void {
  requireRoomFor(secret, labels);
  const version = secret.versions.get(id) ?? { id, createdAt: now, labels: new Set<string>() };
  const { kmsKey } = secret;
  secret.versions.set(id, Object.assign(version, { value }, kmsKey && { kmsKey }));
  for (const label of labels) moveLabel(secret, label, version);
  secret.changedAt = now;
  if (!labels.includes(CURRENT)) return;
  const pending = holderOf(secret, PENDING);
  if (pending?.id !== id) pending?.labels.delete(PENDING);
  if (secret.openRotation !== undefined && secret.openRotation.token !== id) abandon(secret);
  if (secret.rotation?.enabled) scheduleNext(secret, now);
}

/** Throws LimitExceededException if the secret would have too many labels. */
export function requireRoomFor(secret: Secret, labels: readonly string[]): void {
  const attached = [...secret.versions.values()].flatMap((version) => [...version.labels]);
  if (new Set([...attached, ...labels]).size <= MAX_LABELS) return;
  throw new AwsError(
    "LimitExceededException",
    `A secret can't have more than ${MAX_LABELS} staging labels.`,
  );
}

export function scheduleNext(secret: Secret, now: number): void {
  const rules = secret.rotation?.rules;
  const next = rules && nextRotationAt(rules, now);
  if (next === undefined) delete secret.nextRotationAt;
  else secret.nextRotationAt = next;
}

function abandon(secret: Secret): void {
  const token = secret.openRotation?.token;
  delete secret.openRotation;
  if (token !== undefined) secret.changed({ kind: "RotationAbandoned", token });
}

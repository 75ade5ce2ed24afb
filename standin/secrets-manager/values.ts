import { z } from "zod";
import { AwsError, invalidRequest } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation, secretId, tags, versionStage } from "./operation.ts";
import {
  CURRENT,
  holderOf,
  PENDING,
  PREVIOUS,
  type Secret,
  type SecretValue,
  sortedLabels,
} from "./secret.ts";
import { invalidName, type SecretTable } from "./secret-table.ts";
import {
  requestedValue,
  requireToken,
  sameValue,
  tokenInUse,
  valueFields,
  writeVersion,
} from "./version-write.ts";

/** The operations that write a secret's value. */
export function valueOperations(secrets: SecretTable): Operations {
  return {
    CreateSecret: createSecret(secrets),
    PutSecretValue: putSecretValue(secrets),
    UpdateSecret: updateSecret(secrets),
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
function createSecret(secrets: SecretTable) {
  const shape = z.object({
    Name: z.string().min(1).max(512),
    Description: z.string().max(2048).optional(),
    KmsKeyId: z.string().max(2048).optional(),
    Tags: tags.optional(),
    ...valueFields,
  });
  return operation(shape, (input) => {
    if (!/^[\w/+=.@!-]+$/.test(input.Name)) throw invalidName();
    const value = requestedValue(input);
    const token = value && requireToken(input.ClientRequestToken);
    const existing = secrets.named(input.Name);
    if (existing !== undefined) return repeatedCreate(existing, token, value);
    const now = Date.now();
    const secret = secrets.add(input.Name, now);
    if (input.Description !== undefined) secret.description = input.Description;
    if (input.KmsKeyId !== undefined) secret.kmsKey = input.KmsKeyId;
    if (input.Tags !== undefined) Object.assign(secret, { tags: input.Tags, hadTags: true });
    if (value && token) writeVersion(secret, token, value, [CURRENT], now);
    return { ARN: secret.arn, Name: secret.name, ...(token && { VersionId: token }) };
  });
}

function repeatedCreate(secret: Secret, token?: string, value?: SecretValue): object {
  if (secret.deletionAt !== undefined) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const version = token === undefined ? undefined : secret.versions.get(token);
  if (version !== undefined && !sameValue(version.value, value))
    throw tokenInUse(secret, version.id);
  if (version === undefined) {
    throw new AwsError(
      "ResourceExistsException",
      `The operation failed because the secret ${secret.name} already exists.`,
    );
  }
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
function putSecretValue(secrets: SecretTable) {
  const shape = z.object({
    SecretId: secretId,
    VersionStages: z.array(versionStage).min(1).max(20).optional(),
    RotationToken: z
      .string()
      .regex(/^[a-zA-Z0-9-]{36,256}$/, "it must match ^[a-zA-Z0-9-]{36,256}$")
      .optional(),
    ...valueFields,
  });
  return operation(shape, (input) => {
    const value = requestedValue(input);
    if (value === undefined) {
      throw invalidRequest("You must provide either SecretString or SecretBinary.");
    }
    const token = requireToken(input.ClientRequestToken);
    const secret = secrets.findLive(input.SecretId);
    const version = secret.versions.get(token);
    if (version?.value === undefined) {
      const labels = input.VersionStages ?? [CURRENT];
      const first = secret.versions.size === 0 ? [CURRENT] : [];
      writeVersion(secret, token, value, [...labels, ...first], Date.now());
    } else if (!sameValue(version.value, value)) {
      throw tokenInUse(secret, token);
    }
    const written = secret.versions.get(token);
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: token,
      VersionStages: written && sortedLabels(written),
    };
  });
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html */
function updateSecret(secrets: SecretTable) {
  const shape = z.object({
    SecretId: secretId,
    Description: z.string().max(2048).optional(),
    KmsKeyId: z.string().max(2048).optional(),
    ...valueFields,
  });
  return operation(shape, (input) => {
    const secret = secrets.findLive(input.SecretId);
    const value = requestedValue(input);
    const token = value && requireToken(input.ClientRequestToken);
    const written = token === undefined ? undefined : secret.versions.get(token);
    if (written !== undefined && !sameValue(written.value, value)) {
      throw tokenInUse(secret, written.id);
    }
    if (input.KmsKeyId !== undefined) encryptWith(secret, input.KmsKeyId);
    if (value && token && !written) writeVersion(secret, token, value, [CURRENT], Date.now());
    if (input.Description !== undefined) secret.description = input.Description;
    secret.changedAt = Date.now();
    return { ARN: secret.arn, Name: secret.name, ...(token && { VersionId: token }) };
  });
}

/**
 * "New secret versions as well as any existing versions with the staging labels AWSCURRENT, AWSPENDING, or
 * AWSPREVIOUS"; an empty key is the one that AWS manages.
 */
function encryptWith(secret: Secret, key: string): void {
  const versions = [CURRENT, PENDING, PREVIOUS].flatMap((label) => holderOf(secret, label) ?? []);
  for (const each of [secret, ...versions]) {
    if (key === "") delete each.kmsKey;
    else each.kmsKey = key;
  }
}

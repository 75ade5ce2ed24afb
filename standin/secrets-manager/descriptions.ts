import { z } from "zod";
import type { Operations } from "../call.ts";
import { operation, secretId } from "./operation.ts";
import { page, pageFields } from "./paging.ts";
import { type Secret, seconds, sortedLabels, type Version } from "./secret.ts";
import type { SecretTable } from "./secret-table.ts";

const DAY = 86_400_000;

/** The operations that show everything but values. */
export function descriptionOperations(secrets: SecretTable): Operations {
  return {
    DescribeSecret: describeSecret(secrets),
    ListSecretVersionIds: listSecretVersionIds(secrets),
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
function describeSecret(secrets: SecretTable) {
  return operation(z.object({ SecretId: secretId }), (input) => {
    const secret = secrets.find(input.SecretId);
    return {
      ...details(secret),
      ...(secret.versions.size > 0 && { VersionIdsToStages: labelledVersions(secret) }),
    };
  });
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html */
function listSecretVersionIds(secrets: SecretTable) {
  const shape = z.object({
    SecretId: secretId,
    IncludeDeprecated: z.boolean().optional(),
    ...pageFields(100),
  });
  return operation(shape, (input) => {
    const secret = secrets.find(input.SecretId);
    const versions = [...secret.versions.values()]
      .filter(({ value }) => value !== undefined)
      .filter(({ labels }) => input.IncludeDeprecated || labels.size > 0)
      .map(versionEntry);
    const { items, ...next } = page(versions, input, 100);
    return { ARN: secret.arn, Name: secret.name, Versions: items, ...next };
  });
}

/**
 * What DescribeSecret and ListSecrets both show. RotationEnabled is absent until rotation is configured;
 * LastRotatedDate and NextRotationDate are absent while it is not enabled.
 */
export function details(secret: Secret): object {
  const { rotation, rotatedAt, nextRotationAt, accessedAt, deletionAt } = secret;
  const scheduled = rotation?.enabled;
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description && { Description: secret.description }),
    ...(secret.kmsKey && { KmsKeyId: secret.kmsKey }),
    ...(rotation && {
      RotationEnabled: rotation.enabled,
      RotationLambdaARN: rotation.functionArn,
      ...(rotation.rules && {
        RotationRules: {
          ...rotation.rules,
          ...(rotation.everyDays !== undefined && { AutomaticallyAfterDays: rotation.everyDays }),
        },
      }),
    }),
    ...(scheduled && rotatedAt !== undefined && { LastRotatedDate: seconds(rotatedAt) }),
    ...(scheduled && nextRotationAt !== undefined && { NextRotationDate: seconds(nextRotationAt) }),
    LastChangedDate: seconds(secret.changedAt),
    ...(accessedAt !== undefined && { LastAccessedDate: accessDay(accessedAt) }),
    ...(deletionAt !== undefined && { DeletedDate: seconds(deletionAt) }),
    ...((secret.hadTags || secret.tags.length > 0) && { Tags: secret.tags }),
    CreatedDate: seconds(secret.createdAt),
  };
}

export function labelledVersions(secret: Secret): Record<string, string[]> {
  const labelled = [...secret.versions.values()].filter(({ labels }) => labels.size > 0);
  return Object.fromEntries(labelled.map((version) => [version.id, sortedLabels(version)]));
}

function versionEntry(version: Version): object {
  return {
    VersionId: version.id,
    ...(version.labels.size > 0 && { VersionStages: sortedLabels(version) }),
    CreatedDate: seconds(version.createdAt),
    KmsKeyIds: [version.kmsKey ?? "DefaultEncryptionKey"],
    ...(version.accessedAt !== undefined && { LastAccessedDate: accessDay(version.accessedAt) }),
  };
}

/** Access dates have no time of day. */
function accessDay(milliseconds: number): number {
  return seconds(Math.floor(milliseconds / DAY) * DAY);
}

import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation, secretId } from "./operation.ts";
import { type Secret, seconds, sortedLabels, type Version } from "./secret.ts";
import type { SecretTable } from "./secret-table.ts";

const DAY = 86_400_000;

const pageFields = {
  MaxResults: z.int().min(1).max(100).optional(),
  NextToken: z.string().min(1).max(4096).optional(),
};

/** The operations that show everything but values. */
export function descriptionOperations(secrets: SecretTable): Operations {
  return {
    DescribeSecret: describeSecret(secrets),
    ListSecretVersionIds: listSecretVersionIds(secrets),
    ListSecrets: listSecrets(secrets),
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
function describeSecret(secrets: SecretTable) {
  return operation(z.object({ SecretId: secretId }), (input) => {
    const secret = secrets.find(input.SecretId);
    return { ...details(secret), VersionIdsToStages: labelledVersions(secret) };
  });
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html */
function listSecretVersionIds(secrets: SecretTable) {
  const shape = z.object({
    SecretId: secretId,
    IncludeDeprecated: z.boolean().optional(),
    ...pageFields,
  });
  return operation(shape, (input) => {
    const secret = secrets.find(input.SecretId);
    const versions = [...secret.versions.values()]
      .filter((version) => input.IncludeDeprecated || version.labels.size > 0)
      .map(versionEntry);
    const { items, ...next } = page(versions, input);
    return { ARN: secret.arn, Name: secret.name, Versions: items, ...next };
  });
}

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html, without
 * filters and sorting: a request that has them is refused rather than answered wrongly.
 */
function listSecrets(secrets: SecretTable) {
  const shape = z.object({
    IncludePlannedDeletion: z.boolean().optional(),
    Filters: z.array(z.unknown()).max(0, "the stand-in has no filters").optional(),
    SortBy: z.undefined("the stand-in does not sort").optional(),
    ...pageFields,
  });
  return operation(shape, (input) => {
    const listed = secrets
      .all()
      .filter((secret) => input.IncludePlannedDeletion || secret.deletionAt === undefined)
      .map((secret) => ({ ...details(secret), SecretVersionsToStages: labelledVersions(secret) }));
    const { items, ...next } = page(listed, input);
    return { SecretList: items, ...next };
  });
}

/**
 * RotationEnabled is absent until rotation is configured; LastRotatedDate and NextRotationDate are
 * absent while it is not enabled.
 */
function details(secret: Secret): object {
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
      ...(rotation.rules && { RotationRules: rotation.rules }),
    }),
    ...(scheduled && rotatedAt !== undefined && { LastRotatedDate: seconds(rotatedAt) }),
    ...(scheduled && nextRotationAt !== undefined && { NextRotationDate: seconds(nextRotationAt) }),
    LastChangedDate: seconds(secret.changedAt),
    ...(accessedAt !== undefined && { LastAccessedDate: accessDay(accessedAt) }),
    ...(deletionAt !== undefined && { DeletedDate: seconds(deletionAt) }),
    ...(secret.tags.length > 0 && { Tags: secret.tags }),
    CreatedDate: seconds(secret.createdAt),
  };
}

function labelledVersions(secret: Secret): Record<string, string[]> {
  const labelled = [...secret.versions.values()].filter(({ labels }) => labels.size > 0);
  return Object.fromEntries(labelled.map((version) => [version.id, sortedLabels(version)]));
}

function versionEntry(version: Version): object {
  return {
    VersionId: version.id,
    ...(version.labels.size > 0 && { VersionStages: sortedLabels(version) }),
    CreatedDate: seconds(version.createdAt),
    ...(version.accessedAt !== undefined && { LastAccessedDate: accessDay(version.accessedAt) }),
  };
}

/** Access dates have no time of day. */
function accessDay(milliseconds: number): number {
  return seconds(Math.floor(milliseconds / DAY) * DAY);
}

function page<T>(
  all: T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { items: T[]; NextToken?: string } {
  const start =
    input.NextToken === undefined ? 0 : Number(/^from-(\d+)$/.exec(input.NextToken)?.[1]);
  if (Number.isNaN(start)) {
    throw new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
  }
  const end = start + (input.MaxResults ?? 100);
  return { items: all.slice(start, end), ...(end < all.length && { NextToken: `from-${end}` }) };
}

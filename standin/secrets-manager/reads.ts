import { z } from "zod";
import { AwsError, invalidParameter, invalidRequest, notFound } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { checkFilters, filters, matches } from "./filters.ts";
import { operation, secretId, versionId, versionStage } from "./operation.ts";
import { page, pageFields } from "./paging.ts";
import { CURRENT, holderOf, type Secret, seconds, sortedLabels } from "./secret.ts";
import type { SecretTable } from "./secret-table.ts";

/** At most so many secrets in one BatchGetSecretValue. */
const BATCH = 20;

/** The operations that read values. */
export function readOperations(secrets: SecretTable): Operations {
  return {
    GetSecretValue: getSecretValue(secrets),
    BatchGetSecretValue: batchGetSecretValue(secrets),
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
function getSecretValue(secrets: SecretTable) {
  const shape = z.object({
    SecretId: secretId,
    VersionId: versionId.optional(),
    VersionStage: versionStage.optional(),
  });
  return operation(shape, ({ SecretId, VersionId, VersionStage }) =>
    secretValue(secrets.findLive(SecretId), VersionId, VersionStage),
  );
}

/** Reading counts as an access. Throws ResourceNotFoundException, InvalidRequestException. */
function secretValue(secret: Secret, id?: string, label?: string): object {
  const version = id ? secret.versions.get(id) : holderOf(secret, label ?? CURRENT);
  if (label && version && !version.labels.has(label)) {
    throw invalidRequest(
      "You provided a VersionStage that is not associated to the provided VersionId.",
    );
  }
  if (version?.value === undefined) {
    const what = id ? `VersionId: ${id}` : `staging label: ${label ?? CURRENT}`;
    throw notFound(`Secrets Manager can't find the specified secret value for ${what}`);
  }
  secret.accessedAt = version.accessedAt = Date.now();
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...version.value,
    VersionStages: sortedLabels(version),
    CreatedDate: seconds(version.createdAt),
  };
}

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html: AWSCURRENT of each. What
 * cannot be read is in `Errors`, and does not stop the others.
 */
function batchGetSecretValue(secrets: SecretTable) {
  const shape = z.object({
    SecretIdList: z.array(secretId).min(1).max(BATCH).optional(),
    Filters: filters.optional(),
    ...pageFields(BATCH),
  });
  return operation(shape, (input) => {
    const { SecretIdList: ids, Filters: wanted, MaxResults } = input;
    if ((ids === undefined) === (wanted === undefined)) {
      throw invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
    }
    if (MaxResults !== undefined && wanted === undefined) {
      throw invalidParameter(
        "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
      );
    }
    checkFilters(wanted ?? []);
    const { items, ...next } = page(ids ?? listed(secrets, wanted ?? []), input, BATCH);
    return { ...readAll(secrets, items), ...next };
  });
}

const listed = (secrets: SecretTable, wanted: z.infer<typeof filters>) =>
  secrets
    .all()
    .filter((secret) => secret.deletionAt === undefined && matches(secret, wanted))
    .map(({ arn }) => arn);

function readAll(secrets: SecretTable, ids: readonly string[]) {
  const SecretValues: object[] = [];
  const Errors: object[] = [];
  for (const SecretId of ids) {
    try {
      SecretValues.push(secretValue(secrets.findLive(SecretId)));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ SecretId, ErrorCode: error.type, Message: error.message });
    }
  }
  return { SecretValues, Errors };
}

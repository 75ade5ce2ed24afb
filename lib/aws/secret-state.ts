import type { SecretListEntry } from "@aws-sdk/client-secrets-manager";
import type { SecretState } from "../secret/store.ts";

type Described = Omit<SecretListEntry, "SecretVersionsToStages">;

/** What DescribeSecret and ListSecrets answer, in our words. */
export function stateOf(
  secret: Described,
  versions: Record<string, string[]> | undefined,
): Partial<Pick<SecretState, "arn" | "name">> & Omit<SecretState, "arn" | "name"> {
  return {
    ...(secret.ARN !== undefined && { arn: secret.ARN }),
    ...(secret.Name !== undefined && { name: secret.Name }),
    rotationEnabled: secret.RotationEnabled,
    owningService: secret.OwningService,
    externalType: secret.Type,
    rotationFunction: secret.RotationLambdaARN,
    kmsKey: secret.KmsKeyId,
    deletedAt: secret.DeletedDate,
    lastRotatedAt: secret.LastRotatedDate,
    nextRotationAt: secret.NextRotationDate,
    createdAt: secret.CreatedDate,
    changedAt: secret.LastChangedDate,
    tags: new Map(secret.Tags?.map(({ Key = "", Value = "" }) => [Key, Value])),
    versions: new Map(Object.entries(versions ?? {})),
  };
}

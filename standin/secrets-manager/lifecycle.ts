import { z } from "zod";
import { invalidParameter } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation, secretId, tags } from "./operation.ts";
import { seconds } from "./secret.ts";
import type { SecretTable } from "./secret-table.ts";

const DAY = 86_400_000;

export function lifecycleOperations(secrets: SecretTable): Operations {
  return {
    DeleteSecret: deleteSecret(secrets),
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
    RestoreSecret: operation(z.object({ SecretId: secretId }), (input) => {
      const secret = secrets.find(input.SecretId);
      delete secret.deletionAt;
      return { ARN: secret.arn, Name: secret.name };
    }),
    TagResource: operation(z.object({ SecretId: secretId, Tags: tags }), (input) => {
      const secret = secrets.findLive(input.SecretId);
      const keys = new Set(input.Tags.map(({ Key }) => Key));
      secret.tags = [...secret.tags.filter(({ Key }) => !keys.has(Key)), ...input.Tags];
      return {};
    }),
    UntagResource: operation(
      z.object({ SecretId: secretId, TagKeys: z.array(z.string()) }),
      (input) => {
        const secret = secrets.findLive(input.SecretId);
        secret.tags = secret.tags.filter(({ Key }) => !input.TagKeys.includes(Key));
        return {};
      },
    ),
  };
}

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html. With
 * ForceDeleteWithoutRecovery the secret is gone at once; AWS needs a moment longer.
 */
function deleteSecret(secrets: SecretTable) {
  const shape = z.object({
    SecretId: secretId,
    RecoveryWindowInDays: z.int().min(7).max(30).optional(),
    ForceDeleteWithoutRecovery: z.boolean().optional(),
  });
  return operation(shape, (input) => {
    if (input.ForceDeleteWithoutRecovery && input.RecoveryWindowInDays !== undefined) {
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    }
    const force = input.ForceDeleteWithoutRecovery === true;
    const secret = force ? secrets.find(input.SecretId) : secrets.findLive(input.SecretId);
    const deletionAt = Date.now() + (force ? 0 : (input.RecoveryWindowInDays ?? 30) * DAY);
    if (force) secrets.remove(secret);
    secret.deletionAt = deletionAt;
    return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(deletionAt) };
  });
}

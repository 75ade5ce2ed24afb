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
      delete secret.deletedAt;
      delete secret.deletionAt;
      return { ARN: secret.arn, Name: secret.name };
    }),
    TagResource: operation(z.object({ SecretId: secretId, Tags: tags }), (input) => {
      const secret = secrets.findLive(input.SecretId);
      const keys = new Set(input.Tags.map(({ Key }) => Key));
      secret.tags = [...secret.tags.filter(({ Key }) => !keys.has(Key)), ...input.Tags];
      secret.hadTags = true;
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
    RecoveryWindowInDays: z.int().optional(),
    ForceDeleteWithoutRecovery: z.boolean().optional(),
  });
  return operation(shape, (input) => {
    const days = input.RecoveryWindowInDays;
    if (days !== undefined && (days < 7 || days > 30)) {
      throw invalidParameter(
        "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
      );
    }
    if (input.ForceDeleteWithoutRecovery && days !== undefined) {
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    }
    const force = input.ForceDeleteWithoutRecovery === true;
    const now = Date.now();
    const deletionAt = now + (force ? 0 : (days ?? 30) * DAY);
    const secret = force ? secrets.lookUp(input.SecretId) : secrets.findLive(input.SecretId);
    // "If you forcibly delete an already deleted or nonexistent secret, the operation does not return
    // ResourceNotFoundException."
    if (secret === undefined) return { Name: input.SecretId, DeletionDate: seconds(deletionAt) };
    if (force) secrets.remove(secret);
    Object.assign(secret, { deletedAt: now, deletionAt });
    return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(deletionAt) };
  });
}

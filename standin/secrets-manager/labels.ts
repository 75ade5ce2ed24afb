import { z } from "zod";
import { invalidParameter, notFound } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation, secretId, versionId, versionStage } from "./operation.ts";
import { CURRENT, holderOf, moveLabel, type Secret, type Version } from "./secret.ts";
import type { SecretTable } from "./secret-table.ts";
import { requireRoomFor } from "./version-write.ts";

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html:
 * a compare-and-swap. Where a version holds the label, RemoveFromVersionId must name it.
 */
export function labelOperations(secrets: SecretTable): Operations {
  const shape = z.object({
    SecretId: secretId,
    VersionStage: versionStage,
    RemoveFromVersionId: versionId.optional(),
    MoveToVersionId: versionId.optional(),
  });
  return {
    UpdateSecretVersionStage: operation(shape, (input) => {
      const secret = secrets.findLive(input.SecretId);
      const { VersionStage: label, RemoveFromVersionId: from, MoveToVersionId: to } = input;
      if (to !== undefined) move(secret, label, from, requireVersion(secret, to));
      else if (from !== undefined) remove(secret, label, from);
      else throw invalidParameter("You must provide MoveToVersionId or RemoveFromVersionId.");
      secret.changedAt = Date.now();
      return { ARN: secret.arn, Name: secret.name };
    }),
  };
}

function move(secret: Secret, label: string, from: string | undefined, to: Version): void {
  const holder = holderOf(secret, label);
  if (from === undefined && holder !== undefined && holder !== to) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (from !== undefined) requireHolder(holder, label, from);
  requireRoomFor(secret, [label]);
  moveLabel(secret, label, to);
}

function remove(secret: Secret, label: string, from: string): void {
  const holder = holderOf(secret, label);
  requireHolder(holder, label, from);
  if (label === CURRENT) {
    throw invalidParameter(
      `You can only move staging label ${CURRENT} to a different secret version. It can’t be completely removed.`,
    );
  }
  holder?.labels.delete(label);
}

function requireHolder(holder: Version | undefined, label: string, from: string): void {
  if (holder?.id === from) return;
  throw invalidParameter(
    `Staging label ${label} isn't attached to version ${from}, which you specified in RemoveFromVersionId.`,
  );
}

function requireVersion(secret: Secret, id: string): Version {
  const version = secret.versions.get(id);
  if (version !== undefined) return version;
  throw notFound(`Secrets Manager can't find the specified secret version: ${id}`);
}

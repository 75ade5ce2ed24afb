import { randomUUID } from "node:crypto";
import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { TestAccount } from "../../lab/conformance/account.ts";

/** PutSecretValue with a token of its own. */
export async function put(
  { clients }: TestAccount,
  SecretId: string,
  SecretString: string,
  { stages, token = randomUUID() }: { stages?: string[]; token?: string } = {},
) {
  return clients.secrets.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString,
      ClientRequestToken: token,
      ...(stages && { VersionStages: stages }),
    }),
  );
}

/** UpdateSecretVersionStage. */
export function moveLabel(
  { clients }: TestAccount,
  SecretId: string,
  VersionStage: string,
  { from, to }: { from?: string; to?: string },
) {
  return clients.secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage,
      ...(from && { RemoveFromVersionId: from }),
      ...(to && { MoveToVersionId: to }),
    }),
  );
}

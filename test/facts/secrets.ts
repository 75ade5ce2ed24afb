import { randomUUID } from "node:crypto";
import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { Clients } from "../../lab/conformance/clients.ts";

/** An account, or whoever calls in its place. */
interface Caller {
  readonly clients: Pick<Clients, "secrets">;
}

/** PutSecretValue with a token of its own. */
export async function put(
  { clients }: Caller,
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
  { clients }: Caller,
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

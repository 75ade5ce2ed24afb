import { RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { onDemand } from "../on-demand.ts";
import type { Rotator } from "../watch/ports.ts";
import { callAws, meaning } from "./failures.ts";

/**
 * RotateSecret with the token of the rotation that stopped: Secrets Manager starts no other one for it. While
 * AWSPENDING is there the answer is an error, "A previous rotation isn't complete. That rotation will be reattempted."
 */
export function secretsManagerRotator(): Rotator {
  const client = onDemand(() => new SecretsManagerClient({}));
  return {
    retry: (SecretId, ClientRequestToken, signal) =>
      callAws("secretsmanager:RotateSecret", SecretId, signal, async (options) => {
        const command = new RotateSecretCommand({ SecretId, ClientRequestToken });
        await client().send(command, options).catch(meaning("InvalidRequestException", undefined));
      }),
  };
}

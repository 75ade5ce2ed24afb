import {
  CancelRotateSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Configuration, Rotations } from "../emergency/ports.ts";
import { onDemand } from "../on-demand.ts";
import { callAws, meaning } from "./failures.ts";

/** Of the account and Region that the environment names. */
export const rotations = (): Rotations =>
  new SecretRotations(onDemand(() => new SecretsManagerClient({ maxAttempts: 6 })));

class SecretRotations implements Rotations {
  readonly #client: () => SecretsManagerClient;

  constructor(client: () => SecretsManagerClient) {
    this.#client = client;
  }

  /** "A previous rotation isn't complete. That rotation will be reattempted." */
  async start(
    SecretId: string,
    ClientRequestToken: string,
    configuration: Configuration,
    signal: AbortSignal,
  ): Promise<"started" | "busy"> {
    return callAws("secretsmanager:RotateSecret", SecretId, signal, (options) => {
      const input = { SecretId, ClientRequestToken, ...rulesOf(configuration) };
      const command = new RotateSecretCommand(input);
      const sent = this.#client()
        .send(command, options)
        .then(() => "started" as const);
      return sent.catch(meaning("InvalidRequestException", "busy" as const));
    });
  }

  async resume(SecretId: string, wanted: Configuration, signal: AbortSignal): Promise<void> {
    const input = { SecretId, RotateImmediately: false, ...rulesOf(wanted) };
    await callAws("secretsmanager:RotateSecret", SecretId, signal, (options) =>
      this.#client().send(new RotateSecretCommand(input), options),
    );
  }

  async cancel(SecretId: string, signal: AbortSignal): Promise<void> {
    await callAws("secretsmanager:CancelRotateSecret", SecretId, signal, (options) =>
      this.#client().send(new CancelRotateSecretCommand({ SecretId }), options),
    );
  }
}

const rulesOf = ({ rotator, expression, duration }: Configuration) => ({
  RotationLambdaARN: rotator,
  RotationRules: { ScheduleExpression: expression, ...(duration && { Duration: duration }) },
});

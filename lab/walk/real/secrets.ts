import { randomUUID } from "node:crypto";
import {
  CancelRotateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { Aws } from "../../../standin/aws.ts";
import type { Secret } from "../../../standin/secrets-manager/secret.ts";
import type { SecretHands } from "../hands.ts";
import { textOf } from "../secrets.ts";

/** What operators do to secrets over the wire. What Secrets Manager refuses does not happen. */
export class RealSecrets implements SecretHands {
  readonly #aws: Aws;
  readonly #client: SecretsManagerClient;

  constructor(aws: Aws, client: SecretsManagerClient) {
    this.#aws = aws;
    this.#client = client;
  }

  /** As they are. */
  get list(): readonly Secret[] {
    return this.#aws.secrets();
  }

  /** Every value that a secret has held. */
  texts(): readonly string[] {
    return this.list.flatMap(({ versions }) =>
      [...versions.values()].flatMap((version) => textOf(version) ?? []),
    );
  }

  find(secretId: string): Secret | undefined {
    return this.list.find(({ arn, name }) => arn === secretId || name === secretId);
  }

  move(
    { arn }: Secret,
    VersionStage: string,
    RemoveFromVersionId: string | undefined,
    MoveToVersionId: string | undefined,
  ): Promise<boolean> {
    const input = { SecretId: arn, VersionStage, RemoveFromVersionId, MoveToVersionId };
    return allowed(this.#client.send(new UpdateSecretVersionStageCommand(input)));
  }

  async put(
    { arn }: Secret,
    token: string,
    text: string,
    labels: readonly string[],
  ): Promise<void> {
    const input = { SecretId: arn, ClientRequestToken: token, SecretString: text };
    await allowed(
      this.#client.send(new PutSecretValueCommand({ ...input, VersionStages: [...labels] })),
    );
  }

  /** Nothing rotates by its schedule here. */
  stall(): void {}

  async delete({ arn }: Secret): Promise<void> {
    await allowed(this.#client.send(new DeleteSecretCommand({ SecretId: arn })));
  }

  async restore({ arn }: Secret): Promise<void> {
    await allowed(this.#client.send(new RestoreSecretCommand({ SecretId: arn })));
  }

  async rotate({ arn }: Secret, ClientRequestToken: string, functionArn: string): Promise<void> {
    const RotationRules = { AutomaticallyAfterDays: 90 };
    const input = {
      SecretId: arn,
      ClientRequestToken,
      RotationLambdaARN: functionArn,
      RotationRules,
    };
    await allowed(this.#client.send(new RotateSecretCommand(input)));
  }

  /** Switches rotation on; the check alone runs now. */
  async schedule(SecretId: string, functionArn: string): Promise<void> {
    const RotationRules = { AutomaticallyAfterDays: 90 };
    const ClientRequestToken = randomUUID();
    const input = { SecretId, ClientRequestToken, RotationLambdaARN: functionArn, RotationRules };
    await this.#client.send(new RotateSecretCommand({ ...input, RotateImmediately: false }));
  }

  async cancel({ arn }: Secret): Promise<void> {
    await allowed(this.#client.send(new CancelRotateSecretCommand({ SecretId: arn })));
  }
}

/** Whether the service did it. */
const allowed = (sent: Promise<unknown>): Promise<boolean> =>
  sent.then(
    () => true,
    (error: { $metadata?: { httpStatusCode?: number } }) => {
      // Whatever has no answer is a fault of the walk's.
      if (error.$metadata?.httpStatusCode === 400) return false;
      throw error;
    },
  );

import { randomUUID } from "node:crypto";
import { RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { muejamSecretId } from "../muejam.ts";
import type { World } from "../world.ts";

/** Schedules the rotation, as a deployment does, without starting one: only testSecret runs. */
export async function enableRotation(world: World): Promise<void> {
  const ClientRequestToken = randomUUID();
  await world.client.send(
    new RotateSecretCommand({
      SecretId: muejamSecretId,
      ClientRequestToken,
      RotationLambdaARN: world.functionArn,
      RotationRules: { AutomaticallyAfterDays: 90 },
      RotateImmediately: false,
    }),
  );
  const { succeeded, steps } = await world.aws.rotations.finished(
    muejamSecretId,
    ClientRequestToken,
  );
  const error = steps.at(-1)?.error;
  if (!succeeded) throw new Error(`testSecret failed: ${error?.errorType}: ${error?.errorMessage}`);
}

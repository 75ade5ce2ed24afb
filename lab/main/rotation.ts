import { randomUUID } from "node:crypto";
import { RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { databaseSecretId } from "../database-secret.ts";
import type { World } from "../world.ts";

/** Schedules the rotation, as a deployment does, without starting one: only testSecret runs. */
export async function enableRotation(world: World): Promise<void> {
  const ClientRequestToken = randomUUID();
  await world.client.send(
    new RotateSecretCommand({
      SecretId: databaseSecretId,
      ClientRequestToken,
      RotationLambdaARN: world.functionArn,
      RotationRules: { AutomaticallyAfterDays: 90 },
      RotateImmediately: false,
    }),
  );
  const { succeeded, steps } = await world.aws.rotations.finished(
    databaseSecretId,
    ClientRequestToken,
  );
  const error = steps.at(-1)?.error;
  if (!succeeded) throw new Error(`testSecret failed: ${error?.errorType}: ${error?.errorMessage}`);
}

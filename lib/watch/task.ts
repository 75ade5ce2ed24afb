import { secretNameOf } from "../secret/arn.ts";
import type { SecretState } from "../secret/store.ts";
import type { Sighting } from "./sighting.ts";

/** What on-call hears that Quarterturn was doing, where Secrets Manager reports on it. */
export function taskOf(
  { kind: event, step = "unknown", secretId }: Sighting,
  token = "unknown",
  seen: SecretState | undefined,
) {
  const kind = taskKinds[event];
  const failedLog = seen?.rotationFunction && logGroupOf(seen.rotationFunction);
  const arn = seen?.arn;
  return { kind, secret: secretNameOf(secretId), arn, step, token, failedLog } as const;
}

const taskKinds = {
  RotationFailed: "unreported",
  RotationAbandoned: "abandoned",
  TestRotationFailed: "test",
  TestRotationSucceeded: "test",
} as const;

/** Where a function logs by default. */
function logGroupOf(functionArn: string): string {
  return `/aws/lambda/${functionArn.split(":")[6]}`;
}

import type { Step } from "./rotation-outcome.ts";
import { daysBetween } from "./rotation-rules.ts";
import { CURRENT, holderOf, PENDING, type Secret } from "./secret.ts";
import { scheduleNext } from "./version-write.ts";

/** finishSecret has worked when AWSCURRENT is on the new version. */
export function isReached(secret: Secret, token: string, step: Step): boolean {
  return step !== "finishSecret" || secret.versions.get(token)?.labels.has(CURRENT) === true;
}

/** The words of https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html. */
export function failure(secret: Secret, step: Step): string {
  return `Error when executing lambda ${secret.rotation?.functionArn} during ${step} step`;
}

/** AWSPENDING "might be attached to the same version as AWSCURRENT, or to none"; here it is removed. */
export function complete(secret: Secret, token: string): void {
  secret.versions.get(token)?.labels.delete(PENDING);
  secret.changed({ kind: "RotationSucceeded", token });
  secret.rotatedAt = secret.changedAt = Date.now();
  scheduleNext(secret, secret.rotatedAt);
  const { rotation } = secret;
  const everyDays = rotation?.rules && daysBetween(rotation.rules, secret.rotatedAt);
  if (rotation && everyDays !== undefined) rotation.everyDays = everyDays;
}

/** Gives the pending version of a lone testSecret the value of AWSCURRENT. */
export function fillTestVersion(secret: Secret, token: string): void {
  const value = holderOf(secret, CURRENT)?.value;
  const version = secret.versions.get(token);
  if (version && value) version.value = value;
}

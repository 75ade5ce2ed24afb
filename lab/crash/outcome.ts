import type { RotationOutcome } from "../../standin/aws.ts";

/** Why a rotation failed. */
export function failureOf({ steps }: RotationOutcome): string {
  const last = steps.at(-1);
  return `the rotation failed in ${last?.step}: ${last?.error?.errorType} ${last?.error?.errorMessage}`;
}

/** @throws when an undisturbed rotation failed: the matrix would prove nothing */
export function requireSuccess(outcome: RotationOutcome): void {
  if (!outcome.succeeded) throw new Error(`Undisturbed, ${failureOf(outcome)}`);
}

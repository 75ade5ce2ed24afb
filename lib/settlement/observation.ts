import type { FoundProblem, StandingProblem } from "../alerts/problem.ts";
import { holderOf } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";

/** What one look at a secret saw. */
export interface Observation {
  readonly secret: Pick<
    SecretState,
    "arn" | "name" | "versions" | "lastRotatedAt" | "rotationEnabled" | "deletedAt"
  >;
  readonly found: readonly FoundProblem[];
  readonly examined: ReadonlySet<string>;
  /** The manifest does not name it, or it is gone. */
  readonly isReleased?: boolean;
}

/** Whether a problem of settlement is over where this look has not met it. */
export const isSettledNow = (
  { last, kind }: StandingProblem,
  { secret, examined }: Observation,
): boolean => examined.has(last.step) || (kind === "SECRET_DELETED" && !secret.deletedAt);

/** A later version was promoted than the one whose rotation failed, or that one was after all. */
export function isRotated({ last }: StandingProblem, secret: Observation["secret"]): boolean {
  const { lastRotatedAt } = secret;
  const isPromoted = holderOf(secret, "AWSCURRENT") === last.token;
  return isPromoted || (lastRotatedAt !== undefined && lastRotatedAt > last.at);
}

/** Its own function may still be called to rotate it, and still refuse to. */
export const isReleasedFrom = (problem: StandingProblem, secret: Observation["secret"]) =>
  problem.kind !== "NOT_IN_MANIFEST" || !secret.rotationEnabled || isRotated(problem, secret);

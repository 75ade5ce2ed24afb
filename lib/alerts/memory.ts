import type { StandingProblem } from "./problem.ts";

/**
 * The part of the service that reports a problem, and the only one that adds to its record: the functions that rotate;
 * settlement, also for the functions that it invokes; `watch`, for what only Secrets Manager reports; `schedules`, for
 * the rotation schedules; `emergency`, for those that people start. `claims`: what an invocation of `watch` is about to do. `findings`: what its hourly look
 * finds, and it alone ends. Where several hold the same problem, the first of this list tells that it is over.
 */
export const domains = [
  "rotation",
  "watch",
  "claims",
  "settlement",
  "findings",
  "schedules",
  "emergency",
] as const;
export type Domain = (typeof domains)[number];

/** Stands for a secret where a problem is that of no secret alone. */
export const everySecret = "all secrets";

/** What stands of one secret in one domain; never empty. */
export interface Remembered {
  /** ARN of the secret; of one that is not there what the manifest calls it. */
  readonly secret: string;
  readonly domain: Domain;
  readonly problems: readonly StandingProblem[];
}

/**
 * What on-call was told and is not over. Every call throws AwsCallFailed, or DeadlineReached when the signal aborts;
 * the outcome of a write that threw is unknown. What is stored and cannot be read, because somebody has changed it,
 * is as if it were not there.
 */
export interface ProblemMemory {
  /** Of all secrets. One request where nothing is wrong. */
  list(signal: AbortSignal): Promise<readonly Remembered[]>;

  /** @param secret ARN */
  of(secret: string, signal: AbortSignal): Promise<readonly Remembered[]>;

  /** Replaces what is remembered of this secret and domain; without problems it is forgotten. Idempotent. */
  write(remembered: Remembered, signal: AbortSignal): Promise<void>;
}

/** The problems of one domain. */
export const problemsIn = (
  remembered: readonly Remembered[],
  domain: Domain,
): readonly StandingProblem[] => remembered.find((each) => each.domain === domain)?.problems ?? [];

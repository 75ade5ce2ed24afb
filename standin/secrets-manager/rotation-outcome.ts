import type { Activity } from "../activity.ts";
import type { Call } from "../call.ts";
import type { FunctionError, Functions } from "../lambda/model.ts";

/** The steps of a rotation, in order. */
export const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
export type Step = (typeof STEPS)[number];

export interface RotationStep {
  attempt: number;
  step: Step;
  ms: number;
  /** The process that ran the step. */
  principal: string;
  error?: FunctionError;
  /** What the function printed. */
  log: string;
  /** The calls that this process made during the step. */
  calls: Call[];
}

export interface RotationOutcome {
  succeeded: boolean;
  attempts: number;
  steps: RotationStep[];
}

/**
 * How often and how fast a rotation is tried: AWS says "Secrets Manager retries the entire rotation
 * process multiple times" (API_DescribeSecret), without a number or an interval.
 */
export interface RotationTiming {
  attempts: number;
  retryDelayMs: number;
  stepGapMs: number;
  /**
   * What the pending version of a lone testSecret holds. The documentation says only that it is created and removed
   * again; "current", the value of AWSCURRENT, was seen on AWS (moto's
   * test_rotate_secret_using_lambda_dont_rotate_immediately, verified there).
   */
  testVersion: "current" | "empty";
}

export interface RotationHost {
  readonly functions: Functions;
  /** All calls so far. */
  readonly calls: readonly Call[];
  readonly timing: RotationTiming;
  readonly activity: Activity;
}

import type { RotationError } from "../errors.ts";
import type { SecretState } from "../secret/store.ts";
import type { Log } from "./log.ts";

/** What one invocation of a function has, beside the ports that its work needs. */
export interface Context {
  now(): Date;

  /**
   * @param ms milliseconds
   * @throws DeadlineReached when `signal` aborts first
   */
  sleep(ms: number): Promise<void>;

  /** A cryptographically strong integer from 0 to below `below`. */
  randomInt(below: number): number;

  readonly log: Log;

  /** Aborts when the invocation must give up what it is doing. */
  readonly signal: AbortSignal;

  /**
   * Alerts on-call of a failure, once: a failure that repeats in the same way is not reported again. Does not
   * throw.
   * @param secret remembers the alert; without it the same failure may be reported twice
   * @returns what kept the alert from being published; `"told"` when on-call has it
   */
  report(error: RotationError, task: Task | undefined, secret?: SecretState): Promise<Reported>;
}

type Reported = "told" | RotationError;

/**
 * What a function was doing: a step of a rotation, or an action on what a rotation has replaced or on its
 * parameters. `unreported` and `abandoned` are rotations that Secrets Manager reports on.
 */
export interface Task {
  readonly kind: "rotation" | "retirement" | "mirror" | "settlement" | "unreported" | "abandoned";
  /** The secret's name. */
  readonly secret: string;
  readonly step: string;
  /** The version that is being made, or retired. */
  readonly token: string;
  /** The log group of the function that rotates, where another function reports and this is known. */
  readonly rotationLog?: string | undefined;
}

import type { RotationError } from "../errors.ts";
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
   * Alerts on-call. Does not throw, and does not remember: `tell` of lib/alerts says what is news.
   * @returns what kept the alert from being published; `"told"` when on-call has it
   */
  report(news: News, signal: AbortSignal): Promise<"told" | RotationError>;
}

/** What is new of a problem. */
export type News =
  | {
      readonly status: "begun" | "worse";
      readonly error: RotationError;
      /** Absent when the event could not be read. */
      readonly task?: Task | undefined;
    }
  | { readonly status: "over"; readonly problem: EndedProblem; readonly task: Task };

/** A problem that on-call was told of. */
export interface EndedProblem {
  /** The error's code. */
  readonly kind: string;
  readonly subject: string;
  readonly since: Date;
}

export const taskKinds = [
  "rotation",
  "retirement",
  "mirror",
  "settlement",
  "unreported",
  "abandoned",
  "test",
  "finding",
  "schedule",
  "emergency",
] as const;

/**
 * What a function was doing: a step of a rotation, or an action on what a rotation has replaced, on its
 * parameters or its schedule. `unreported`, `abandoned` and `test` are rotations, or their test, that Secrets Manager reports on; a
 * `finding` is what the hourly look met; an `emergency` is what a person started.
 */
export interface Task {
  readonly kind: (typeof taskKinds)[number];
  /** The secret's name. */
  readonly secret: string;
  /** The secret's ARN, where it is known. */
  readonly arn?: string | undefined;
  readonly step: string;
  /** The version that is being made, or retired. */
  readonly token: string;
  /** The log group of the function that failed, where another one reports and this is known. */
  readonly failedLog?: string | undefined;
}

import type { Clock } from "../clock.ts";

/** Waits that take minutes on AWS, in milliseconds of the machine. */
export interface LambdaTiming {
  /**
   * The waits before the retries of a failed asynchronous invocation. Default: a minute, then
   * two (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
   */
  asyncRetryDelaysMs: readonly number[];
  /**
   * The longest time until the messages of a failed batch can be received again. Default: the rest of
   * their visibility timeout, as on AWS.
   */
  batchRetryDelayMs: number;
}

export const awsTiming = (clock: Clock): LambdaTiming => ({
  asyncRetryDelaysMs: [60_000, 120_000].map((ms) => clock.hurried(ms)),
  batchRetryDelayMs: Number.POSITIVE_INFINITY,
});

import type { Clock } from "../clock.ts";

/** What takes minutes on AWS; milliseconds of the machine. */
export interface LambdaTiming {
  /**
   * The waits before an asynchronous invocation that failed is tried again. Default: a minute, then
   * two (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
   */
  asyncRetryDelaysMs: readonly number[];
  /**
   * The longest time until the messages of a failed batch can be received again. Default: what is
   * left of their visibility timeout, as on AWS.
   */
  batchRetryDelayMs: number;
}

export const awsTiming = (clock: Clock): LambdaTiming => ({
  asyncRetryDelaysMs: [60_000, 120_000].map((ms) => clock.hurried(ms)),
  batchRetryDelayMs: Number.POSITIVE_INFINITY,
});

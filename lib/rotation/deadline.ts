import { restoreTime } from "./promote.ts";

/** In milliseconds; kept back for telling on-call. */
export const reportTime = 2500;

/**
 * In milliseconds: kept back from the end of an invocation, to undo a half-made switch and to report the
 * failure.
 */
const reserve = restoreTime + reportTime + 500;

/** Aborts when an invocation that has this many milliseconds left must give up what it is doing. */
export function deadline(remainingMs: number): AbortSignal {
  return AbortSignal.timeout(Math.max(0, remainingMs - reserve));
}

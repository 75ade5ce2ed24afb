import { restoreTime } from "./promote.ts";

/**
 * In milliseconds: kept back from the end of an invocation, to undo a half-made switch and to report the
 * failure.
 */
const reserve = restoreTime + 1000;

/** Aborts when an invocation that has this many milliseconds left must give up what it is doing. */
export function deadline(remainingMs: number): AbortSignal {
  return AbortSignal.timeout(Math.max(0, remainingMs - reserve));
}

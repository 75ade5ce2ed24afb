import { RotationError } from "../errors.ts";

/** Kept back from the end of every invocation to alert on-call, in milliseconds. */
export const reportTime = 2500;

/** Kept back for what no clock here sees: the start of the function and the end of its reply. In milliseconds. */
const spare = 500;

/**
 * Aborts when an invocation must give up what it is doing.
 * @param remainingMs until Lambda ends the invocation
 * @param undoMs what this function needs to undo what it has begun; 0 where there is nothing to undo
 */
export function deadline(remainingMs: number, undoMs = 0): AbortSignal {
  return AbortSignal.timeout(Math.max(0, remainingMs - undoMs - reportTime - spare));
}

/** The invocation is nearly out of time. */
export class DeadlineReached extends RotationError {
  constructor() {
    super({
      code: "DEADLINE",
      retryable: true,
      happened: "The function is nearly out of time, so the step was given up.",
      remedy:
        "It is retried automatically. If this persists, find out what is slow (VPC endpoints, DNS, the database) or raise the function's timeout.",
    });
  }
}

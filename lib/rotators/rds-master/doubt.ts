import { AwsCallFailed } from "../../aws-call-failed.ts";
import { RotationError } from "../../errors.ts";
import { DatabaseBusy, DatabaseMissing, MasterUnusable } from "./errors.ts";

/** For `catch`, of a look: what RDS has begun goes on though its API does not answer now: consumers fail until a login shows the change. */
export const whileSilent = (signal: AbortSignal) => (error: unknown) => {
  const passes = error instanceof RotationError && error.retryable && !signal.aborted;
  if (passes) return { isChanging: true };
  throw error;
};

/** RDS answered that it changes nothing. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof AwsCallFailed) return !error.retryable || /Throttl/.test(error.failure);
  return [DatabaseBusy, DatabaseMissing, MasterUnusable].some((each) => error instanceof each);
}

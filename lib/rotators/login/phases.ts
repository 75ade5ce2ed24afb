import { DeadlineReached } from "../../context/deadline.ts";

/**
 * In milliseconds, for the way to a server and for the login each; the time left of the invocation bounds them too.
 */
export const phaseTimeout = 5000;

/** Calls `late` if one phase takes too long; what it does must end the work. */
export async function within<T>(late: () => void, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(late, phaseTimeout);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** Waits before the login names its user. @throws DeadlineReached */
export function opened(gate: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new DeadlineReached());
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([gate, promise]).finally(() => signal.removeEventListener("abort", abort));
}

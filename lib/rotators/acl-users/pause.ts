import { setTimeout as sleep } from "node:timers/promises";
import { DeadlineReached } from "../../context/deadline.ts";

/** Waits for so many milliseconds. @throws DeadlineReached at the signal */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const pause: Pause = (ms, signal) =>
  sleep(ms, undefined, { signal }).catch(() => {
    throw new DeadlineReached();
  });

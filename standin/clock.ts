import { setTimeout as sleep } from "node:timers/promises";

/** The environment variable with the default pace. */
export const PACE_VARIABLE = "STANDIN_PACE";

/**
 * How fast waits pass. At a pace of 10, what waits 10 s on AWS waits 1 s here: delays of queues, pauses
 * before retries, intervals of health checks, and the pauses that functions make. Limits (timeouts of
 * functions, visibility timeouts, `stopTimeout`, long polls) and timestamps keep the machine's time,
 * because what runs meanwhile is real.
 */
export class Clock {
  readonly pace: number;

  constructor(pace: number = paceOfEnvironment()) {
    if (!(pace > 0)) throw new RangeError(`The pace must be a positive number, not ${pace}.`);
    this.pace = pace;
  }

  /** The environment of a process whose pauses pass at this pace, too. */
  env(): Record<string, string> {
    return { [PACE_VARIABLE]: String(this.pace) };
  }

  /** How long a wait of this many milliseconds on AWS takes here. */
  hurried(ms: number): number {
    return ms / this.pace;
  }
}

/** Waits in the machine's time. Resolves early when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

function paceOfEnvironment(): number {
  return Number(process.env[PACE_VARIABLE] || 1);
}

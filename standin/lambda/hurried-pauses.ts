import timers from "node:timers/promises";
import type { Clock } from "../clock.ts";

/**
 * `setTimeout` of `node:timers/promises`, at the stand-in's pace. Callback timers keep the machine's time:
 * libraries use them for limits.
 */
export function hurriedSetTimeout(clock: Clock): typeof timers.setTimeout {
  const { setTimeout } = timers;
  return (ms, ...more) => setTimeout(ms && clock.hurried(ms), ...more);
}

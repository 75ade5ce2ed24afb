import type { Completed } from "./claims.ts";
import { durationText } from "./duration.ts";
import type { SecretEntry } from "./manifest.ts";
import { readSchedule } from "./schedule.ts";
import type { Source } from "./source.ts";

/**
 * Credentials that end by themselves. An old one must outlive settlement, or consumers that were not rolled fail untold;
 * a new one must outlive a rotation that fails, or it ends before the next.
 */
export function checkEnds(
  source: Source,
  completed: readonly Completed[],
  { deadline, schedule }: Pick<SecretEntry, "deadline" | "schedule">,
): void {
  const every = intervalOf(schedule.expression);
  for (const { path, spec } of completed) {
    const { endsOldAfter, expiresAfter } = spec.traits;
    if (endsOldAfter !== undefined && deadline * 2 > endsOldAfter)
      source.complain(
        path,
        `its provider ends the old key ${durationText(endsOldAfter)} after a rotation, but an unsettled secret alerts only after ${durationText(deadline)}: let it live at least twice as long as that (oldEndsAfter), or make grace and deadline of the secret shorter`,
      );
    if (expiresAfter !== undefined && every !== undefined && every * 2 > expiresAfter)
      source.complain(
        path,
        `its provider ends a new key after ${days(expiresAfter)}, and it rotates every ${days(every)}: let it live at least twice as long as that (expiresAfter), so that a rotation that fails can be repeated, or rotate more often`,
      );
  }
}

const day = 86_400_000;

const days = (ms: number) => (ms % day === 0 ? `${ms / day} days` : durationText(ms));

/** In milliseconds; `undefined`: a cron expression does not tell the longest. */
function intervalOf(expression: string): number | undefined {
  const { every } = readSchedule(expression);
  return expression.startsWith("rate(") && every !== undefined ? every * 3_600_000 : undefined;
}

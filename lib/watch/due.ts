import type { SecretEntry } from "../manifest/manifest.ts";
import type { SecretState } from "../secret/store.ts";

const hour = 3_600_000;

/** In hours: schedules are not more than a year apart (Secrets Manager user guide, "Rotation schedules"). */
const longest = 366 * 24;

/**
 * By when a secret should have rotated, where that has passed by more than its window; `undefined` where it has not,
 * or where it cannot be told. Pure.
 *
 * NextRotationDate is the latest time. Where there is none, the schedule counts from the last rotation, or from the
 * secret's beginning.
 */
export function overdueSince(
  { nextRotationAt, lastRotatedAt, createdAt }: SecretState,
  { schedule }: Pick<SecretEntry, "schedule">,
  now: Date,
): Date | undefined {
  const from = lastRotatedAt ?? createdAt;
  const due = nextRotationAt ?? (from && after(from, intervalOf(schedule.expression)));
  return due && after(due, windowOf(schedule)) < now ? due : undefined;
}

const after = (date: Date, hours: number) => new Date(date.getTime() + hours * hour);

/** Between two rotations, in hours; the longest that there is where the schedule does not say. */
export function intervalOf(expression: string): number {
  const [, value, unit] = rateOf(expression) ?? [];
  return value === undefined ? longest : Number(value) * (unit === "day" ? 24 : 1);
}

/** In hours: by default one, or to the end of the day for schedules in days (RotationRulesType). */
function windowOf({ expression, duration }: SecretEntry["schedule"]): number {
  if (duration !== undefined) return Number.parseInt(duration, 10);
  return rateOf(expression)?.[2] === "hour" ? 1 : 24;
}

const rateOf = (expression: string) => /^rate\((\d+) (hour|day)s?\)$/.exec(expression);

import { z } from "zod";
import { nextCronWindow } from "./cron.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html and
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html:
 * days or an expression; rate() at least every four hours; cron() on the hour (minutes
 * 0), one of the two day fields "?", every year; the window within one UTC day.
 */
export const rotationRules = z
  .object({
    AutomaticallyAfterDays: z.int().min(1).max(1000).optional(),
    ScheduleExpression: z
      .string()
      .refine((text) => parseRate(text) !== undefined || isCron(text), {
        message: "it must be rate(n hours | days), at least 4 hours, or cron(0 h d m w *)",
      })
      .optional(),
    Duration: z
      .string()
      .regex(/^([1-9]|1\d|2[0-4])h$/, "it must be 1h to 24h")
      .optional(),
  })
  .refine(
    (rules) => rules.AutomaticallyAfterDays !== undefined || rules.ScheduleExpression !== undefined,
    { message: "give AutomaticallyAfterDays or ScheduleExpression" },
  );

export type RotationRules = z.infer<typeof rotationRules>;

/**
 * The latest moment of the next window, in epoch milliseconds: the end of the UTC day for
 * schedules in days, one hour (or Duration) for those in hours.
 */
export function nextRotationAt(rules: RotationRules, from: number): number | undefined {
  const window = nextWindow(rules, from);
  if (window === undefined) return undefined;
  const length =
    rules.Duration === undefined ? window.length : Number.parseInt(rules.Duration, 10) * HOUR;
  return window.start + length - 1000;
}

/**
 * RotationRules as DescribeSecret and ListSecrets show them: after a success, AutomaticallyAfterDays "is calculated
 * from the rotation schedule" and stands beside the ScheduleExpression (API_RotationRulesType). The documentation
 * has no figure for schedules of less than a day; they show 1 here.
 */
export function daysBetween(rules: RotationRules, rotatedAt: number): number | undefined {
  if (rules.AutomaticallyAfterDays !== undefined) return rules.AutomaticallyAfterDays;
  const next = nextWindow(rules, rotatedAt);
  return next && Math.max(1, Math.round((next.start - rotatedAt) / DAY));
}

/** When the next window opens, and how long it is open by default. */
function nextWindow(rules: RotationRules, from: number) {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression = "" } = rules;
  const rate = days === undefined ? parseRate(expression) : { unit: DAY, count: days };
  if (rate !== undefined) {
    const start = Math.floor((from + rate.count * rate.unit) / rate.unit) * rate.unit;
    return { start, length: rate.unit };
  }
  const next = nextCronWindow(expression, from);
  if (next === undefined) return undefined;
  const endOfDay = Math.floor(next.start / DAY + 1) * DAY;
  return { start: next.start, length: next.severalADay ? HOUR : endOfDay - next.start };
}

function parseRate(text: string): { unit: number; count: number } | undefined {
  const match = /^rate\(([1-9]\d{0,2}) (hour|day)s?\)$/.exec(text);
  const rate = { unit: match?.[2] === "hour" ? HOUR : DAY, count: Number(match?.[1]) };
  return match !== null && rate.unit * rate.count >= 4 * HOUR ? rate : undefined;
}

function isCron(text: string): boolean {
  const fields = /^cron\((.*)\)$/.exec(text)?.[1]?.split(" ") ?? [];
  const [minutes, , dayOfMonth, , dayOfWeek, year] = fields;
  return (
    fields.length === 6 &&
    fields.every((field) => /^[0-9A-Za-z#?*\-/,]+$/.test(field)) &&
    minutes === "0" &&
    (dayOfMonth === "?") !== (dayOfWeek === "?") &&
    year === "*"
  );
}

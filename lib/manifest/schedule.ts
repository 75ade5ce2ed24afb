import { daysOfMonth, daysOfWeek, hours, months, readCronField } from "./cron.ts";

/**
 * What Secrets Manager makes of a schedule expression. Every rule is from its user guide, "Rotation
 * schedules", or from the API's RotationRulesType; times are UTC, and in hours.
 */
export interface ScheduleReading {
  readonly problems: readonly string[];
  /** Forms that the guide does not list: whether they are accepted, the deployment tells. */
  readonly unlisted: readonly string[];
  /** The longest window: it may not reach into the next one, nor into the next UTC day. */
  readonly room: number;
  /** The shortest time between two rotations, where the expression tells. */
  readonly every?: number | undefined;
}

export function readSchedule(expression: string): ScheduleReading {
  const rate = /^rate\(([1-9]\d*) (hour|day)s?\)$/.exec(expression);
  if (rate) return readRate(Number(rate[1]), rate[2] === "day" ? 24 : 1);
  const cron = /^cron\((.*)\)$/.exec(expression);
  if (cron?.[1] !== undefined) return readCron(cron[1].split(" "));
  return refused(
    "is no schedule: write rate(90 days), rate(12 hours), or cron(0 2 1 * ? *) for 02:00 UTC on the first of each month",
  );
}

function refused(problem: string): ScheduleReading {
  return { problems: [problem], unlisted: [], room: 24 };
}

const longest = 999 * 24;

/** Windows start at midnight. */
function readRate(value: number, unit: number): ScheduleReading {
  const every = value * unit;
  if (every < 4)
    return refused("rotates more often than every 4 hours, which Secrets Manager refuses");
  if (every > longest)
    return refused("is longer than the 999 days that Secrets Manager takes: rotate more often");
  return { problems: [], unlisted: [], room: Math.min(every, 24), every };
}

function readCron(parts: readonly string[]): ScheduleReading {
  const [minute, hour = "", dayOfMonth = "", month = "", dayOfWeek = "", year] = parts;
  if (parts.length !== 6)
    return refused(
      `has ${parts.length} fields, cron takes 6 with one space between: minutes hours day-of-month month day-of-week year, like cron(0 2 1 * ? *)`,
    );
  const read = {
    hours: readCronField(hours, hour),
    daysOfMonth: readCronField(daysOfMonth, dayOfMonth),
    months: readCronField(months, month),
    daysOfWeek: readCronField(daysOfWeek, dayOfWeek),
  };
  const fields = Object.values(read);
  const starts = read.hours.values;
  const isDaily = month === "*" && [dayOfMonth, dayOfWeek].toSorted().join(" ") === "* ?";
  const problems = [
    ...(minute === "0" ? [] : ["must have 0 for the minutes: windows open on the hour"]),
    ...fields.flatMap(({ problems }) => problems),
    ...(year === "*" ? [] : ["must have * for the year: Secrets Manager plans no single years"]),
    ...daysProblem(dayOfMonth, dayOfWeek),
    ...neverProblem(read.daysOfMonth.values, read.months.values),
    ...(gaps(starts).some((gap) => gap < 4)
      ? ["rotates more often than every 4 hours, which Secrets Manager refuses"]
      : []),
  ];
  return {
    problems,
    unlisted: fields.flatMap(({ unlisted }) => unlisted),
    room: Math.min(24 - (starts.at(-1) ?? 0), ...gaps(starts)),
    every: shortest(starts, isDaily),
  };
}

/** Between the windows of one day. */
function gaps(starts: readonly number[]): number[] {
  return starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
}

function shortest(starts: readonly number[], isDaily: boolean): number | undefined {
  const overnight = isDaily ? [24 - (starts.at(-1) ?? 0) + (starts[0] ?? 0)] : [];
  const all = [...gaps(starts), ...overnight];
  return all.length > 0 ? Math.min(...all) : undefined;
}

function daysProblem(dayOfMonth: string, dayOfWeek: string): string[] {
  const open = [dayOfMonth, dayOfWeek].filter((day) => day === "?").length;
  if (open === 1) return [];
  return [
    open === 0
      ? "names day-of-month and day-of-week, of which one must be ?: put ? for the one that does not matter"
      : "has ? for both days: put * for day-of-month to mean every day",
  ];
}

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** "Secrets Manager does not support rotation schedules that are more than a year apart." */
function neverProblem(days: readonly number[], inMonths: readonly number[]): string[] {
  const first = days[0];
  if (first === undefined || inMonths.some((month) => first <= (lengths[month - 1] ?? 0)))
    return [];
  if (inMonths.length === 0) return [];
  return [
    "names a day that its months do not have every year: Secrets Manager plans nothing more than a year apart; L is a month's last day",
  ];
}

import { daysOfMonth, daysOfWeek, hours, months, readCronField } from "./cron.ts";

/**
 * What a schedule expression means to Secrets Manager. Every rule is from its user guide, "Rotation
 * schedules", or from the API's RotationRulesType; times are UTC, and in hours.
 */
export interface ScheduleReading {
  readonly problems: readonly string[];
  /** Forms that the guide does not list: Secrets Manager may refuse them. */
  readonly unlisted: readonly string[];
  /** The longest window: it may reach neither into the next window nor into the next UTC day. */
  readonly room: number;
  /** The shortest time between two rotations, if known. */
  readonly every?: number | undefined;
}

export function readSchedule(expression: string): ScheduleReading {
  const rate = /^rate\(([1-9]\d*) (hour|day)s?\)$/.exec(expression);
  if (rate) return readRate(Number(rate[1]), rate[2] === "day" ? 24 : 1);
  const cron = /^cron\((.*)\)$/.exec(expression);
  if (cron?.[1] !== undefined) return readCron(cron[1].split(" "));
  return refused(
    "not a schedule: write rate(90 days), rate(12 hours), or cron(0 2 1 * ? *) for 02:00 UTC on the first of each month",
  );
}

function refused(problem: string): ScheduleReading {
  return { problems: [problem], unlisted: [], room: 24 };
}

const longest = 999 * 24;
const tooOften = "Secrets Manager rotates at most every 4 hours: make the interval longer";

/** Windows start at midnight. */
function readRate(value: number, unit: number): ScheduleReading {
  const every = value * unit;
  if (every < 4) return refused(tooOften);
  if (every > longest)
    return refused("Secrets Manager allows at most 999 days: make the interval shorter");
  return { problems: [], unlisted: [], room: Math.min(every, 24), every };
}

function readCron(parts: readonly string[]): ScheduleReading {
  const [minute, hour = "", dayOfMonth = "", month = "", dayOfWeek = "", year] = parts;
  if (parts.length !== 6)
    return refused(
      `has ${parts.length} fields, but cron needs 6 with one space between them: minutes hours day-of-month month day-of-week year, like cron(0 2 1 * ? *)`,
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
    ...(minute === "0" ? [] : ["windows open on the hour: write 0 for the minutes"]),
    ...fields.flatMap(({ problems }) => problems),
    ...(year === "*" ? [] : ["Secrets Manager does not support years: write * for the year"]),
    ...daysProblem(dayOfMonth, dayOfWeek),
    ...neverProblem(read.daysOfMonth.values, read.months.values),
    ...(gaps(starts).some((gap) => gap < 4) ? [tooOften] : []),
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
      ? "only one of day-of-month and day-of-week may be set: write ? for the other"
      : "day-of-month and day-of-week are both ?: write * for day-of-month to mean every day",
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
    "not every year has this day, and Secrets Manager does not support schedules more than a year apart: write another day, or L for the last one",
  ];
}

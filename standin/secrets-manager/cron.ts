/** One UTC hour at a time is looked at, and at most this many days ahead: schedules repeat within a year. */
const DAYS_AHEAD = 366;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * The first window of `cron(0 hours day-of-month month day-of-week *)` that opens after this moment, in epoch
 * milliseconds, and whether a day may have several. Undefined for forms that are not computed (`W`).
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
export function nextCronWindow(
  expression: string,
  after: number,
): { start: number; severalADay: boolean } | undefined {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(" ") ?? [];
  const [, hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = fields;
  if (/W/.test(dayOfMonth)) return undefined;
  const hours = values(hour, 0, 23);
  const months = values(month, 1, 12, MONTHS);
  for (let day = Math.floor(after / DAY) * DAY, n = 0; n <= DAYS_AHEAD; day += DAY, n += 1) {
    const date = new Date(day);
    if (!months.includes(date.getUTCMonth() + 1)) continue;
    if (!isOnDayOfMonth(dayOfMonth, date) || !isOnWeekday(dayOfWeek, date)) continue;
    const start = hours.map((each) => day + each * HOUR).find((each) => each > after);
    if (start !== undefined) return { start, severalADay: hours.length > 1 };
  }
  return undefined;
}

function isOnDayOfMonth(field: string, date: Date): boolean {
  if (field === "?") return true;
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return field === "L"
    ? date.getUTCDate() === last
    : values(field, 1, 31).includes(date.getUTCDate());
}

/** `3L` is the last Tuesday of the month, `3#2` the second. */
function isOnWeekday(field: string, date: Date): boolean {
  if (field === "?") return true;
  const [, day = field, which] = /^(\w+?)(L|#[1-5])$/.exec(field) ?? [];
  if (!values(day, 1, 7, WEEKDAYS).includes(date.getUTCDay() + 1)) return false;
  if (which === undefined) return true;
  if (which !== "L") return Math.ceil(date.getUTCDate() / 7) === Number(which.slice(1));
  return new Date(date.getTime() + 7 * DAY).getUTCMonth() !== date.getUTCMonth();
}

/** `*`, numbers or names, lists, ranges and steps. */
function values(field: string, from: number, to: number, names: readonly string[] = []): number[] {
  const number = (text: string) =>
    names.includes(text.toUpperCase()) ? names.indexOf(text.toUpperCase()) + from : Number(text);
  const all = field.split(",").flatMap((part) => {
    const [range = "", step] = part.split("/");
    const [first = "", last] = range.split("-");
    const start = first === "*" ? from : number(first);
    const isOpen = first === "*" || (step !== undefined && last === undefined);
    const end = isOpen ? to : number(last ?? first);
    const size = Number(step ?? 1);
    return Array.from({ length: Math.floor((end - start) / size) + 1 }, (_, n) => start + n * size);
  });
  return all.toSorted((a, b) => a - b);
}

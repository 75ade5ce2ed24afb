/**
 * One field of a cron expression as Secrets Manager accepts it (user guide, "Rotation schedules", "Cron
 * expression requirements in Secrets Manager").
 */
export interface CronField {
  /** E.g. `hours`. */
  readonly name: string;
  /** One value of it, e.g. `an hour`. */
  readonly one: string;
  /** What can stand there, e.g. `0 to 23`. */
  readonly range: string;
  readonly from: number;
  readonly to: number;
  /** Three letters each, the first standing for `from`. */
  readonly names: readonly string[];
  /** Whether a comma may list several, and a dash give a range. */
  readonly several: boolean;
  /** What the guide's table lists beside numbers, names, lists, ranges and steps. */
  readonly special: RegExp;
}

export const hours: CronField = {
  name: "hours",
  one: "an hour",
  range: "0 to 23",
  from: 0,
  to: 23,
  names: [],
  several: false,
  special: /^$/,
};

export const daysOfMonth: CronField = {
  name: "days of the month",
  one: "a day of the month",
  range: "1 to 31, or L for the last",
  from: 1,
  to: 31,
  names: [],
  several: true,
  special: /^(\*|\?|L|(SUN|MON|TUE|WED|THU|FRI|SAT)L)$/,
};

export const months: CronField = {
  name: "months",
  one: "a month",
  range: "1 to 12, or JAN to DEC",
  from: 1,
  to: 12,
  several: true,
  special: /^\*$/,
  names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};

const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

export const daysOfWeek: CronField = {
  name: "days of the week",
  one: "a day of the week",
  range: "1 to 7, SUN to SAT, or SUN#1 to SAT#5",
  from: 1,
  to: 7,
  names: weekdays,
  several: true,
  special: /^(\*|\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
};

/** What a field means. */
export interface CronValues {
  /** Every value that it lists, in order; none where it has no numbers (L, #, ?). */
  readonly values: readonly number[];
  /** Parts that the guide does not list but that Secrets Manager may accept. */
  readonly unlisted: readonly string[];
  readonly problems: readonly string[];
}

export function readCronField(field: CronField, text: string): CronValues {
  const parts = text.split(",");
  const read = parts.map((part) => readPart(field, part));
  const values = new Set(read.flatMap((part) => part.values ?? []));
  const isUnlisted = read.some(({ unlisted }) => unlisted) || (parts.length > 1 && !field.several);
  return {
    values: [...values].toSorted((one, other) => one - other),
    unlisted: isUnlisted ? [`${text} for ${field.name}`] : [],
    problems: read.flatMap(({ problem }) => problem ?? []),
  };
}

interface Part {
  readonly values?: readonly number[];
  readonly unlisted?: boolean;
  readonly problem?: string;
}

/** A number or name, a range of them, and a step; each may be missing. */
const shape = /^(?<first>\*|\w+)?(?:-(?<last>\w+))?(?:\/(?<step>\d+))?$/;

function readPart(field: CronField, part: string): Part {
  if (field.special.test(part)) return { values: part === "*" ? all(field) : [] };
  const { first = "", last, step } = shape.exec(part)?.groups ?? {};
  // Other schedulers accept these (15W, L-3, LW, a lower-case name): leave them to Secrets Manager.
  if (field.several && /^(L|LW|L-\d+|\d+W|[a-z-]+)$/.test(part)) return { unlisted: true };
  const start = first === "" || first === "*" ? field.from : numberOf(field, first);
  const end = last === undefined ? undefined : numberOf(field, last);
  const isBare = first === "" && step === undefined;
  if (isBare || start === undefined || (last !== undefined && end === undefined))
    return unreadable(field, part);
  if (Number(step) === 0)
    return {
      problem: `${part} for ${field.name} has a step of 0: write a number, like ${start}/4`,
    };
  const isOne = first !== "*" && last === undefined && step === undefined;
  const stop = isOne ? start : (end ?? field.to);
  return {
    values: all(field).filter(
      (value) => value >= start && value <= stop && (value - start) % Number(step ?? 1) === 0,
    ),
    unlisted: first === "*" || start > stop || (last !== undefined && !(field.several && !step)),
  };
}

function all({ from, to }: CronField): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function numberOf(field: CronField, text: string): number | undefined {
  if (field.names.includes(text)) return field.from + field.names.indexOf(text);
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.from && value <= field.to ? value : undefined;
}

function unreadable(field: CronField, part: string): Part {
  return {
    problem: `${JSON.stringify(part)} is not ${field.one}: write ${field.range}`,
  };
}

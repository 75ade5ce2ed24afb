import { defined } from "./defined.ts";
import type { Layers, Said } from "./layers.ts";
import type { SecretEntry } from "./manifest.ts";
import { readSchedule } from "./schedule.ts";
import type { Defaults } from "./schema.ts";
import type { Source } from "./source.ts";

const hour = 3600e3;
const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: hour, d: 24 * hour };

function milliseconds(duration: string): number {
  return Number.parseInt(duration, 10) * (units[duration.slice(-1)] ?? 0);
}

const standard = { schedule: "rate(90 days)", deadline: "24h" };

/** When a secret rotates and how it is settled, with every default; what cannot be is told to the source. */
export function timing(
  source: Source,
  layers: Layers<Defaults>,
): Pick<SecretEntry, "schedule" | "grace" | "deadline"> {
  const [schedule, window] = [layers.find("schedule"), layers.find("window")];
  const [grace, deadline] = [layers.find("grace"), layers.find("deadline")];
  const expression = schedule?.value ?? standard.schedule;
  const reading = readSchedule(expression);
  for (const problem of reading.problems)
    source.complain(schedule?.path ?? [], `${expression}: ${problem}`);
  for (const form of reading.unlisted)
    source.warn(
      schedule?.path ?? [],
      `${expression}: ${form} is not among the forms that AWS's guide lists for Secrets Manager, which may refuse it when it is deployed`,
    );
  const made = {
    schedule: { expression, ...defined({ duration: window?.value }) },
    ...(grace && { grace: milliseconds(grace.value) }),
    deadline: milliseconds(deadline?.value ?? standard.deadline),
  };
  const clash = (one: Said<string> | undefined, other: Said<string> | undefined, text: string) =>
    source.complain(nearer(one, other)?.path ?? [], text);

  if (window && reading.problems.length === 0 && Number.parseInt(window.value, 10) > reading.room)
    clash(
      window,
      schedule,
      `a window of ${window.value} would reach into the next one or the next UTC day: after ${expression} at most ${reading.room}h are left; shorten it`,
    );
  if (made.deadline === 0)
    source.complain(
      deadline?.path ?? [],
      "alerts before anything can be settled: say 24h, or leave it out",
    );
  else if (grace && made.deadline < (made.grace ?? 0))
    clash(
      grace,
      deadline,
      `a grace of ${grace.value} is longer than the deadline of ${deadline?.value ?? standard.deadline}, so every rotation would alert: make deadline longer`,
    );
  if (grace && reading.every !== undefined && (made.grace ?? 0) >= reading.every * hour)
    clash(
      grace,
      schedule,
      `a grace of ${grace.value} outlasts the ${reading.every} hours between two rotations of ${expression}, so the next one would be refused (UNSETTLED): make it shorter, or rotate less often`,
    );
  return made;
}

/** What was said nearer to the secret. */
function nearer<T>(one: Said<T> | undefined, other: Said<T> | undefined): Said<T> | undefined {
  if (!one || !other) return one ?? other;
  return one.depth <= other.depth ? one : other;
}

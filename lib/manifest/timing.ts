import { defined } from "./defined.ts";
import { milliseconds } from "./forms.ts";
import type { Defaults } from "./keys.ts";
import type { Layers, Value } from "./layers.ts";
import type { SecretEntry } from "./manifest.ts";
import { readSchedule } from "./schedule.ts";
import type { Source } from "./source.ts";

const hour = 3600e3;

const standard = { schedule: "rate(90 days)", deadline: "24h" };

/** When a secret rotates and how it is settled, with every default. Problems go to the source. */
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
      `${expression}: AWS's guide does not list ${form} for Secrets Manager, which may refuse it when you deploy`,
    );
  const entry = {
    schedule: { expression, ...defined({ duration: window?.value }) },
    ...(grace && { grace: milliseconds(grace.value) }),
    deadline: milliseconds(deadline?.value ?? standard.deadline),
  };
  const clash = (one: Value<string> | undefined, other: Value<string> | undefined, text: string) =>
    source.complain(nearer(one, other)?.path ?? [], text);

  if (window && reading.problems.length === 0 && Number.parseInt(window.value, 10) > reading.room)
    clash(
      window,
      schedule,
      `a window of ${window.value} would reach into the next window or the next UTC day: ${expression} leaves at most ${reading.room}h; shorten it`,
    );
  if (entry.deadline === 0)
    source.complain(
      deadline?.path ?? [],
      "would alert before anything can be settled: write 24h, or remove it",
    );
  else if (grace && entry.deadline < (entry.grace ?? 0))
    clash(
      grace,
      deadline,
      `a grace of ${grace.value} is longer than the deadline of ${deadline?.value ?? standard.deadline}, so every rotation would alert: make deadline longer`,
    );
  if (grace && reading.every !== undefined && (entry.grace ?? 0) >= reading.every * hour)
    clash(
      grace,
      schedule,
      `a grace of ${grace.value} outlasts the ${reading.every} hours between two rotations of ${expression}, so the next rotation would be refused (UNSETTLED): make it shorter, or rotate less often`,
    );
  return entry;
}

/** The one that stands nearer to the secret. */
function nearer<T>(one: Value<T> | undefined, other: Value<T> | undefined): Value<T> | undefined {
  if (!one || !other) return one ?? other;
  return one.depth <= other.depth ? one : other;
}

import { areComplete } from "./consumers.ts";
import { defined } from "./defined.ts";
import { milliseconds } from "./duration.ts";
import type { Defaults } from "./keys.ts";
import type { Layers, Value } from "./layers.ts";
import type { SecretEntry } from "./manifest.ts";
import { readSchedule } from "./schedule.ts";
import type { Source } from "./source.ts";

const hour = 3600e3;

const standard = { schedule: "rate(90 days)", grace: "24h" };

/** How long after its grace an unsettled secret alerts, in milliseconds. */
const settlingTime = 24 * hour;

type Timing = Pick<SecretEntry, "schedule" | "grace" | "deadline" | "consumersComplete">;

/** When a secret rotates and how it is settled, with every default. Problems go to the source. */
export function timing(source: Source, layers: Layers<Defaults>): Timing {
  const [schedule, window] = [layers.find("schedule"), layers.find("window")];
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
    ...graceAndDeadline(source, layers, reading.problems.length > 0 ? undefined : reading.every),
  };
  if (window && reading.problems.length === 0 && Number.parseInt(window.value, 10) > reading.room)
    source.complain(
      nearer(window, schedule)?.path ?? [],
      `a window of ${window.value} would reach into the next window or the next UTC day: ${expression} leaves at most ${reading.room}h; shorten it`,
    );
  return entry;
}

/** @param every the hours between two rotations; absent: not known */
function graceAndDeadline(
  source: Source,
  layers: Layers<Defaults>,
  every: number | undefined,
): Omit<Timing, "schedule"> {
  const [grace, deadline] = [layers.find("grace"), layers.find("deadline")];
  const isComplete = areComplete(layers.value("consumers"));
  const given = grace?.value ?? (isComplete ? "0s" : standard.grace);
  const subject = grace
    ? `a grace of ${given}`
    : `the default grace of ${given} for consumers that cannot be seen`;
  const shorter = grace
    ? "make it shorter"
    : "set a shorter grace, write `consumers: complete` if Quarterturn sees all of them";
  const timing = {
    grace: milliseconds(given),
    deadline: deadline ? milliseconds(deadline.value) : milliseconds(given) + settlingTime,
    ...(isComplete && { consumersComplete: true as const }),
  };
  if (deadline && timing.deadline === 0)
    source.complain(
      deadline.path,
      "would alert before anything can be settled: write 24h, or remove it",
    );
  else if (deadline && timing.deadline < timing.grace)
    source.complain(
      nearer(grace, deadline)?.path ?? [],
      `${subject} is longer than the deadline of ${deadline.value}, so every rotation would alert: ${grace ? "" : `${shorter}, or `}make deadline longer`,
    );
  if (every !== undefined && timing.grace >= every * hour) {
    const schedule = layers.find("schedule");
    source.complain(
      nearer(grace, schedule)?.path ?? [],
      `${subject} outlasts the ${every} hours between two rotations of ${schedule?.value ?? standard.schedule}, so the next rotation would be refused (UNSETTLED): ${shorter}, or rotate less often`,
    );
  }
  return timing;
}

/** The one that stands nearer to the secret. */
function nearer<T>(one: Value<T> | undefined, other: Value<T> | undefined): Value<T> | undefined {
  if (!one || !other) return one ?? other;
  return one.depth <= other.depth ? one : other;
}

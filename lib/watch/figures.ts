import type { Figures } from "../context/log.ts";
import { unsettledSince } from "./judge.ts";
import type { State } from "./state.ts";
import type { Seen } from "./subject.ts";

const states: readonly State[] = [
  "missing",
  "unseen",
  "deleted",
  "interrupted",
  "off",
  "stuck",
  "never-ran",
  "overdue",
  "unsettled",
  "settled",
];

const day = 24 * 3_600_000;

/** Every state is measured, so that a count that falls to none is seen to. Pure. */
export function figuresOf(seen: readonly Seen[], now: Date): Figures {
  const counts = new Map<State, number>(states.map((state) => [state, 0]));
  for (const { state } of seen) counts.set(state, (counts.get(state) ?? 0) + 1);
  const secrets = seen.flatMap(({ secret }) => (secret && !secret.deletedAt ? [secret] : []));
  const rotated = secrets.flatMap(({ lastRotatedAt }) => lastRotatedAt ?? []);
  const unsettled = secrets.flatMap((secret) => unsettledSince(secret, now) ?? []);
  const daysSinceRotation = Math.floor(ageOfOldest(rotated, now) / day);
  return {
    states: Object.fromEntries(counts),
    ...(rotated.length > 0 && { daysSinceRotation }),
    unsettledSeconds: Math.round(ageOfOldest(unsettled, now) / 1000),
  };
}

/** In milliseconds; 0 where there is none. */
const ageOfOldest = (dates: readonly Date[], now: Date) =>
  dates.reduce((oldest, date) => Math.max(oldest, now.getTime() - date.getTime()), 0);

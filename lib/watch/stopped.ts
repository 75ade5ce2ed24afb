import type { Remembered } from "../alerts/memory.ts";
import { minute } from "./finding-error.ts";
import { emergencyTime } from "./judge.ts";
import { EmergencyStopped } from "./rotation-findings.ts";
import type { Seen } from "./subject.ts";
import type { Finding } from "./telling.ts";

/**
 * Emergencies that on-call was told of, and that no secret tells of: what worked on them died before it noted anything, or
 * before it could tell the end.
 */
export function stopped(
  remembered: readonly Remembered[],
  seen: readonly Pick<Seen, "found">[],
  now: Date,
): readonly Finding[] {
  const known = seen.flatMap(({ found }) =>
    found.flatMap(({ error }) => (error instanceof EmergencyStopped ? error.subject : [])),
  );
  return remembered
    .filter(({ domain }) => domain === "emergency")
    .flatMap(({ secret: id, problems: [problem, ...others] }) => {
      if (problem?.kind !== "EMERGENCY" || others.length > 0) return [];
      const { subject, since, last } = problem;
      const isAtWork = now.getTime() - since.getTime() < emergencyTime;
      if (isAtWork || known.includes(subject)) return [];
      // As emergencies remember it, after what they are called.
      const name = id.split(" ").slice(2).join(" ");
      const error = new EmergencyStopped(name, subject, minute(since), last.step);
      const found = [{ error, step: "look" as const }];
      return [{ id, name, found, token: subject, isOver: () => true }];
    });
}

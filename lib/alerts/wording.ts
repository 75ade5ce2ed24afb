import type { Task } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import type { AlertContext } from "./alert-context.ts";

/** What a failure of each kind of task is called, for machines and for people. */
export const failures: Readonly<
  Record<TaskKind, { readonly kind: string; readonly summary: (step: string) => string }>
> = {
  rotation: { kind: "rotation-failed", summary: (step) => `rotation failed in ${step}` },
  retirement: { kind: "retirement-failed", summary: (step) => `retirement failed in ${step}` },
  mirror: { kind: "mirror-failed", summary: () => "parameters were not mirrored" },
  settlement: { kind: "settlement-failed", summary: () => "settlement is stuck" },
  unreported: { kind: "rotation-failed", summary: () => "rotation failed without a report" },
  abandoned: { kind: "rotation-abandoned", summary: () => "rotation was abandoned" },
  test: { kind: "rotation-test-failed", summary: () => "test of a rotation failed" },
  finding: { kind: "finding", summary: () => "rotation needs attention" },
  schedule: {
    kind: "schedule-failed",
    summary: () => "the rotation schedule differs from the manifest",
  },
  emergency: { kind: "emergency", summary: (step) => `emergency (${step})` },
  call: { kind: "call-failed", summary: () => "the function could not read its event" },
};

type TaskKind = Task["kind"] | "call";
type Safety = NonNullable<RotationError["safety"]>;

/** Why consumers feel nothing of a failure, by what was being done. */
const untouched: Readonly<Record<TaskKind, string>> = {
  rotation:
    "yes, as far as this failure goes: AWSCURRENT holds the old credential, or the new one once that has been tested.",
  retirement:
    "yes, as far as this failure goes: AWSCURRENT was not touched, and no credential that a consumer holds is ended.",
  settlement:
    "yes, as far as this failure goes: AWSCURRENT was not touched, and no credential that a consumer holds is ended.",
  mirror:
    "yes, as far as this failure goes: a parameter may hold the old value, which works until it is replaced there.",
  unreported: "yes, as far as can be seen from outside: AWSCURRENT was not replaced.",
  abandoned: "yes, as far as can be seen from outside: AWSCURRENT was not replaced.",
  test: "yes: the test of a rotation changes no credential.",
  finding: "yes, as far as can be seen from outside: AWSCURRENT was not replaced.",
  schedule: "yes: a schedule says when secrets rotate, and no credential was changed.",
  emergency: "yes, as far as this failure goes: AWSCURRENT works, and consumers are redeployed.",
  call: "yes: nothing was changed.",
};

const unsafe: Readonly<Record<Exclude<RotationError["impact"], "unchanged">, Safety>> = {
  unknown: {
    full: "not known. Quarterturn changed nothing, but it could not log in, and consumers may not be able to either: check whether they can.",
    brief: "Changed nothing; can consumers log in?",
  },
  outage: {
    full: "NO. New logins of consumers may be failing now.",
    brief: "NOT SAFE: logins may fail.",
  },
};

export function safety({ impact, safety }: RotationError, kind: TaskKind = "call"): Safety {
  if (safety) return safety;
  if (impact !== "unchanged") return unsafe[impact];
  return { full: untouched[kind], brief: "Production is safe." };
}

export function whatNext(error: RotationError, { task }: AlertContext): string {
  if (!task) return "nothing: it cannot read what it was asked for.";
  if (task.kind === "settlement")
    return "it rechecks every five minutes and continues once the cause is fixed. You get one more message, when this is over.";
  if (error.next) return error.next;
  const repeated =
    task.kind === "retirement" || task.kind === "mirror"
      ? "settlement asks for it again within five minutes"
      : "Secrets Manager repeats the rotation";
  return error.retryable
    ? `${repeated}; every step is safe to repeat.`
    : `${repeated}, but it will fail again until the cause is fixed.`;
}

import type { Task } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import type { AlertContext } from "./alert-context.ts";

/** What a failure of each kind of task is called, for machines and for people. */
export const failures: Readonly<
  Record<
    Task["kind"] | "call",
    { readonly kind: string; readonly summary: (step: string) => string }
  >
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
    summary: () => "the rotation schedule is not as the manifest says",
  },
  call: { kind: "call-failed", summary: () => "the function could not read its event" },
};

const safeties: Readonly<
  Record<RotationError["impact"], { readonly full: string; readonly brief: string }>
> = {
  unchanged: {
    full: "yes, as far as this failure goes: AWSCURRENT was not replaced and still holds the same value.",
    brief: "Production is safe.",
  },
  unknown: {
    full: "not known. This rotation changed nothing, but it could not log in, and consumers may not be able to either: check whether they can.",
    brief: "Changed nothing; can consumers log in?",
  },
  outage: {
    full: "NO. New logins of consumers may be failing now.",
    brief: "NOT SAFE: logins may fail.",
  },
};

export const safety = ({ impact, safety }: RotationError) => safety ?? safeties[impact];

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

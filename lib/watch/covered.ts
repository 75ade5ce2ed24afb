import { type Domain, everySecret, problemsIn, type Remembered } from "../alerts/memory.ts";
import type { StandingProblem } from "../alerts/problem.ts";
import type { RotationError } from "../errors.ts";
import { SupplyReminder } from "./supply-findings.ts";

/** What on-call was told by others that says this, too: it comes only when that is over, and this is not. */
export function isCovered(
  error: RotationError,
  token: string,
  all: readonly Remembered[],
): boolean {
  const told = all.flatMap(({ secret, domain, problems }) =>
    problems.filter((problem) => problem.told).map((problem) => ({ secret, domain, problem })),
  );
  if (error instanceof SupplyReminder) return isReminded(error, all);
  return isHeldUp(error, token, all) || told.some((each) => says(error, token, each));
}

interface Told {
  /** What it is remembered by. */
  readonly secret: string;
  readonly domain: Domain;
  readonly problem: StandingProblem;
}

function says(error: RotationError, token: string, { secret, domain, problem }: Told): boolean {
  const isOfRotation = domain === "rotation" || domain === "watch";
  switch (error.code) {
    case "ROTATION_OVERDUE":
    case "ROTATION_NEVER_RAN":
      return isOfRotation;
    case "PENDING_STUCK":
      return isOfRotation || problem.kind === "ROTATION_OFF";
    case "ROTATION_OFF":
      return problem.kind === "ROTATION_NOT_ENABLED";
    case "EMERGENCY_STOPPED":
      return (
        ["EMERGENCY_UNFINISHED", "EMERGENCY_REFUSED"].includes(problem.kind) &&
        problem.subject === error.subject
      );
    case "SETTLEMENT_OVERDUE":
      return domain === "settlement";
    case "SWITCH_INTERRUPTED": {
      const { step, token: of } = problem.last;
      return isOfRotation && step === "finishSecret" && of === token;
    }
    case "CURRENT_DRIFTED":
      // An emergency of many secrets does not say which of them it leaves refused.
      return saysRefused(domain, problem) && !secret.endsWith(` ${everySecret}`);
    default:
      return false;
  }
}

/** Of settlement's outages others are about consumers that hold an old credential. */
const saysRefused = (domain: Domain, { severity, kind }: StandingProblem) =>
  severity === "critical" &&
  (domain !== "settlement" ||
    ["CURRENT_REFUSED", "CREDENTIALS_REFUSED", "KEY_REFUSED"].includes(kind));

/** The problem itself is about to be told, or was since this reminder became due. */
function isReminded({ subject, since }: SupplyReminder, all: readonly Remembered[]): boolean {
  const due = problemsIn(all, "findings").find(
    (problem) =>
      problem.kind === "SUPPLY_DUE" && problem.told && subject.startsWith(`${problem.subject}, `),
  );
  return due === undefined || due.since >= since;
}

/** By what is about to be told, or was: AWSPENDING is left, or its schedule could not be set. */
function isHeldUp({ code }: RotationError, token: string, all: readonly Remembered[]): boolean {
  if (code === "ROTATION_OFF") return problemsIn(all, "schedules").length > 0;
  const isWaiting = code === "ROTATION_OVERDUE" || code === "ROTATION_NEVER_RAN";
  const isLeft = ({ kind, subject }: StandingProblem) =>
    kind === "PENDING_STUCK" && subject === token;
  return isWaiting && problemsIn(all, "findings").some(isLeft);
}

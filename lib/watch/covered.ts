import { type Domain, problemsIn, type Remembered } from "../alerts/memory.ts";
import { type StandingProblem, severityOf } from "../alerts/problem.ts";
import type { RotationError } from "../errors.ts";

/** What on-call was told by others that says this, too: it comes only when that is over, and this is not. */
export function isCovered(
  error: RotationError,
  token: string,
  all: readonly Remembered[],
): boolean {
  const told = all.flatMap(({ domain, problems }) =>
    problems.filter((problem) => problem.told).map((problem) => ({ domain, problem })),
  );
  return isHeldUp(error, token, all) || told.some((each) => says(error, token, each));
}

interface Told {
  readonly domain: Domain;
  readonly problem: StandingProblem;
}

function says(error: RotationError, token: string, { domain, problem }: Told): boolean {
  const isOfRotation = domain === "rotation" || domain === "watch";
  switch (error.code) {
    case "ROTATION_OVERDUE":
    case "ROTATION_NEVER_RAN":
      return isOfRotation;
    case "PENDING_STUCK":
      return isOfRotation || problem.kind === "ROTATION_OFF";
    case "ROTATION_OFF":
      return problem.kind === "ROTATION_NOT_ENABLED";
    case "SETTLEMENT_OVERDUE":
      return domain === "settlement";
    case "SWITCH_INTERRUPTED": {
      const { step, token: of } = problem.last;
      return isOfRotation && step === "finishSecret" && of === token;
    }
    default:
      return severityOf(error) === "critical" && problem.severity === "critical";
  }
}

/** By what is about to be told, or was: AWSPENDING is left, or its schedule could not be set. */
function isHeldUp({ code }: RotationError, token: string, all: readonly Remembered[]): boolean {
  if (code === "ROTATION_OFF") return problemsIn(all, "schedules").length > 0;
  const isWaiting = code === "ROTATION_OVERDUE" || code === "ROTATION_NEVER_RAN";
  const isLeft = ({ kind, subject }: StandingProblem) =>
    kind === "PENDING_STUCK" && subject === token;
  return isWaiting && problemsIn(all, "findings").some(isLeft);
}

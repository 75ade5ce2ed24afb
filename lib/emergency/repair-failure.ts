import type { StandingProblem } from "../alerts/problem.ts";
import type { RotationError } from "../errors.ts";
import { pendingOf } from "../secret/labels.ts";
import { refuse } from "./limits.ts";
import type { Refusal } from "./note.ts";
import { LockedOut, NeedsEndSessions, RepairFailed } from "./repair-errors.ts";
import type { Look } from "./repair-look.ts";
import type { Step } from "./step.ts";

/** Its rotation fails, and is left to a person; a schedule that was off is off again. */
export function ofFailure({ failed, secret, facts }: Look): Step | undefined {
  if (!failed) return undefined;
  if (failed.wasOff && secret.rotationEnabled === true) return { kind: "suspend" };
  const pending = pendingOf(secret);
  if (failed.wasOff && pending === failed.token) return { kind: "clear", pending };
  if (facts.problems === undefined) return { kind: "ask", question: "problems" };
  const problem = problemOf(failed.token, facts.problems);
  return refuse(
    problem
      ? failureOf(problem, secret.name)
      : new RepairFailed(secret.name, "a step", "an error that on-call was alerted to"),
  );
}

function failureOf({ kind, subject, last }: StandingProblem, name: string): RotationError {
  if (kind === inUse) return new NeedsEndSessions(name, "the other user of its pair is in use");
  return kind === "CREDENTIALS_REFUSED"
    ? new LockedOut(name, subject || "its server refuses it", setByHand(name))
    : new RepairFailed(name, last.step, kind);
}

/** For whoever asks later. */
export function refusalOf(problem: StandingProblem): Refusal {
  const { kind, last } = problem;
  return {
    code: failureOf(problem, "").code,
    why: `its rotation fails in ${last.step} with ${kind}`,
  };
}

/** The administrator sets no password of a user whom only the secret names: whoever may write it could name any user. */
const setByHand = (name: string) =>
  `Set a new password for its user at the server, and put it into the secret: aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://secret.json. Or, if rotation.yml names an administrator, also name the user there (users), and deploy. Then run the same command again.`;

export const inUse = "OTHER_USER_IN_USE";

/** Why the rotation to this version stopped, as on-call was told. */
export const problemOf = (token: string, problems: readonly StandingProblem[] = []) =>
  problems.find(
    ({ last }) =>
      last.token === token && ["rotation", "unreported", "abandoned"].includes(last.kind),
  );

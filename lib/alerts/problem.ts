import type { Task } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import { cut } from "./cut.ts";

export const severities = ["info", "error", "critical"] as const;
export type Severity = (typeof severities)[number];

export const severityOf = ({ impact }: Pick<RotationError, "impact">): Severity =>
  impact === "outage" ? "critical" : "error";

/** A problem of a secret that is not over; what it is about is its kind and subject. */
export interface StandingProblem {
  /** The error's code. */
  readonly kind: string;
  /** What of the secret it is about, e.g. a service or a parameter; may be empty. */
  readonly subject: string;
  /** The worst so far. */
  readonly severity: Severity;
  readonly since: Date;
  /** It happened once, so that nothing is to be told when it is not met again. */
  readonly lasting?: boolean | undefined;
  /** Not told: seen once, and perhaps gone by the next look. */
  readonly told: boolean;
  /** The last attempt that met it. */
  readonly last: Attempt;
  /** Of `claims`: the invocation that is about to tell. */
  readonly claim?: string | undefined;
}

interface Attempt extends Pick<Task, "kind" | "step" | "token"> {
  readonly at: Date;
}

/** A problem that somebody has just met. */
export interface FoundProblem {
  readonly error: RotationError;
  readonly task: Task;
  /** It may be gone by the next look, and is told only if it is not. */
  readonly mayPass?: boolean;
}

export type Identity = Pick<StandingProblem, "kind" | "subject">;

export const isSame = (a: Identity, b: Identity) => a.kind === b.kind && a.subject === b.subject;

export const identityOf = ({ code, subject }: RotationError): Identity => ({
  kind: code,
  subject: cut(subject, subjectLength),
});

/** Names of parameters may have a thousand characters. */
const subjectLength = 120;

const rank = (severity: Severity) => severities.indexOf(severity);

/** Whether on-call knows of it, as bad as it is. */
export const isTold = (standing: StandingProblem | undefined, severity: Severity): boolean =>
  standing?.told === true && rank(standing.severity) >= rank(severity);

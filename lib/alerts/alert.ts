import { createHash } from "node:crypto";
import { type RotationError, SettlementStuck } from "../errors.ts";
import { command } from "./command.ts";

/** Where and in what a failure was. Identifiers only. */
export interface Occasion {
  /** What the function was asked for; absent when that cannot be read: it was no event of ours. */
  readonly task?: Task;
  readonly environment: string;
  readonly region: string;
  /** The function's log group. */
  readonly logGroup: string;
  readonly requestId: string;
  readonly at: Date;
}

/** A step of a rotation, or an action on what a rotation has replaced, or on the parameters that mirror it. */
export interface Task {
  readonly kind: "rotation" | "retirement" | "mirror" | "settlement";
  /** The secret's name. */
  readonly secret: string;
  readonly step: string;
  /** The version that is being made, or retired. */
  readonly token: string;
}

/**
 * One message for every kind of subscriber.
 *
 * Attributes are for filter policies alone: with a message of the JSON structure they do not reach the
 * subscriber (SNS developer guide, "Message attributes"), so the event holds all of them too.
 */
export interface Alert {
  /** Printable ASCII, fewer than 100 characters (SNS API reference, Publish). */
  readonly subject: string;
  /** For people. */
  readonly text: string;
  /** At most 140 ASCII characters. */
  readonly sms: string;
  /** For machines; its keys are stable. */
  readonly event: Readonly<Record<string, string | boolean>>;
  readonly attributes: Readonly<Record<string, string>>;
}

const subjectLength = 99;
const smsLength = 140;

/** What failed inside a function. Pure; holds what the error and the occasion hold, and no value. */
export function failureAlert(error: RotationError, occasion: Occasion): Alert {
  const { environment, region, logGroup, requestId } = occasion;
  const { secret, step, token } = occasion.task ?? unknown;
  const severity = error.impact === "outage" ? "critical" : "error";
  const failure = `${subjectOf(occasion)} (${error.code})`;
  const runbook = `docs/runbook.md#${error.code.toLowerCase()}`;
  const [at, happened] = [occasion.at.toISOString(), withoutRemedy(error)];
  const [safe, next] = [safety(error), whatNext(error, occasion)];
  const attributes = { severity, secret, environment, step, code: error.code };
  return {
    subject: ascii(`[${severity}] ${failure}: ${secret}`, subjectLength),
    text: [
      `What happened: the ${failure}, secret ${secret}. ${happened}`,
      `Is production safe: ${safe}`,
      `What Quarterturn does next: ${next}`,
      `What you should do: ${error.remedy}`,
      ...commands(error, occasion),
      `More about this: ${runbook}.`,
      `Where the log is: ${logGroup}, request ${requestId}.`,
      `Environment ${environment}, Region ${region}, version ${token}, ${at}.`,
    ].join("\n\n"),
    sms: ascii(
      `${severity.toUpperCase()} ${environment}: ${failure}. ${brief(error)} ${secret}`,
      smsLength,
    ),
    event: {
      ...{ source: "quarterturn", kind: `${occasion.task?.kind ?? "call"}-failed`, ...attributes },
      ...{ region, token, message: happened, remedy: error.remedy, safe, next, runbook },
      ...{ productionSafe: error.impact === "unchanged", retryable: error.retryable },
      ...{ logGroup, requestId, at },
      deduplicationKey: `${secret}/${token}/${step}/${reasonOf(error)}`,
    },
    attributes,
  };
}

/**
 * The same for failures that are no news to each other: the code, and the message without its numbers and ids.
 * Of the code alone, the second permission that a role lacks would be silent after the first; and what was
 * harmless is news when consumers feel it.
 */
export function reasonOf({ code, impact, message }: RotationError): string {
  const text = message.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|\d+/g, "");
  return `${code}/${createHash("sha256").update(`${impact}/${text}`).digest("hex").slice(0, 12)}`;
}

const unknown = { secret: "unknown", step: "unknown", token: "unknown" };

function subjectOf({ task }: Occasion): string {
  if (task?.kind === "settlement") return "settlement does not go on";
  if (task?.kind === "mirror") return "parameters were not mirrored";
  return `${task?.kind ?? "call of the function"} failed in ${task?.step ?? unknown.step}`;
}

/** The message of every error ends with its remedy. */
function withoutRemedy({ message, remedy }: RotationError): string {
  return message.slice(0, -remedy.length).trim();
}

const safeties: Readonly<Record<RotationError["impact"], { full: string; brief: string }>> = {
  unchanged: {
    full: "yes, as far as this failure goes: AWSCURRENT was not replaced and still holds what it held.",
    brief: "Production is safe.",
  },
  unknown: {
    full: "not known. This rotation changed nothing, but it could not log in, and consumers may not be able to either: see whether they can.",
    brief: "Changed nothing; can consumers log in?",
  },
  outage: {
    full: "NO. New logins of consumers may be failing now.",
    brief: "NOT SAFE: logins may fail.",
  },
};

function safety(error: RotationError): string {
  if (error instanceof SettlementStuck && error.impact === "unchanged")
    return "yes: both credentials work. AWSCURRENT holds the new one; the old one was not retired, so consumers that still hold it log in.";
  return safeties[error.impact].full;
}
const brief = ({ impact }: RotationError) => safeties[impact].brief;

function whatNext(error: RotationError, { task }: Occasion): string {
  if (!task) return "nothing: what it was asked for cannot be read.";
  if (task.kind === "settlement")
    return "it looks again at the next event or tick and goes on by itself when the cause is gone; it tells you again only of something else.";
  const repeated =
    task.kind === "rotation"
      ? "Secrets Manager repeats the rotation"
      : "settlement asks for it again at the next event or tick";
  return error.retryable
    ? `${repeated}; every step can be repeated without harm.`
    : `${repeated}, but it will fail again until the cause is removed.`;
}

/** To be pasted into a shell. */
function* commands(error: RotationError, occasion: Occasion): Generator<string> {
  const { task, region, logGroup, requestId } = occasion;
  const aws = (...words: string[]) => `  ${command("aws", ...words, "--region", region)}`;
  const about = (operation: string, secret: string, ...words: string[]) =>
    aws("secretsmanager", operation, "--secret-id", secret, ...words);
  const filter = ["--since", "30m", "--filter-pattern", `"${requestId}"`];
  yield "To look closer:";
  if (task) yield about("describe-secret", task.secret);
  yield aws("logs", "tail", logGroup, ...filter);
  if (task?.kind !== "rotation") return;
  if (error.remedy.startsWith("Remove AWSPENDING")) {
    const label = ["--version-stage", "AWSPENDING", "--remove-from-version-id", task.token];
    yield "To remove AWSPENDING:";
    yield about("update-secret-version-stage", task.secret, ...label);
  }
  yield "To rotate again, when that is done:";
  yield about("rotate-secret", task.secret);
}

/** To make sure by hand that alerts arrive. */
export function testAlert(occasion: Pick<Occasion, "environment" | "region" | "at">): Alert {
  const { environment, region } = occasion;
  const at = occasion.at.toISOString();
  const attributes = { severity: "info", environment, code: "TEST" };
  return {
    subject: ascii(`[info] Quarterturn test alert (${environment})`, subjectLength),
    text: `This is a test alert of Quarterturn (${environment}, ${region}, ${at}). Nothing has happened; alerts reach you here.`,
    sms: ascii(`INFO ${environment}: Quarterturn test alert, nothing has happened`, smsLength),
    event: {
      ...{ source: "quarterturn", kind: "test", ...attributes, region, at },
      deduplicationKey: `test/${environment}/${at}`,
    },
    attributes,
  };
}

/** SNS refuses other characters in subjects, and an SMS of others has 70 instead of 140. */
function ascii(text: string, length: number): string {
  const plain = text.replace(/[^\x20-\x7e]/gu, "?");
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}

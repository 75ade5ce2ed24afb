import { createHash } from "node:crypto";
import type { Task } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import { command } from "./command.ts";

/** Where a failure happened, and in what. Identifiers only. */
export interface AlertContext {
  /** What the function was asked for; absent when the event could not be read. */
  readonly task?: Task;
  readonly environment: string;
  readonly region: string;
  /** The function's log group. */
  readonly logGroup: string;
  readonly requestId: string;
  readonly at: Date;
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

/** What failed inside a function. Pure; holds what the error and the context hold, and no value. */
export function failureAlert(error: RotationError, context: AlertContext): Alert {
  const { environment, region, logGroup, requestId } = context;
  const { secret, step, token } = context.task ?? unknown;
  const severity = error.impact === "outage" ? "critical" : "error";
  const { kind, said } = failures[context.task?.kind ?? "call"];
  const failure = `${said(step)} (${error.code})`;
  const runbook = `docs/runbook.md#${error.code.toLowerCase()}`;
  const { happened } = error;
  const at = context.at.toISOString();
  const [safe, next] = [safety(error).full, whatNext(error, context)];
  const attributes = { severity, secret, environment, step, code: error.code };
  return {
    subject: ascii(`[${severity}] ${failure}: ${secret}`, subjectLength),
    text: [
      `What happened: the ${failure}, secret ${secret}. ${happened}`,
      `Is production safe: ${safe}`,
      `What Quarterturn does next: ${next}`,
      `What you should do: ${error.remedy}`,
      ...commands(error, context),
      `More about this: ${runbook}.`,
      `Where the log is: ${whereLog(context)}.`,
      `Environment ${environment}, Region ${region}, version ${token}, ${at}.`,
    ].join("\n\n"),
    sms: ascii(
      `${severity.toUpperCase()} ${environment}: ${failure}. ${safety(error).brief} ${secret}`,
      smsLength,
    ),
    event: {
      source: "quarterturn",
      kind,
      ...attributes,
      region,
      token,
      message: happened,
      remedy: error.remedy,
      safe,
      next,
      runbook,
      productionSafe: error.impact === "unchanged",
      retryable: error.retryable,
      logGroup,
      requestId,
      at,
      deduplicationKey: isOutside(context.task)
        ? `${secret}/${at.slice(0, 10)}`
        : `${secret}/${token}/${step}/${reasonOf(error)}`,
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

/** What a failure of each kind of task is called by machines, and by people. */
const failures: Readonly<
  Record<Task["kind"] | "call", { readonly kind: string; readonly said: (step: string) => string }>
> = {
  rotation: { kind: "rotation-failed", said: (step) => `rotation failed in ${step}` },
  retirement: { kind: "retirement-failed", said: (step) => `retirement failed in ${step}` },
  mirror: { kind: "mirror-failed", said: () => "parameters were not mirrored" },
  settlement: { kind: "settlement-failed", said: () => "settlement does not go on" },
  unreported: { kind: "rotation-failed", said: () => "rotation failed unreported" },
  abandoned: { kind: "rotation-abandoned", said: () => "rotation was given up" },
  call: { kind: "call-failed", said: (step) => `call of the function failed in ${step}` },
};

/** Whether only Secrets Manager reported the failure, not the function that met it. */
export const isOutside = (task: Task | undefined) =>
  task?.kind === "unreported" || task?.kind === "abandoned";

const safeties: Readonly<
  Record<RotationError["impact"], { readonly full: string; readonly brief: string }>
> = {
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

const safety = ({ impact, safety }: RotationError) => safety ?? safeties[impact];

function whatNext(error: RotationError, { task }: AlertContext): string {
  if (!task) return "nothing: what it was asked for cannot be read.";
  if (task.kind === "settlement")
    return "it looks again at the next event or tick and goes on by itself when the cause is gone; it tells you again only of something else.";
  if (error.next) return error.next;
  const repeated =
    task.kind === "retirement"
      ? "settlement asks for it again at the next event or tick"
      : "Secrets Manager repeats the rotation";
  return error.retryable
    ? `${repeated}; every step can be repeated without harm.`
    : `${repeated}, but it will fail again until the cause is removed.`;
}

function whereLog({ task, logGroup, requestId }: AlertContext): string {
  const own = `${logGroup}, request ${requestId}`;
  return task?.rotationLog ? `${task.rotationLog}; of this alert itself ${own}` : own;
}

/** To be pasted into a shell. */
function* commands(error: RotationError, context: AlertContext): Generator<string> {
  const { task, region, logGroup, requestId } = context;
  const aws = (...words: string[]) => `  ${command("aws", ...words, "--region", region)}`;
  const about = (operation: string, secret: string, ...words: string[]) =>
    aws("secretsmanager", operation, "--secret-id", secret, ...words);
  const filter = ["--since", "30m", "--filter-pattern", `"${requestId}"`];
  yield "To look closer:";
  if (task) yield about("describe-secret", task.secret);
  // Unfiltered: what kills a function leaves lines that name neither the secret nor the version.
  if (task?.rotationLog) yield aws("logs", "tail", task.rotationLog, "--since", "2h");
  else yield aws("logs", "tail", logGroup, ...filter);
  if (!task || (task.kind !== "rotation" && !isOutside(task))) return;
  if (error.undo === "removePending") {
    const label = ["--version-stage", "AWSPENDING", "--remove-from-version-id", task.token];
    yield "To remove AWSPENDING:";
    yield about("update-secret-version-stage", task.secret, ...label);
  }
  yield "To rotate again, when that is done:";
  yield about("rotate-secret", task.secret);
}

/** To make sure by hand that alerts arrive. */
export function testAlert(context: Pick<AlertContext, "environment" | "region" | "at">): Alert {
  const { environment, region } = context;
  const at = context.at.toISOString();
  const attributes = { severity: "info", environment, code: "TEST" };
  return {
    subject: ascii(`[info] Quarterturn test alert (${environment})`, subjectLength),
    text: `This is a test alert of Quarterturn (${environment}, ${region}, ${at}). Nothing has happened; alerts reach you here.`,
    sms: ascii(`INFO ${environment}: Quarterturn test alert, nothing has happened`, smsLength),
    event: {
      source: "quarterturn",
      kind: "test",
      ...attributes,
      region,
      at,
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

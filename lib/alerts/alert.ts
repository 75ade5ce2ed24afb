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

/** The alert of a failure. Pure; it holds what the error and the context hold, and no secret value. */
export function failureAlert(error: RotationError, context: AlertContext): Alert {
  const { environment, region, logGroup, requestId } = context;
  const { secret, step, token } = context.task ?? unknown;
  const severity = error.impact === "outage" ? "critical" : "error";
  const { kind, summary } = failures[context.task?.kind ?? "call"];
  const failure = `${summary(step)} (${error.code})`;
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
 * The same text for failures of which one alert is enough: the code, and a hash of the impact and of the message
 * without its numbers and ids. With the code alone, the second permission that a role lacks would raise no alert;
 * and a harmless failure must alert again when it becomes an outage.
 */
export function reasonOf({ code, impact, message }: RotationError): string {
  const text = message.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|\d+/g, "");
  return `${code}/${createHash("sha256").update(`${impact}/${text}`).digest("hex").slice(0, 12)}`;
}

const unknown = { secret: "unknown", step: "unknown", token: "unknown" };

/** What a failure of each kind of task is called, for machines and for people. */
const failures: Readonly<
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
  call: { kind: "call-failed", summary: () => "the function could not read its event" },
};

/** Whether only Secrets Manager reported the failure, not the function that met it. */
export const isOutside = (task: Task | undefined) =>
  task?.kind === "unreported" || task?.kind === "abandoned";

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

const safety = ({ impact, safety }: RotationError) => safety ?? safeties[impact];

function whatNext(error: RotationError, { task }: AlertContext): string {
  if (!task) return "nothing: it cannot read what it was asked for.";
  if (task.kind === "settlement")
    return "it rechecks every five minutes and continues once the cause is fixed. You will not be alerted again for the same cause.";
  if (error.next) return error.next;
  const repeated =
    task.kind === "retirement"
      ? "settlement asks for it again within five minutes"
      : "Secrets Manager repeats the rotation";
  return error.retryable
    ? `${repeated}; every step is safe to repeat.`
    : `${repeated}, but it will fail again until the cause is fixed.`;
}

function whereLog({ task, logGroup, requestId }: AlertContext): string {
  const own = `${logGroup}, request ${requestId}`;
  return task?.rotationLog ? `${task.rotationLog}; for this alert itself: ${own}` : own;
}

/** Commands to paste into a shell, with their headings. */
function* commands(error: RotationError, context: AlertContext): Generator<string> {
  const { task, region, logGroup, requestId } = context;
  const aws = (...words: string[]) => `  ${command("aws", ...words, "--region", region)}`;
  const about = (operation: string, secret: string, ...words: string[]) =>
    aws("secretsmanager", operation, "--secret-id", secret, ...words);
  const filter = ["--since", "30m", "--filter-pattern", `"${requestId}"`];
  yield "To investigate:";
  if (task) yield about("describe-secret", task.secret);
  // Unfiltered: a function that is killed leaves lines that name neither the secret nor the version.
  if (task?.rotationLog) yield aws("logs", "tail", task.rotationLog, "--since", "2h");
  else yield aws("logs", "tail", logGroup, ...filter);
  if (!task || (task.kind !== "rotation" && !isOutside(task))) return;
  if (error.undo === "removePending") {
    const label = ["--version-stage", "AWSPENDING", "--remove-from-version-id", task.token];
    yield "To remove AWSPENDING:";
    yield about("update-secret-version-stage", task.secret, ...label);
  }
  yield "To rotate again afterwards:";
  yield about("rotate-secret", task.secret);
}

/** An alert that a person sends to check that alerts arrive. */
export function testAlert(context: Pick<AlertContext, "environment" | "region" | "at">): Alert {
  const { environment, region } = context;
  const at = context.at.toISOString();
  const attributes = { severity: "info", environment, code: "TEST" };
  return {
    subject: ascii(`[info] Quarterturn test alert (${environment})`, subjectLength),
    text: `This is a test alert from Quarterturn (${environment}, ${region}, ${at}). Nothing has happened; alerts reach you here.`,
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

/** SNS rejects other characters in subjects, and an SMS with other characters fits only 70 of them. */
function ascii(text: string, length: number): string {
  const plain = text.replace(/[^\x20-\x7e]/gu, "?");
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}

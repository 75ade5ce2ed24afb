import { createHash } from "node:crypto";
import type { RotationError } from "../errors.ts";
import { type AlertContext, isOutside } from "./alert-context.ts";
import { commands } from "./commands.ts";
import { failures, safety, whatNext } from "./wording.ts";

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

function whereLog({ task, logGroup, requestId }: AlertContext): string {
  const own = `${logGroup}, request ${requestId}`;
  return task?.rotationLog ? `${task.rotationLog}; for this alert itself: ${own}` : own;
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

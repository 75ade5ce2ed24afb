import type { RotationError } from "../errors.ts";

/** Where and in what a failure was. Identifiers only. */
export interface Occasion {
  /** The secret's name, or its ARN where the name is not known. */
  readonly secret: string;
  readonly environment: string;
  readonly region: string;
  readonly step: string;
  /** The version that was being made. */
  readonly token: string;
  /** The function's log group. */
  readonly logGroup: string;
  readonly requestId: string;
  readonly at: Date;
}

/** One message for every kind of subscriber. */
export interface Alert {
  /** ASCII, at most 100 characters (SNS API reference, Publish). */
  readonly subject: string;
  /** For people: lines of at most 100 columns where they can be broken. */
  readonly text: string;
  /** At most 140 ASCII characters. */
  readonly sms: string;
  /** For machines; its keys are stable. */
  readonly event: Readonly<Record<string, string | boolean>>;
  /** For subscription filter policies. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What failed from inside a rotation. Pure; holds what the error and the occasion hold, and no value. */
export function failureAlert(error: RotationError, occasion: Occasion): Alert {
  const { secret, environment, region, step, token, logGroup, requestId, at } = occasion;
  const severity = error.impact === "outage" ? "critical" : "error";
  const [safe, next] = [safety(error), whatNext(error)];
  const commands = [
    `aws secretsmanager describe-secret --region ${region} --secret-id ${secret}`,
    `aws logs tail ${logGroup} --region ${region} --since 30m --filter-pattern '"${requestId}"'`,
  ];
  return {
    subject: ascii(`[${severity}] ${secret}: rotation failed in ${step} (${error.code})`, 100),
    text: [
      `What happened: the rotation of ${secret} failed in ${step} (${error.code}).`,
      error.message,
      `Is production safe: ${safe}`,
      `What Quarterturn does next: ${next}`,
      `What you should do: ${error.remedy}`,
      "To look closer:",
      ...commands.map((command) => `  ${command}`),
      `Environment ${environment}, Region ${region}, version ${token}, ${at.toISOString()}.`,
      `Log: ${logGroup}, request ${requestId}.`,
    ].join("\n\n"),
    sms: ascii(
      `${severity.toUpperCase()} ${environment}: rotation of ${secret} failed in ${step}: ${error.code}`,
      140,
    ),
    event: {
      ...{ source: "quarterturn", kind: "rotation-failed", severity, code: error.code },
      ...{ secret, environment, region, step, token, message: error.message },
      ...{ productionSafe: error.impact === "unchanged", retryable: error.retryable },
      ...{ remedy: error.remedy, logGroup, requestId, at: at.toISOString() },
      deduplicationKey: `${secret}/${token}/${step}/${error.code}`,
    },
    attributes: { severity, secret, environment, step, code: error.code },
  };
}

function safety(error: RotationError): string {
  return error.impact === "unchanged"
    ? "yes, as far as this rotation goes: AWSCURRENT was not replaced and still holds what it held."
    : "NO. New logins of consumers may be failing now.";
}

function whatNext(error: RotationError): string {
  return error.retryable
    ? "Secrets Manager repeats the rotation by itself; every step can be repeated without harm."
    : "Secrets Manager repeats the rotation, but it will fail again until the cause is removed.";
}

/** To make sure by hand that alerts arrive. */
export function testAlert(occasion: Pick<Occasion, "environment" | "region" | "at">): Alert {
  const { environment, region, at } = occasion;
  const text = `This is a test alert of Quarterturn (${environment}, ${region}, ${at.toISOString()}). Nothing has happened; alerts reach you here.`;
  const common = { severity: "info", environment, code: "TEST" };
  return {
    subject: ascii(`[info] Quarterturn test alert (${environment})`, 100),
    text,
    sms: ascii(`INFO ${environment}: Quarterturn test alert`, 140),
    event: { source: "quarterturn", kind: "test", ...common, region, at: at.toISOString() },
    attributes: common,
  };
}

/** SNS refuses other characters in subjects, and an SMS of others has 70 instead of 140. */
function ascii(text: string, length: number): string {
  const plain = text.replace(/[^\x20-\x7e]/g, "?");
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}

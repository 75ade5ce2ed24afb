import { steps } from "../rotation/event.ts";
import { InvalidNotice } from "./errors.ts";

/**
 * What Secrets Manager told of a rotation. A hint and no more: which secret to look at, and names for the
 * reader, none of them free text.
 */
export interface Sighting {
  readonly kind: "RotationFailed" | "RotationAbandoned";
  /** ARN. */
  readonly secretId: string;
  /** The version that was being made; absent where the event does not tell. */
  readonly token?: string | undefined;
  /** Of the four; absent where the event does not tell. */
  readonly step?: string | undefined;
}

/**
 * Reads an event of EventBridge, "AWS Service Event via CloudTrail" of aws.secretsmanager (Secrets Manager user
 * guide, "CloudTrail entries for rotation"). The guide promises the event's name. The ARN in
 * `additionalEventData`, the version at the end of `requestID` and the step at the end of `errorMessage` are
 * as events on AWS were seen to have them; without an ARN there is nothing to look at, and that is an error.
 * @throws InvalidNotice
 */
export function readSighting(event: unknown): Sighting {
  const detail = member(event, "detail");
  const kind = member(detail, "eventName");
  if (kind !== "RotationFailed" && kind !== "RotationAbandoned")
    throw new InvalidNotice(`its name is ${isName(kind) ? kind : "none"}`);
  const secretId = member(member(detail, "additionalEventData"), "SecretId");
  if (typeof secretId !== "string" || secretId === "")
    throw new InvalidNotice("it names no secret in detail.additionalEventData.SecretId");
  const request = String(member(detail, "requestID") ?? "");
  const prefix = `Rotation-${secretId}-`;
  const rest = request.startsWith(prefix) ? request.slice(prefix.length) : "";
  const token = /^[\w-]{32,64}$/.test(rest) ? rest : undefined;
  const message = String(member(detail, "errorMessage") ?? "");
  const step = steps.find((each) => message.endsWith(` during ${each} step`));
  return { kind, secretId, token, step };
}

/** What else stands there may be anything, and is not repeated. */
function isName(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z]{1,40}$/.test(value);
}

function member(of: unknown, key: string): unknown {
  const isObject = typeof of === "object" && of !== null && Object.hasOwn(of, key);
  return isObject ? (of as Record<string, unknown>)[key] : undefined;
}

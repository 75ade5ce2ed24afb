import { steps } from "../rotation/event.ts";
import { InvalidNotice } from "./errors.ts";

const kinds = [
  "RotationFailed",
  "RotationAbandoned",
  "TestRotationFailed",
  "TestRotationSucceeded",
] as const;

/**
 * What Secrets Manager reported of a rotation. Only a hint: which secret to look at, and names to show the reader,
 * none of them free text.
 */
export interface Sighting {
  readonly kind: (typeof kinds)[number];
  /** ARN. */
  readonly secretId: string;
  /** The version that was being made; absent where the event does not say. */
  readonly token?: string | undefined;
  /** One of the four; absent where the event does not say. */
  readonly step?: string | undefined;
}

/**
 * Reads an event of EventBridge, "AWS Service Event via CloudTrail" of aws.secretsmanager (Secrets Manager user
 * guide, "CloudTrail entries for rotation"). The guide promises the event's name. The ARN in
 * `additionalEventData`, the version at the end of `requestID` and the step at the end of `errorMessage` are
 * as observed in events on AWS; an event without an ARN is an error, because there is nothing to look at.
 * @throws InvalidNotice
 */
export function readSighting(event: unknown): Sighting {
  const detail = member(event, "detail");
  const eventName = member(detail, "eventName");
  const kind = kinds.find((each) => each === eventName);
  if (!kind)
    throw new InvalidNotice(
      isName(eventName) ? `its eventName is ${eventName}` : "it has no eventName",
    );
  const secretId = member(member(detail, "additionalEventData"), "SecretId");
  if (typeof secretId !== "string" || secretId === "")
    throw new InvalidNotice("detail.additionalEventData.SecretId is missing");
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

function member(value: unknown, key: string): unknown {
  const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return isObject ? Reflect.get(value, key) : undefined;
}

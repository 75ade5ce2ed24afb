import { RotationError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";

/** In the order in which Secrets Manager calls them; camelCase on the wire. */
export const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
export type Step = (typeof steps)[number];

/** What Secrets Manager sends (user guide, "Lambda rotation functions"). */
export interface RotationEvent {
  readonly step: Step;
  /** The ARN of the secret. */
  readonly secretId: string;
  /** Also the id of the version that is being made. */
  readonly token: string;
  /** To be passed on to PutSecretValue; it counts as a secret value. */
  readonly rotationToken?: Secret<string>;
}

/** @throws InvalidEvent, UnknownStep */
export function parseEvent(payload: unknown): RotationEvent {
  if (typeof payload !== "object" || payload === null) throw new InvalidEvent("expected an object");
  const event: Record<string, unknown> = { ...payload };
  const step = text(event, "Step");
  const secretId = text(event, "SecretId");
  const token = text(event, "ClientRequestToken");
  if (!/^[\x21-\x7e]{32,64}$/.test(token))
    throw new InvalidEvent("ClientRequestToken must have 32 to 64 characters");
  if (!isStep(step)) throw new UnknownStep(step.slice(0, 40));
  if (event["RotationToken"] == null) return { step, secretId, token };
  return { step, secretId, token, rotationToken: new Secret(text(event, "RotationToken")) };
}

function text(event: Record<string, unknown>, key: string): string {
  const value = event[key];
  if (typeof value === "string" && value !== "") return value;
  throw new InvalidEvent(
    value === undefined ? `${key} is missing` : `${key} must be a non-empty string`,
  );
}

function isStep(step: string): step is Step {
  return (steps as readonly string[]).includes(step);
}

/** The payload is not a rotation event of Secrets Manager. */
export class InvalidEvent extends RotationError {
  constructor(problem: string) {
    super({
      code: "INVALID_EVENT",
      happened: `Not a rotation event: ${problem}.`,
      remedy: "Secrets Manager invokes this function. To rotate by hand, call RotateSecret.",
    });
  }
}

/** `Step` is not one of the four rotation steps. */
export class UnknownStep extends RotationError {
  constructor(step: string) {
    super({
      code: "UNKNOWN_STEP",
      happened: `The event asks for the step ${JSON.stringify(step)}.`,
      remedy:
        "The steps are createSecret, setSecret, testSecret and finishSecret, in exactly this spelling.",
    });
  }
}

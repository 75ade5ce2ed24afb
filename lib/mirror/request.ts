import { InvalidRequest } from "../context/errors.ts";

/** What settlement sends to the function that writes parameters. */
export interface MirrorRequest {
  /** Name or ARN. */
  readonly secret: string;
  /** The version that is AWSCURRENT. */
  readonly version: string;
}

/** For the log. */
export function subjectOf(payload: unknown) {
  const { secret: secretId, version: token } = parseRequest(payload);
  return { step: "mirror", secretId, token };
}

/** @throws InvalidRequest */
export function parseRequest(payload: unknown): MirrorRequest {
  if (typeof payload !== "object" || payload === null)
    throw new InvalidRequest("expected an object");
  const { secret, version }: Record<string, unknown> = { ...payload };
  if (typeof secret !== "string" || !secret)
    throw new InvalidRequest("secret must be a non-empty string");
  if (typeof version !== "string" || !version)
    throw new InvalidRequest("version must be a non-empty string");
  return { secret, version };
}

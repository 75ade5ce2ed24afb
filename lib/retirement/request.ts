import { InvalidRequest } from "../context/errors.ts";

/**
 * What settlement asks of the function that reaches the server: `probe` whether the old credential is still
 * accepted, `quiet` how many sessions it has, `retire` it, `endSessions` that it still has. Settlement asks for two
 * that do several of these in one invocation, and that answer what is no failure: `retireUnused` unless a live version
 * holds it or it has sessions, `retireLeaked` unless a live version holds it, and its sessions end. `probeLeft` asks of a
 * version that AWSCURRENT has left, and that need not carry RETIRING, whether its credential works.
 */
export const actions = [
  "probe",
  "quiet",
  "retire",
  "endSessions",
  "retireUnused",
  "retireLeaked",
  "probeLeft",
] as const;
export type Action = (typeof actions)[number];

export interface RetireRequest {
  readonly action: Action;
  /** Name or ARN. */
  readonly secret: string;
  /** The version that carries RETIRING. */
  readonly version: string;
}

/** For the log: a request is about the step that it asks for, and about the old version. */
export function subjectOf(payload: unknown) {
  const { action: step, secret: secretId, version: token } = parseRequest(payload);
  return { step, secretId, token };
}

/** @throws InvalidRequest */
export function parseRequest(payload: unknown): RetireRequest {
  if (typeof payload !== "object" || payload === null)
    throw new InvalidRequest("expected an object");
  const { action, secret, version }: Record<string, unknown> = { ...payload };
  const known = actions.find((each) => each === action);
  if (!known) throw new InvalidRequest(`action must be one of ${actions.join(", ")}`);
  if (typeof secret !== "string" || !secret)
    throw new InvalidRequest("secret must be a non-empty string");
  if (typeof version !== "string" || !version)
    throw new InvalidRequest("version must be a non-empty string");
  return { action: known, secret, version };
}

import { InvalidRequest } from "../context/errors.ts";

/**
 * What settlement asks of the function that reaches the server: `probe` whether the old credential is still
 * accepted, `quiet` how many sessions it has, `retire` it, `endSessions` that it still has. Settlement asks for two
 * that do several of these in one invocation, and that answer what is no failure: `retireUnused` unless a live version
 * holds it or it has sessions, `retireLeaked` unless a live version holds it, and its sessions end. `probeLeft` asks of a
 * version that AWSCURRENT has left, and that need not carry RETIRING, whether its credential works. Emergencies ask by
 * `probeVersion` whether a version could be AWSCURRENT.
 */
export const actions = [
  "probe",
  "quiet",
  "retire",
  "endSessions",
  "retireUnused",
  "retireLeaked",
  "probeLeft",
  "probeVersion",
] as const;
export type Action = (typeof actions)[number];

export interface RetireRequest {
  readonly action: Action;
  /** Name or ARN. */
  readonly secret: string;
  /** The version that carries RETIRING. */
  readonly version: string;
  /** Since when settlement has found its credential refused each time; ISO 8601. */
  readonly refusedSince?: string | undefined;
  /** Whether settlement has ever found it so. */
  readonly wasRefused?: boolean | undefined;
}

/** What `watch` asks: whether the server still accepts AWSCURRENT of these secrets. */
export interface ProbeRequest {
  readonly action: "probeCurrent";
  /** Names or ARNs. */
  readonly secrets: readonly string[];
}

/** For the log: a request is about the step that it asks for, and about the old version. */
export function subjectOf(payload: unknown) {
  const request = parseRequest(payload);
  if (request.action === "probeCurrent")
    return { step: request.action, secretId: request.secrets[0] ?? "", token: "AWSCURRENT" };
  const { action: step, secret: secretId, version: token } = request;
  return { step, secretId, token };
}

/** @throws InvalidRequest */
export function parseRequest(payload: unknown): RetireRequest | ProbeRequest {
  if (typeof payload !== "object" || payload === null)
    throw new InvalidRequest("expected an object");
  const { action, secret, secrets, version, ...refusal }: Record<string, unknown> = {
    ...payload,
  };
  if (action === "probeCurrent") return { action, secrets: namesIn(secrets) };
  const known = actions.find((each) => each === action);
  if (!known) throw new InvalidRequest(`action must be one of ${actions.join(", ")}, probeCurrent`);
  if (typeof secret !== "string" || !secret)
    throw new InvalidRequest("secret must be a non-empty string");
  if (typeof version !== "string" || !version)
    throw new InvalidRequest("version must be a non-empty string");
  return { action: known, secret, version, ...refusalIn(refusal) };
}

/** @throws InvalidRequest */
function refusalIn({ refusedSince, wasRefused }: Record<string, unknown>) {
  if (refusedSince !== undefined && Number.isNaN(Date.parse(String(refusedSince))))
    throw new InvalidRequest("refusedSince must be a time (ISO 8601)");
  if (wasRefused !== undefined && typeof wasRefused !== "boolean")
    throw new InvalidRequest("wasRefused must be true or false");
  return {
    ...(refusedSince !== undefined && { refusedSince: String(refusedSince) }),
    ...(wasRefused !== undefined && { wasRefused }),
  };
}

/** @throws InvalidRequest */
function namesIn(value: unknown): readonly string[] {
  const isName = (each: unknown): each is string => typeof each === "string" && each !== "";
  if (Array.isArray(value) && value.every(isName)) return value;
  throw new InvalidRequest("secrets must be a list of non-empty strings");
}

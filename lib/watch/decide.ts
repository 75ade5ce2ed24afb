import { identityOf, isSame, isTold, type StandingProblem, severityOf } from "../alerts/problem.ts";
import type { RotationError } from "../errors.ts";
import { mayHaveSwitched, pendingOf } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { RotationAbandoned, RotationFailed, SwitchInterrupted, TestFailed } from "./errors.ts";
import type { Sighting } from "./sighting.ts";

/** Everything that a decision about one sighting rests on, read from AWS just now. */
export interface Findings {
  readonly sighting: Sighting;
  readonly secret: Pick<SecretState, "name" | "versions" | "deletedAt">;
  /** Whether a credential of it is switched in place. */
  readonly inPlace: boolean;
  /** What the functions that rotate have reported themselves. */
  readonly inside: readonly StandingProblem[];
  /** What on-call was told from outside. */
  readonly outside: readonly StandingProblem[];
  /** What invocations are about to tell. */
  readonly claims: readonly StandingProblem[];
  /** What this one wrote there; absent before it did, and where it could not. */
  readonly claim?: string | undefined;
}

export type Verdict =
  | { readonly kind: "tell"; readonly problem: RotationError; readonly token?: string | undefined }
  /** On-call knows, or does not need to. */
  | { readonly kind: "silent"; readonly why: string };

/** Whether on-call must be alerted of what was seen from outside. Pure. */
export function decide(findings: Findings): Verdict {
  const { sighting, secret } = findings;
  if (secret.deletedAt)
    return silent("the secret is scheduled for deletion, which ends its rotation");
  const token = sighting.token ?? pendingOf(secret);
  if (sighting.kind === "RotationFailed" && wasPromoted(secret, token))
    return silent("its version became AWSCURRENT after all");
  const switching =
    sighting.kind === "RotationFailed" && findings.inPlace && mayHaveSwitched(secret, token);
  if (isReported(findings, token, switching)) return silent("the function has reported it itself");
  return unlessTold(problem(findings, switching), findings, token);
}

/** Silent where on-call knows of the problem, or another invocation claimed it after this one. Pure. */
export function unlessTold(
  problem: RotationError,
  { outside, claims, claim }: Pick<Findings, "outside" | "claims" | "claim">,
  token?: string,
): Verdict {
  const isIt = (each: StandingProblem) => isSame(each, identityOf(problem));
  if (isTold(outside.find(isIt), severityOf(problem)))
    return silent("on-call was alerted of it, and it is not over");
  const claimed = claims.find(isIt);
  if (claim !== undefined && claimed !== undefined && claimed.claim !== claim)
    return silent("another invocation sends the alert");
  return { kind: "tell", problem, token };
}

/** The attempt that was seen to fail came far enough, or a later one did. */
function wasPromoted({ versions }: Findings["secret"], token: string | undefined): boolean {
  const labels = versions.get(token ?? "") ?? [];
  return labels.includes("AWSCURRENT") || labels.includes("AWSPREVIOUS");
}

/** The codes of a step that found AWSCURRENT replaced or AWSPENDING gone: they report an abandonment. */
const foundAbandoned = ["SECRET_CHANGED", "TOKEN_NOT_PENDING", "TOKEN_UNKNOWN", "LABEL_MOVED"];

/**
 * The function has reported what is seen now. Its report of a failure before the switch began does not cover a
 * switch that may hang.
 */
function isReported(
  { sighting, inside }: Findings,
  token: string | undefined,
  switching: boolean,
): boolean {
  const own = inside.filter(({ last }) => last.token === token);
  if (sighting.kind === "RotationAbandoned")
    return own.some(({ kind }) => foundAbandoned.includes(kind));
  return own.some(({ last }) => !switching || last.step === "finishSecret");
}

function problem({ sighting, secret: { name } }: Findings, switching: boolean): RotationError {
  const step = sighting.step ?? "unknown";
  if (sighting.kind === "RotationAbandoned") return new RotationAbandoned(name);
  if (sighting.kind === "TestRotationFailed") return new TestFailed(name);
  return switching ? new SwitchInterrupted(name, step) : new RotationFailed(name, step);
}

const silent = (why: string): Verdict => ({ kind: "silent", why });

import type { InsideAlert } from "../alerts/memory.ts";
import type { RotationError } from "../errors.ts";
import { holderOf, preparedLabel, retiringLabel } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { RotationAbandoned, RotationFailed, SwitchInterrupted } from "./errors.ts";
import type { Sighting } from "./sighting.ts";

/** Everything that a decision about one sighting rests on, read from AWS just now. */
export interface Findings {
  readonly sighting: Sighting;
  readonly secret: Pick<SecretState, "name" | "versions" | "deletedAt">;
  /** Whether a credential of it is switched in place. */
  readonly inPlace: boolean;
  /** The last failure that a function reported itself. */
  readonly inside?: InsideAlert | undefined;
  /** On-call was alerted about this secret from outside today. */
  readonly toldToday: boolean;
  /** Another invocation claimed the alert after this one. */
  readonly leftToAnother: boolean;
}

export type Verdict =
  | { readonly kind: "tell"; readonly problem: RotationError; readonly token?: string | undefined }
  /** On-call knows, or does not need to. */
  | { readonly kind: "silent"; readonly why: string };

/** Whether on-call must be alerted of what was seen from outside. Pure. */
export function decide(findings: Findings): Verdict {
  const { sighting, secret, toldToday, leftToAnother } = findings;
  if (secret.deletedAt)
    return silent("the secret is scheduled for deletion, which ends its rotation");
  const current = holderOf(secret, "AWSCURRENT");
  const pending = holderOf(secret, "AWSPENDING");
  const token = sighting.token ?? (pending === current ? undefined : pending);
  if (sighting.kind === "RotationFailed" && wasPromoted(secret, token))
    return silent("its version became AWSCURRENT after all");
  const switching = findings.inPlace && mayHaveSwitched(secret, token);
  if (isTold(findings, token, switching)) return silent("the function has reported it itself");
  if (toldToday) return silent("on-call was alerted about this secret today");
  if (leftToAnother) return silent("another invocation sends the alert");
  return { kind: "tell", problem: problem(findings, switching), token };
}

/** The attempt that was seen to fail came far enough, or a later one did. */
function wasPromoted({ versions }: Findings["secret"], token: string | undefined): boolean {
  const labels = versions.get(token ?? "") ?? [];
  return labels.includes("AWSCURRENT") || labels.includes("AWSPREVIOUS");
}

/**
 * A switch begins by RETIRING on AWSCURRENT, of a version that createSecret has made. Whether it then changed
 * the password, only the server knows.
 */
function mayHaveSwitched(secret: Findings["secret"], token: string | undefined): boolean {
  const current = secret.versions.get(holderOf(secret, "AWSCURRENT") ?? "");
  const made = token === undefined || secret.versions.get(token)?.includes(preparedLabel);
  return Boolean(current?.includes(retiringLabel) && made);
}

/** The codes of a step that found AWSCURRENT replaced or AWSPENDING gone: they report an abandonment. */
const foundAbandoned = ["SECRET_CHANGED", "TOKEN_NOT_PENDING", "TOKEN_UNKNOWN", "LABEL_MOVED"];

/**
 * The function has reported what is seen now. Its report of a failure before the switch began does not cover a
 * switch that may hang.
 */
function isTold(
  { sighting, inside }: Findings,
  token: string | undefined,
  switching: boolean,
): boolean {
  if (!inside || inside.token !== token) return false;
  if (sighting.kind === "RotationAbandoned") return foundAbandoned.includes(inside.code);
  return !switching || inside.step === "finishSecret";
}

function problem({ sighting, secret: { name } }: Findings, switching: boolean): RotationError {
  const step = sighting.step ?? "unknown";
  if (sighting.kind === "RotationAbandoned") return new RotationAbandoned(name);
  return switching ? new SwitchInterrupted(name, step) : new RotationFailed(name, step);
}

const silent = (why: string): Verdict => ({ kind: "silent", why });

import type { RotationError } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { functionsOf } from "../manifest/place.ts";
import {
  holderOf,
  labelsOn,
  preparedLabel,
  retiringLabel,
  retiringVersions,
} from "../secret/labels.ts";
import { scheduleTag } from "../secret/schedule-tag.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { overdueSince } from "./due.ts";
import { SwitchInterrupted } from "./errors.ts";
import { minute } from "./finding-error.ts";
import {
  PendingStuck,
  RotationNeverRan,
  RotationOff,
  RotationOverdue,
  SettlementOverdue,
} from "./rotation-findings.ts";
import { SecretDeleted } from "./secret-findings.ts";

/** How a secret is, for the metrics; the worst of what holds. */
export type State =
  | "missing"
  | "unseen"
  | "deleted"
  | "interrupted"
  | "off"
  | "stuck"
  | "never-ran"
  | "overdue"
  | "unsettled"
  | "settled";

export interface Judged {
  readonly error: RotationError;
  readonly state: State;
  /** It may be gone by the next look: told only if it is not. */
  readonly mayPass?: boolean;
}

/** In milliseconds, of settlement's own alert. */
const settlementLead = 3_600_000;

/** What is wrong with a secret, by what Secrets Manager shows of it; the worst first. Pure. */
export function judge(secret: SecretState, entry: SecretEntry, now: Date): readonly Judged[] {
  const { name, rotationEnabled, rotationFunction, deletedAt, lastRotatedAt } = secret;
  if (deletedAt) return [{ error: new SecretDeleted(name, minute(deletedAt)), state: "deleted" }];
  const found: Judged[] = [...judgePending(secret, entry)];
  if (!rotationEnabled) {
    const wasOn = rotationFunction !== undefined;
    // A deployment that switches it on may be under way, or an upgrade that switched it off.
    const mayPass = !isSwitchedOff(secret);
    found.push({ error: new RotationOff(name, wasOn), state: "off", mayPass });
  } else {
    const since = overdueSince(secret, entry, now);
    // What is left of the last rotation holds it up, or it is being rotated just now.
    const mayPass = found.length > 0 ? { mayPass: true } : {};
    if (since && lastRotatedAt) {
      const error = new RotationOverdue(name, minute(since), minute(lastRotatedAt));
      found.push({ error, state: "overdue", ...mayPass });
    } else if (since)
      found.push({
        error: new RotationNeverRan(name, minute(since)),
        state: "never-ran",
        ...mayPass,
      });
  }
  const promotedAt = unsettledSince(secret, now);
  const deadline = entry.deadline + settlementLead;
  if (promotedAt && now.getTime() - promotedAt.getTime() > deadline)
    found.push({ error: new SettlementOverdue(name, minute(promotedAt)), state: "unsettled" });
  return found;
}

/** By a person: it was on with one of our functions, and the stack has not switched it off itself. */
const isSwitchedOff = (secret: SecretState) => isOurs(secret) && !secret.tags.has(scheduleTag);

/** Whether one of our functions was set to rotate it, in whichever deployment. */
export function isOurs({ rotationFunction = "" }: SecretState): boolean {
  const name = rotationFunction.split(":").at(-1) ?? "";
  const rotators = Object.values(functionsOf).map(({ rotate }) => rotate);
  return rotators.some((each) => `-${name}`.endsWith(`-${each}`));
}

/** Of one in which nothing is wrong. */
export const stateOf = (secret: SecretState): State =>
  retiringVersions(secret).length > 0 ? "unsettled" : "settled";

/** When the rotation was promoted that is not settled; `undefined` where all is settled, or it is not known. */
export function unsettledSince(secret: SecretState, now: Date): Date | undefined {
  if (retiringVersions(secret).length === 0) return undefined;
  return sightingOf(secret.tags, now)?.at ?? secret.lastRotatedAt;
}

/** AWSPENDING on another version than AWSCURRENT; `undefined` where it is on none, or on the same. */
export function pendingOf(secret: Pick<SecretState, "versions">): string | undefined {
  const pending = holderOf(secret, "AWSPENDING");
  return pending === holderOf(secret, "AWSCURRENT") ? undefined : pending;
}

function judgePending(secret: SecretState, entry: SecretEntry): readonly Judged[] {
  const pending = pendingOf(secret);
  if (pending === undefined) return [];
  if (isSwitched(entry) && mayHaveSwitched(secret, pending))
    return [{ error: new SwitchInterrupted(secret.name, "unknown"), state: "interrupted" }];
  const isPrepared = labelsOn(secret, pending).includes(preparedLabel);
  // A rotation may be under way.
  const error = new PendingStuck(secret.name, pending, isPrepared);
  return [{ error, state: "stuck", mayPass: true }];
}

/** Whether a credential of it is switched in place. */
export const isSwitched = ({ credentials }: Pick<SecretEntry, "credentials">) =>
  credentials.some(({ traits }) => traits.switches);

/**
 * A switch begins by RETIRING on AWSCURRENT, of a version that createSecret has made. Whether it then changed
 * the password, only the server knows.
 */
export function mayHaveSwitched(
  secret: Pick<SecretState, "versions">,
  token: string | undefined,
): boolean {
  const current = labelsOn(secret, holderOf(secret, "AWSCURRENT"));
  const made = token === undefined || labelsOn(secret, token).includes(preparedLabel);
  return current.includes(retiringLabel) && made;
}

import { drillOf } from "../emergency/drill-record.ts";
import { isOver, noteOf } from "../emergency/note.ts";
import { isSupplied, type SecretEntry } from "../manifest/manifest.ts";
import { functionsOf } from "../manifest/place.ts";
import {
  labelsOn,
  mayHaveSwitched,
  pendingOf,
  preparedLabel,
  retiringVersions,
} from "../secret/labels.ts";
import { scheduleTag } from "../secret/schedule-tag.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { intervalOf, overdueSince } from "./due.ts";
import { SwitchInterrupted } from "./errors.ts";
import { minute } from "./finding-error.ts";
import {
  DrillFailed,
  DrillOverdue,
  EmergencyStopped,
  PendingStuck,
  RotationNeverRan,
  RotationOff,
  RotationOverdue,
  SettlementOverdue,
} from "./rotation-findings.ts";
import { SecretDeleted } from "./secret-findings.ts";
import type { Judged } from "./state.ts";
import { judgeSupplies } from "./supplies.ts";

/** In milliseconds, of settlement's own alert. */
const settlementLead = 3_600_000;

/** What is wrong with a secret, by what Secrets Manager shows of it; the worst first. Pure. */
export function judge(secret: SecretState, entry: SecretEntry, now: Date): readonly Judged[] {
  const { name, deletedAt } = secret;
  if (deletedAt) return [{ error: new SecretDeleted(name, minute(deletedAt)), state: "deleted" }];
  const pending = judgePending(secret, entry);
  const found: Judged[] = [
    ...pending,
    ...(isSupplied(entry) ? [] : judgeSchedule(secret, entry, now, pending.length > 0)),
  ];
  const promotedAt = unsettledSince(secret, now);
  const deadline = entry.deadline + settlementLead;
  if (promotedAt && now.getTime() - promotedAt.getTime() > deadline)
    found.push({ error: new SettlementOverdue(name, minute(promotedAt)), state: "unsettled" });
  return [
    ...found,
    ...judgeEmergency(secret, now),
    ...judgeDrill(secret, entry, now),
    ...judgeSupplies(secret, entry, now),
  ];
}

/** In milliseconds. */
const day = 24 * 3_600_000;

/** A drill runs for an hour at most, and is missed after a day. */
function judgeDrill(secret: SecretState, entry: SecretEntry, now: Date): readonly Judged[] {
  const { name, createdAt } = secret;
  if (entry.drill === undefined) return [];
  const last = drillOf(secret);
  if (last?.state === "begun" && now.getTime() - last.at.getTime() > emergencyTime)
    return [{ error: new DrillFailed(name, minute(last.at)), state: "unsettled" }];
  const from = last?.at ?? createdAt;
  if (!from) return [];
  const due = new Date(from.getTime() + intervalOf(entry.drill) * 3_600_000);
  return now.getTime() - due.getTime() > day
    ? [{ error: new DrillOverdue(name, minute(due)), state: "overdue" }]
    : [];
}

/** In milliseconds: after an hour an emergency tells by itself that it is not finished. */
export const emergencyTime = 75 * 60_000;

/** Its function may have died, or may not be able to tell. */
function judgeEmergency(secret: SecretState, now: Date): readonly Judged[] {
  const note = noteOf(secret);
  if (!note || isOver(note) || now.getTime() - note.at.getTime() < emergencyTime) return [];
  const [id = ""] = note.ids;
  return [
    {
      error: new EmergencyStopped(secret.name, id, minute(note.at), note.state),
      state: "unsettled",
    },
  ];
}

/** @param isPending what is left of the last rotation holds it up, or it is being rotated just now */
function judgeSchedule(
  secret: SecretState,
  entry: SecretEntry,
  now: Date,
  isPending: boolean,
): readonly Judged[] {
  const { name, rotationEnabled, rotationFunction, lastRotatedAt } = secret;
  if (!rotationEnabled) {
    const wasOn = rotationFunction !== undefined;
    // A deployment that switches it on may be under way, or an upgrade that switched it off.
    const mayPass = !isSwitchedOff(secret);
    return [{ error: new RotationOff(name, wasOn), state: "off", mayPass }];
  }
  const since = overdueSince(secret, entry, now);
  if (!since) return [];
  const mayPass = isPending ? { mayPass: true } : {};
  if (!lastRotatedAt)
    return [{ error: new RotationNeverRan(name, minute(since)), state: "never-ran", ...mayPass }];
  const error = new RotationOverdue(name, minute(since), minute(lastRotatedAt));
  return [{ error, state: "overdue", ...mayPass }];
}

/** By a person: it was on with one of our functions, and the stack has not switched it off itself. */
const isSwitchedOff = (secret: SecretState) => isOurs(secret) && !secret.tags.has(scheduleTag);

/** Whether one of our functions was set to rotate it, in whichever deployment. */
export function isOurs({ rotationFunction = "" }: SecretState): boolean {
  const name = rotationFunction.split(":").at(-1) ?? "";
  const rotators = Object.values(functionsOf).map(({ rotate }) => rotate);
  return rotators.some((each) => `-${name}`.endsWith(`-${each}`));
}

/** When the rotation was promoted that is not settled; `undefined` where all is settled, or it is not known. */
export function unsettledSince(secret: SecretState, now: Date): Date | undefined {
  if (retiringVersions(secret).length === 0) return undefined;
  return sightingOf(secret.tags, now)?.at ?? secret.lastRotatedAt;
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

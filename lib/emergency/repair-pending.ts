import type { Place } from "../manifest/place.ts";
import {
  isRetiring,
  isSuppliedVersion,
  labelsOn,
  mayHaveSwitched,
  originOf,
  pendingOf,
  preparedLabel,
} from "../secret/labels.ts";
import { unsettledVersion } from "./limits.ts";
import { inUse, problemOf, refusalOf } from "./repair-failure.ts";
import { freshToken, type Look, noting, saying } from "./repair-look.ts";
import type { Step, Wish } from "./step.ts";

/**
 * In milliseconds: after so long without a change, no rotation is at work. A step takes at most as long as its function may
 * run, and an attempt after another one changes labels.
 */
const quiet: Readonly<Record<Place, number>> = { network: 180_000, internet: 1_200_000 };

/** In milliseconds: how long a rotation that failed before gets, when it is tried again. */
const patience: Readonly<Record<Place, number>> = { network: 60_000, internet: 960_000 };

/** A switch that takes minutes changes nothing meanwhile. */
const spanOf = (spans: typeof quiet, { entry: { place, credentials } }: Wish): number =>
  Math.max(0, ...credentials.map(({ traits }) => traits.switchTime ?? 0)) + spans[place];

/** AWSPENDING on another version than AWSCURRENT: no other rotation starts while it is there. */
export function ofPending(look: Look): Step | undefined {
  const { secret, begun, isOfThisRun, wish, facts } = look;
  const pending = pendingOf(secret);
  if (pending === undefined) return undefined;
  const isSwitch = wish.entry.credentials.some(({ traits }) => traits.switches);
  if (isSwitch && mayHaveSwitched(secret, pending)) return ofSwitch(pending, look);
  if (secret.rotationEnabled !== true) return whileOff(pending, look);
  if (facts.problems === undefined) return { kind: "ask", question: "problems" };
  return begun?.token === pending && isOfThisRun
    ? ofOwn(pending, look)
    : (ofHands(pending, look) ?? ofRotation(pending, look));
}

/** Whether the password was changed, only the next attempt can tell: it is tried again by its own token. */
function ofSwitch(pending: string, look: Look): Step {
  const { secret, begun, isOfThisRun } = look;
  const isOff = secret.rotationEnabled !== true;
  const found = `A rotation to version ${pending} stopped inside its switch: RETIRING is on AWSCURRENT, and the server may accept either password.`;
  const will =
    "The same rotation is retried, which completes the switch or undoes it. Its version is kept.";
  const off = isOff ? "Rotation is switched off: it is switched on until that is over." : "";
  const step: Step =
    begun?.token !== pending || !isOfThisRun
      ? noting(pending, look)
      : // While it is off, Secrets Manager starts nothing for a version that has AWSPENDING.
        isOff
        ? { kind: "clear", pending }
        : { kind: "wait", token: pending };
  return saying(step, ...[found, off, will].filter(Boolean));
}

/** Nobody goes on with it: whoever switched rotation off wanted no rotation. */
function whileOff(pending: string, look: Look): Step {
  const { last, secret } = look;
  if (isSuppliedVersion(pending)) {
    const found = `A key that a person handed over is on version ${pending}, and was not promoted.`;
    const will = `AWSPENDING is removed. Then hand the key over again: npm run supply -- ${secret.name}.`;
    return saying({ kind: "clear", pending }, found, will);
  }
  const isRollback = last?.state === "rollback" && last.token === pending;
  const found = isRollback
    ? `A rollback to version ${pending} (emergency ${last.ids[0]}) was begun and not finished: AWSPENDING is on it, and the schedule is suspended.`
    : `AWSPENDING is on version ${pending}, and rotation is switched off, so nothing continues it.`;
  const will = "AWSPENDING is removed. Rotation stays off.";
  return saying({ kind: "clear", pending }, found, will);
}

/** This repair has started it, or started it again. */
function ofOwn(pending: string, look: Look): Step {
  const { wish, begun, facts } = look;
  const problem = problemOf(pending, facts.problems);
  const waited = wish.now.getTime() - (begun?.at.getTime() ?? 0);
  const isNew = problem && begun && problem.last.at >= begun.at;
  if (begun && problem && (isNew || waited > spanOf(patience, wish)))
    return { kind: "note", note: { ...begun, state: "refused", refusal: refusalOf(problem) } };
  return saying(
    { kind: "wait", token: pending },
    `The rotation to version ${pending} is under way.`,
  );
}

/** Where no rotation could come to an end. */
function ofHands(pending: string, look: Look): Step | undefined {
  const { secret, current } = look;
  const labels = labelsOn(secret, pending);
  const origin = originOf(labels);
  if (isRetiring(pending, labels) || labels.includes("AWSPREVIOUS")) {
    const found = `Somebody has put AWSPENDING on version ${pending}, which AWSCURRENT has left.`;
    return saying({ kind: "clear", pending }, found, "AWSPENDING is removed from it.");
  }
  if (origin === undefined || origin === current) return undefined;
  const found = `AWSCURRENT was edited or moved after version ${pending} was made from it, so its rotation cannot finish.`;
  return instead(pending, found, false, look);
}

function ofRotation(pending: string, look: Look): Step {
  const { wish, secret, facts } = look;
  const problem = problemOf(pending, facts.problems);
  if (problem) {
    const { kind, last } = problem;
    const found = `The rotation to version ${pending} gave up in ${last.step}: ${kind}.`;
    return instead(pending, found, kind === inUse && wish.endSessions, look);
  }
  const since = secret.changedAt?.getTime() ?? 0;
  const value = labelsOn(secret, pending).includes(preparedLabel)
    ? ""
    : ", which has no value yet,";
  if (wish.now.getTime() - since > spanOf(quiet, wish)) {
    const found = `AWSPENDING is on version ${pending}${value} and no rotation is at work.`;
    return instead(pending, found, false, look);
  }
  const why = `a rotation to version ${pending} may be under way`;
  const found = `AWSPENDING is on version ${pending}${value} and has changed just now: a rotation may be under way.`;
  const will = "It is checked again until it is over or has stopped.";
  return saying({ kind: "stay", why }, found, will);
}

/** Another rotation replaces what this one left, also at the server. While the last one is not settled, none may start. */
function instead(pending: string, found: string, endsSessions: boolean, look: Look): Step {
  const { secret, begun, isOfThisRun } = look;
  if (unsettledVersion(secret) !== undefined && !endsSessions) {
    const will =
      "AWSPENDING is removed. The last rotation is not settled, so no other one starts before it is.";
    return saying({ kind: "clear", pending }, found, will);
  }
  const token = freshToken(look, endsSessions);
  const will = endsSessions
    ? "A new rotation takes its place, which ends the sessions of the user whose turn it is."
    : "A new rotation takes its place, and replaces what it left on the server.";
  const isNoted = isOfThisRun && begun?.token === token;
  // What an earlier run of this repair started is tried again.
  const step: Step = isNoted ? { kind: "clear", pending } : noting(token, look);
  return saying(step, found, will);
}

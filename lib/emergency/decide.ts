import { isSupplied } from "../manifest/manifest.ts";
import { NoCurrentVersion, Unsettled } from "../rotation/refusals.ts";
import { holderOf, isLeaked, pendingOf } from "../secret/labels.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { PersonMakes } from "./errors.ts";
import { ofVersion } from "./leaked-version.ts";
import { refusal, refuse, unfinishedVersions, unsettledVersion } from "./limits.ts";
import { isOfEmergency, isOver, type Note, noteOf, tokenFor } from "./note.ts";
import type { Facts, Step, Wish } from "./step.ts";

/**
 * The next step of an emergency for one secret. Level-triggered: it looks at how things are, so whoever asks again, or is
 * killed anywhere and begins anew, comes to the same end. Pure.
 */
export function decide(wish: Wish, secret: SecretState, facts: Pick<Facts, "versions">): Step {
  const current = holderOf(secret, "AWSCURRENT");
  const error = isSupplied(wish.entry) ? new PersonMakes(secret.name) : refusal(wish, secret);
  if (error || !current) return refuse(error ?? new NoCurrentVersion(secret.name));
  const last = noteOf(secret);
  const mine = last && isOf(wish, last) ? last : undefined;
  if (mine?.state === "done") return { kind: "done", note: mine };
  if (!mine && wish.version !== undefined && wish.version !== current) {
    const step = ofVersion(wish.version, wish, secret, facts);
    if (step) return step;
  }
  if (last && !mine && coversLater(last, wish, secret))
    return { kind: "note", note: { ...last, ids: [...last.ids, wish.id] } };
  if (mine && mine.token === current) return afterPromotion(mine, wish, secret);
  const pending = pendingOf(secret);
  // Of two emergencies the first one's rotation serves both; a rotation like any other serves a plain "now".
  const isJoined =
    pending !== undefined &&
    secret.rotationEnabled !== false &&
    (wish.action === "rotate" || isLeaked(pending));
  if (wish.action === "rotate" && !isJoined) {
    const unsettled = unsettledVersion(secret);
    if (unsettled !== undefined) return refuse(new Unsettled(secret.name, unsettled));
  }
  const token = isJoined ? pending : tokenFor(wish, secret.arn, current);
  if (mine?.token !== token) return { kind: "note", note: noteFor(wish, token, secret, last) };
  // Somebody has switched it off meanwhile: RotateSecret switches it on again, and it is to be off in the end.
  const isOff = secret.rotationEnabled === false && secret.rotationFunction !== undefined;
  if (isOff && !mine.wasOff) return { kind: "note", note: { ...mine, wasOff: true } };
  const isRunning = pending === token && secret.rotationEnabled !== false;
  if (isRunning) return { kind: "wait", token };
  if (pending !== undefined) return { kind: "clear", pending };
  return { kind: "start", token };
}

/** Who calls a rotation and then a leak by the same id means both, and so does who has rolled back before. */
const isOf = (wish: Wish, note: Note) =>
  isOfEmergency(note, wish) &&
  note.state !== "rolled-back" &&
  (wish.action !== "leaked" || isServed(note.state, note.token));

const isServed = (state: Note["state"], token: string) =>
  isLeaked(token) && (state === "leaked" || state === "done");

/**
 * Whether the last emergency, of somebody else, has replaced since then what this one is about: what it put in place was
 * in nobody's hands when this one was asked for.
 */
function coversLater(last: Note, { action, askedAt, now }: Wish, secret: SecretState): boolean {
  if (holderOf(secret, "AWSCURRENT") !== last.token) return false;
  if (isOver(last) || last.state === "rollback") return false;
  if (action === "leaked" && !isServed(last.state, last.token)) return false;
  const seen = sightingOf(secret.tags, now);
  const promotedAt = seen?.version === last.token ? seen.at : secret.lastRotatedAt;
  return promotedAt === undefined || promotedAt > askedAt;
}

/**
 * An emergency before this one that is not finished is served by it, too; how the schedule was before that one, it alone
 * knows.
 */
function noteFor({ action, id, now }: Wish, token: string, secret: SecretState, last?: Note): Note {
  const isOff = secret.rotationEnabled === false && secret.rotationFunction !== undefined;
  if (!last || isOver(last)) return { state: action, wasOff: isOff, token, at: now, ids: [id] };
  const { wasOff, at } = last;
  const state = last.state === "leaked" ? "leaked" : action;
  const ids = last.ids.includes(id) ? last.ids : [...last.ids, id];
  return { state, wasOff, token, at, ids };
}

function afterPromotion(note: Note, { now }: Wish, secret: SecretState): Step {
  if (note.wasOff && secret.rotationEnabled !== false) return { kind: "suspend" };
  const unfinished = unfinishedVersions(secret, now);
  return note.state === "leaked" && unfinished
    ? { kind: "settling", promoted: note.token, unfinished }
    : { kind: "note", note: { ...note, state: "done" } };
}

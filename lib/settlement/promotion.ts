import { holderOf, preparedLabel } from "../secret/labels.ts";
import { clockMargin, type Move, type Sighting } from "../secret/sighting.ts";
import type { Promotion } from "./consumer.ts";
import type { SettlementState } from "./state.ts";

/**
 * In milliseconds. Reads of Secrets Manager are eventually consistent, so a consumer that starts just after
 * AWSCURRENT moved may still get the old value; and the time of an event is cut to the second.
 */
export const consistencyMargin = 2000;

/** A mirror's answer holds for one version only, and somebody may have edited the secret since. */
export function mirroredAs({ mirror, secret }: SettlementState) {
  const current = holderOf(secret, "AWSCURRENT");
  return mirror !== "unasked" && mirror?.version === current ? mirror : undefined;
}

/**
 * When the value changed for consumers: not before the last time that AWSCURRENT was seen to move, whoever moved it.
 * @param move as `lastMove` found it
 */
export function promotionOf(state: SettlementState, move: Sighting): Promotion {
  const at = new Date(move.at.getTime() + consistencyMargin);
  return { at, parameters: mirroredAs(state)?.parameters ?? new Map() };
}

/**
 * How long Secrets Manager gets to record a rotation's end, in milliseconds. It repeats a step that died, and it may
 * never do so: then AWSCURRENT has moved all the same.
 */
const completionTime = 5 * 60 * 1000;

/** Whether the rotation that made AWSCURRENT may still be at work: not once it was cancelled. */
export function isUnderWay({ now, secret }: SettlementState, { at }: Promotion): boolean {
  const { lastRotatedAt } = secret;
  const isRecorded = lastRotatedAt && lastRotatedAt.getTime() > at.getTime() - clockMargin;
  return (
    holderOf(secret, preparedLabel) === holderOf(secret, "AWSCURRENT") &&
    secret.rotationEnabled !== false &&
    !isRecorded &&
    now.getTime() - at.getTime() < completionTime
  );
}

/**
 * The last move of AWSCURRENT. Unless it is the state's own sighting, it has to be remembered before anything else:
 * whatever moved it, and back, since then, consumers that started before may hold another version. An event counts only
 * where it makes the time later than what is remembered, so an old one that comes again changes nothing.
 */
export function lastMove(state: SettlementState, current: string): Sighting {
  const { sighting, heard, broughtBackAt, now } = state;
  const news = isNews(heard, sighting) ? heard : undefined;
  // A rollback leads to a version that may have been seen before, and looks come before the event does.
  const isBefore = sighting && broughtBackAt && sighting.at < broughtBackAt;
  const isKnown = sighting?.version === current && !isBefore;
  if (isKnown && !news) return sighting;
  // An event whose clock is ahead of ours must not be news again in the next turn.
  const told = news && (news.version === current || news.at > now ? news.at : now);
  // What settlement itself wrote since a known move says nothing of it.
  const changed = isKnown ? undefined : changedAt(state);
  const known = [told, changed, isBefore ? broughtBackAt : undefined].filter((each) => !!each);
  return { version: current, at: known.length > 0 ? latest(known) : now };
}

/**
 * When the secret last changed, read together with its labels: AWSCURRENT cannot have moved later, whoever made that
 * change. It moved before this look, so consumers that were rolled in between got the new value.
 */
const changedAt = ({ secret, now }: SettlementState): Date | undefined =>
  secret.changedAt && (secret.changedAt < now ? secret.changedAt : now);

const latest = (times: readonly Date[]) => new Date(Math.max(...times.map(Number)));

/** Whether an event tells of a move that is not remembered. */
export const isNews = (heard: Move | undefined, sighting: Sighting | undefined) =>
  heard !== undefined && (!sighting || heard.at > sighting.at);

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
export function mirroredAs({ mirror }: SettlementState, current: string) {
  return mirror !== "unasked" && mirror?.version === current ? mirror : undefined;
}

/**
 * When the value changed for consumers: not before the last time that AWSCURRENT was seen to move, whoever moved it.
 * `undefined` when that has not been seen.
 */
export function promotionOf(state: SettlementState): Promotion | undefined {
  const current = holderOf(state.secret, "AWSCURRENT") ?? "";
  const { sighting } = state;
  if (sighting?.version !== current) return undefined;
  const at = new Date(sighting.at.getTime() + consistencyMargin);
  return { at, parameters: mirroredAs(state, current)?.parameters ?? new Map() };
}

/**
 * How long Secrets Manager gets to record a rotation's end, in milliseconds. It repeats a step that died, and it may
 * never do so: then AWSCURRENT has moved all the same.
 */
const completionTime = 5 * 60 * 1000;

/** Whether the rotation that made AWSCURRENT may still be at work. */
export function isUnderWay(
  { now, secret: { lastRotatedAt, versions } }: SettlementState,
  { at }: Promotion,
): boolean {
  const made = [...versions.values()].find((labels) => labels.includes("AWSCURRENT"));
  const isRecorded = lastRotatedAt && lastRotatedAt.getTime() > at.getTime() - clockMargin;
  return (
    made?.includes(preparedLabel) === true &&
    !isRecorded &&
    now.getTime() - at.getTime() < completionTime
  );
}

/**
 * What has to be remembered of AWSCURRENT before anything else; `undefined` when that is remembered. Whatever moved
 * it, and back, since the last sighting: consumers that started before may hold another version. An event counts only
 * where it makes the time later than what is remembered, so an old one that comes again changes nothing.
 */
export function unseenMove(
  { sighting, heard, now }: SettlementState,
  current: string,
): Sighting | undefined {
  const news = isNews(heard, sighting) ? heard : undefined;
  if (sighting?.version === current && !news) return undefined;
  // An event whose clock is ahead of ours must not be news again in the next turn.
  const at = news && (news.version === current || news.at > now) ? news.at : now;
  return { version: current, at };
}

/** Whether an event tells of a move that is not remembered. */
export const isNews = (heard: Move | undefined, sighting: Sighting | undefined) =>
  heard !== undefined && (!sighting || heard.at > sighting.at);

import { holderOf } from "../secret/labels.ts";
import { leakOf } from "../secret/leak.ts";
import type { SecretState } from "../secret/store.ts";
import { stateNote } from "./limits.ts";
import { isDone, isOver, type Note, noteOf, tokenFor } from "./note.ts";
import type { Facts, Step, Wish } from "./step.ts";

/** All that a case of a repair decides by. */
export interface Look {
  readonly wish: Wish;
  readonly secret: SecretState;
  readonly facts: Facts;
  readonly current: string;
  /** The last note, of whichever emergency. */
  readonly last: Note | undefined;
  /** This repair's own: the rotation that it needs. */
  readonly begun: Note | undefined;
  /** An earlier run of the same repair may have left it. */
  readonly isOfThisRun: boolean;
  /** The rotation of this run that failed. */
  readonly failed: Note | undefined;
}

export function lookAt(wish: Wish, secret: SecretState, facts: Facts): Look {
  const current = holderOf(secret, "AWSCURRENT") ?? "";
  const last = noteOf(secret);
  const mine = last?.ids.includes(wish.id) ? last : undefined;
  const begun = mine?.state === "repair" ? mine : undefined;
  const isOfThisRun = begun !== undefined && begun.at >= wish.askedAt;
  const failed = mine?.state === "refused" && mine.at >= wish.askedAt ? mine : undefined;
  return { wish, secret, facts, current, last, begun, isOfThisRun, failed };
}

/** What was found, and what follows, in whole sentences. */
export const saying = (step: Step, ...sentences: readonly string[]): Step => ({
  ...step,
  says: sentences.join(" "),
});

/** Notes which rotation this repair is about to start, or to try again. */
export const noting = (token: string, { wish, secret, last }: Look): Step => ({
  kind: "note",
  note: stateNote(wish, token, secret, last),
});

/**
 * For whoever asks later: a repair that needed no rotation is over, too. An emergency that began after it was asked for, and
 * has ended by now, is not forgotten for it.
 * @returns `undefined` where another emergency has more to remember
 */
export function repairedNote(wish: Wish, secret: SecretState): Note | undefined {
  const last = noteOf(secret);
  const current = holderOf(secret, "AWSCURRENT");
  const isReplacing = last?.state === "leaked" || last?.state === "rotate";
  if (wish.action !== "repair" || !current || isReplacing) return undefined;
  if (last && isOver(last) && last.at > wish.askedAt && last.ids.some((id) => id !== wish.id))
    return isDone(last) && !last.ids.includes(wish.id)
      ? { ...last, ids: [...last.ids, wish.id] }
      : undefined;
  return { ...stateNote(wish, current, secret, last), state: "done", at: wish.askedAt };
}

/** @param endsSessions what leaked in this sense is replaced without regard for who uses it */
export const freshToken = ({ wish, secret, current }: Look, endsSessions: boolean) =>
  tokenFor({ action: endsSessions ? "leaked" : "rotate", id: wish.id }, secret.arn, current);

/** Whether AWSCURRENT may go there: not to what leaked. */
export const mayReturn = (version: string, { secret }: Look) =>
  leakOf(version, secret) === undefined;

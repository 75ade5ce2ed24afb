import { durationText } from "../manifest/duration.ts";
import { holderOf, labelsOn, pendingOf, retiringVersions } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { CurrentDrifted } from "../watch/secret-findings.ts";
import { otherEmergency, refusal, refuse, stateNote, stayOrRefuse } from "./limits.ts";
import { isOfEmergency, type Note, noteOf } from "./note.ts";
import { commandFor, RollbackImpossible } from "./rollback-errors.ts";
import { dead, leaked, underWay, unfit } from "./rollback-limits.ts";
import type { Facts, Step, Wish } from "./step.ts";

/**
 * The next step that brings back what AWSCURRENT held before. Level-triggered: the note says which version it is, the
 * labels how far it has come. Before AWSCURRENT moves, AWSPENDING is on that version, so that nobody retires it between the
 * proof that it works and the move. Pure.
 */
export function decideRollback(wish: Wish, secret: SecretState, facts: Facts): Step {
  const error = refusal(wish, secret) ?? unfit(wish, secret);
  if (error) return refuse(error);
  const current = holderOf(secret, "AWSCURRENT") ?? "";
  const last = noteOf(secret);
  const mine = last && isOfEmergency(last, wish) ? last : undefined;
  if (mine?.state === "rolled-back") return { kind: "done", note: mine };
  const other = otherEmergency(wish, secret, last);
  if (other) return refuse(other);
  const begun = mine?.state === "rollback" ? mine : undefined;
  if (begun?.token === current) return afterwards(begun, secret, facts);
  const undone = mine?.state === "refused" ? undo(mine, wish, secret) : undefined;
  if (undone) return undone;
  return begun
    ? goOn(wish, begun, current, secret, facts)
    : begin(wish, current, secret, facts, last);
}

function begin(
  wish: Wish,
  current: string,
  secret: SecretState,
  { versions }: Facts,
  last: Note | undefined,
): Step {
  const pending = pendingOf(secret);
  if (pending !== undefined) return refuse(underWay(secret, pending));
  for (const version of candidates(secret, current)) {
    const working = versions.get(version);
    if (working === undefined) return { kind: "ask", question: { version } };
    if (working === "same") continue;
    const error = leaked(version, current, secret) ?? dead(version, working, wish, secret);
    if (error) return refuse(error);
    return {
      kind: "note",
      note: stateNote(wish, version, secret, last),
      says: says(wish, version),
    };
  }
  const why = "no earlier version with another credential has a label";
  const remedy = `If the credential is wrong, replace it: ${commandFor("rotate", secret.name)}`;
  return refuse(new RollbackImpossible(secret.name, why, remedy));
}

/** The schedule first, so that no rotation begins meanwhile. */
function goOn(
  wish: Wish,
  begun: Note,
  current: string,
  secret: SecretState,
  { versions }: Facts,
): Step {
  const { token } = begun;
  const pending = pendingOf(secret);
  if (pending !== undefined && pending !== token)
    return giveUp(begun, wish, underWay(secret, pending));
  const leak = leaked(token, current, secret);
  if (leak) return giveUp(begun, wish, leak);
  if (secret.rotationEnabled === true) return { kind: "suspend" };
  const working = versions.get(token);
  if (pending === undefined && working === undefined) return { kind: "hold", version: token };
  if (working === undefined) return { kind: "ask", question: { version: token } };
  const error = dead(token, working, wish, secret);
  return error ? giveUp(begun, wish, error) : { kind: "move", from: current, to: token };
}

/** It was retired in the meantime, or leaked: that is noted first, and then all is as it was before. */
const giveUp = (begun: Note, { now }: Wish, { code, why }: RollbackImpossible): Step => ({
  kind: "note",
  note: { ...begun, state: "refused", at: now, refusal: { code, why } },
});

function undo(refused: Note, { askedAt }: Wish, secret: SecretState): Step | undefined {
  const pending = pendingOf(secret);
  if (pending === refused.token) return { kind: "clear", pending };
  const isSuspended = secret.rotationEnabled === false && !refused.wasOff;
  const isOfThisRun = refused.at >= askedAt;
  const canResume = pending === undefined && secret.rotationFunction !== undefined;
  return isSuspended && isOfThisRun && canResume ? { kind: "resume" } : undefined;
}

function afterwards(begun: Note, secret: SecretState, facts: Facts): Step {
  const { token } = begun;
  if (labelsOn(secret, token).includes("AWSPENDING")) return { kind: "clear", pending: token };
  if (secret.rotationEnabled === true) return { kind: "suspend" };
  const { current, isSettling } = facts;
  if (current === undefined) return { kind: "ask", question: "current" };
  const { accepted, credential = "its credential", error } = current;
  // It was retired in the very moment in which it came back.
  if (current.current === "refused")
    return accepted === undefined
      ? refuse(new CurrentDrifted(secret.name, credential, token))
      : { kind: "move", from: token, to: accepted };
  if (error) return stayOrRefuse(error);
  const unfinished = retiringVersions(secret).map(({ version }) => version);
  return isSettling
    ? { kind: "note", note: { ...begun, state: "rolled-back" } }
    : { kind: "settling", promoted: token, unfinished };
}

/** AWSPREVIOUS is the one that AWSCURRENT left last, perhaps by an edit that left the credential as it was. */
const candidates = (secret: SecretState, current: string): readonly string[] => {
  const retiring = retiringVersions(secret).map(({ version }) => version);
  const all = [holderOf(secret, "AWSPREVIOUS"), ...retiring.toReversed()];
  return [...new Set(all)].filter((each) => each !== undefined && each !== current) as string[];
};

function says({ entry }: Wish, version: string): string {
  const generated = entry.credentials.some(({ type }) => type === "generated");
  const span = entry.credentials.find(({ traits }) => traits.endsOldAfter)?.traits.endsOldAfter;
  return [
    `Version ${version} works, and becomes AWSCURRENT again, with all its fields as they were.`,
    ...(generated
      ? [
          "Its generated values come back, too: anything signed or encrypted with the new ones meanwhile is no longer accepted.",
        ]
      : []),
    "The schedule is suspended first, and stays suspended.",
    span === undefined
      ? "The consumers are redeployed. Once they are proven on it, the credential that AWSCURRENT holds now is retired."
      : `The consumers are redeployed. Its provider ends the key of that version automatically ${durationText(span)} after the other one was made, and nothing delays that. Before then, go forward again with --rollback and another reason, or replace it with --leaked.`,
  ].join(" ");
}

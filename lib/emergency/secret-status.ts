import type { Remembered } from "../alerts/memory.ts";
import { deathOf, deathsIn } from "../secret/death.ts";
import { holderOf, isLeaked, retiringVersions } from "../secret/labels.ts";
import { leakOf } from "../secret/leak.ts";
import { sightingOf } from "../secret/sighting.ts";
import { unfinishedVersions } from "./limits.ts";
import { isDone, type Note, noteOf } from "./note.ts";
import type { ProblemStatus, SecretFacts, SecretStatus, StatusState } from "./status-facts.ts";
import { leftOf } from "./status-wording.ts";

/** Pure. */
export function statusOf(facts: SecretFacts): SecretStatus {
  const { secret, consumers, now } = facts;
  const last = noteOf(secret);
  const note = last && (facts.id === "" || last.ids.includes(facts.id)) ? last : undefined;
  const state = stateOf(facts, note);
  const seen = sightingOf(secret.tags, now);
  // A rollback leads to a version that was seen before, too.
  const isCurrent = note && seen?.version === note.token && seen.at >= note.at;
  const deadAt = note && deathSince(note.at, facts);
  const problems = problemsOf(facts);
  return {
    secret: secret.name,
    state,
    waitsFor: waitsFor(state, facts),
    ...(note && { id: facts.id || note.ids[0], ...actionOf(note), version: note.token }),
    ...(note && { startedAt: note.at.toISOString() }),
    ...(isCurrent && { promotedAt: seen.at.toISOString() }),
    ...(deadAt && { deadAt: deadAt.toISOString() }),
    consumers: (consumers?.consumers ?? []).map(({ name, judgement }) => ({
      name,
      state: judgement.kind,
      ...("why" in judgement && { why: judgement.why }),
      ...("problem" in judgement && { why: judgement.problem.why }),
    })),
    ...(consumers?.unread !== undefined && { unread: consumers.unread }),
    problems,
    left: leftOf(state, { ...facts, refused: note?.refusal }, problems),
  };
}

/** A finished emergency tells only of its version what it was. */
function actionOf({ state, token, refusal }: Note): Pick<SecretStatus, "action"> {
  if (state === "refused")
    return refusal
      ? { action: refusal.code === "ROLLBACK_IMPOSSIBLE" ? "rollback" : "repair" }
      : {};
  if (state === "rolled-back") return { action: "rollback" };
  if (state !== "done") return { action: state };
  return isLeaked(token) ? { action: "leaked" } : {};
}

function stateOf({ secret, refusal, remembered, now }: SecretFacts, note?: Note): StatusState {
  if (refusal) return "refused";
  if (!note) return "untouched";
  if (note.state === "refused") return "refused";
  const isCurrent = note.token === holderOf(secret, "AWSCURRENT");
  if (!isCurrent && isDone(note)) return "settled";
  if (!isCurrent || note.state === "repair")
    return hasFailed(remembered, note) ? "failed" : "rotating";
  const unfinished = retiringVersions(secret).map(({ version }) => version);
  const isLeft = note.state === "leaked" && unfinishedVersions(secret, now) !== undefined;
  if (unfinished.length === 0) return note.state === "rollback" || isLeft ? "promoted" : "settled";
  const leaked = unfinished.filter((version) => leakOf(version, secret) !== undefined);
  const isDead = leaked.length > 0 && leaked.every((version) => deathOf(secret.tags, version, now));
  return isDead ? "dead" : "promoted";
}

const hasFailed = (remembered: readonly Remembered[], { token }: Note) =>
  remembered
    .filter(({ domain }) => domain === "rotation" || domain === "watch")
    .some(({ problems }) => problems.some(({ told, last }) => told && last.token === token));

/** The last of those that this emergency has ended; `undefined` while another one may be alive. */
function deathSince(begin: Date, { secret, now }: SecretFacts): Date | undefined {
  const isAlive = retiringVersions(secret).some(
    ({ version }) => leakOf(version, secret) !== undefined && !deathOf(secret.tags, version, now),
  );
  return isAlive ? undefined : deathsIn(secret.tags, now).find((at) => at >= begin);
}

function waitsFor(state: StatusState, facts: SecretFacts): SecretStatus["waitsFor"] {
  if (state === "settled" || state === "untouched") return "nothing";
  if (state === "refused" || state === "failed" || facts.isGivenUp) return "person";
  if (state === "rotating") return "quarterturn";
  const { consumers = [], blind = [] } = facts.consumers ?? {};
  const isMoving = consumers.some(
    ({ judgement: { kind } }) => kind === "old" || kind === "rolling",
  );
  if (isMoving) return "quarterturn";
  const isBlocked = consumers.some(({ judgement }) => judgement.kind === "blocked");
  const isStuck = facts.remembered.some(
    ({ domain, problems }) => domain === "settlement" && problems.some(({ told }) => told),
  );
  return isBlocked || isStuck || blind.length > 0 ? "person" : "quarterturn";
}

/** Each once, whoever found it. */
function problemsOf({ remembered }: SecretFacts): readonly ProblemStatus[] {
  const told = remembered.flatMap(({ problems }) => problems.filter((each) => each.told));
  const all = told.map(({ kind, subject, severity, since }) => ({
    code: kind,
    subject,
    severity,
    since: since.toISOString(),
  }));
  const byIdentity = new Map(all.map((each) => [`${each.code}\n${each.subject}`, each]));
  return [...byIdentity.values()];
}

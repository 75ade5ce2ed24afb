import { holderOf, type RetiringVersion, retiringVersions } from "../secret/labels.ts";
import { leakOf } from "../secret/leak.ts";
import { abandonedVersion } from "../secret/left.ts";
import type { Action } from "./action.ts";
import type { Promotion } from "./consumer.ts";
import { settlementProblem } from "./errors.ts";
import { looseEnd } from "./loose-ends.ts";
import { openEnds, waitUntilDeadline } from "./open-ends.ts";
import { drifts, mirrors } from "./parameters.ts";
import { lastMove, promotionOf } from "./promotion.ts";
import { liveHolder, type OldCredential, type SettlementState, waitingFor } from "./state.ts";

/**
 * What brings one secret nearer to settled. Pure, and level-triggered: it looks at how things are, never at
 * what an event said, except that an event may make the time of the promotion later.
 */
export function decide(state: SettlementState): Action {
  const { secret } = state;
  const retiring = retiringVersions(secret);
  const [first] = retiring;
  const current = holderOf(secret, "AWSCURRENT");
  if (secret.deletedAt) return first ? deleted(first) : { kind: "settled" };
  if (!current) return { kind: "settled" };
  // What leaked dies first, whatever is wrong with a parameter or a consumer.
  const leaked = retiring.filter(({ version }) => leakOf(version, secret) !== undefined);
  const alive = leaked.find(({ version }) => isUnasked(state.old.get(version)));
  if (alive) {
    const isUnseen = lastMove(state, current) !== state.sighting;
    const retire = { kind: "retire", retiring: alive.version, leaked: true } as const;
    return isUnseen ? { ...retire, isUnseen } : retire;
  }
  const loose = looseEnd(state, current);
  if (loose) return loose;
  if (!first) return afterwards(state, current);
  const mirror = mirrors(state, current);
  if (mirror) return mirror;
  const move = lastMove(state, current);
  if (move !== state.sighting) return { kind: "remember", sighting: move };
  const promotion = promotionOf(state, move);
  const [firstLeaked] = leaked;
  return firstLeaked
    ? afterLeak(state, promotion, firstLeaked, leaked)
    : beforeRetirement(state, promotion, first);
}

const isUnasked = (old: OldCredential | undefined) =>
  old === undefined || old === "alive" || old === "refused";

/** No old credential is left. What was never seen or heard to move need not be remembered. */
function afterwards(state: SettlementState, current: string): Action {
  const move = lastMove(state, current);
  if ((state.sighting ?? state.heard) && move !== state.sighting)
    return { kind: "remember", sighting: move };
  const mirror = mirrors(state, current);
  if (mirror) return mirror;
  if (state.unlabelled?.size) return { kind: "wait", why: "no label is free" };
  const isUnderWay = holderOf(state.secret, "AWSPENDING") !== undefined;
  const abandoned = isUnderWay ? undefined : abandonedVersion(state.secret, state.sighting);
  const why = `the credential of version ${abandoned} works, and nobody holds it`;
  const problems = [
    ...drifts(state),
    ...(abandoned === undefined ? [] : [settlementProblem("PENDING_ABANDONED", why)]),
  ];
  return problems.length > 0 ? { kind: "alert", problems } : { kind: "settled" };
}

/** It is dead before its consumers let go of it: what is left is to roll them, and to tell of those that cannot be. */
function afterLeak(
  state: SettlementState,
  promotion: Promotion,
  first: RetiringVersion,
  all: readonly RetiringVersion[],
): Action {
  const accepted = all.filter(({ version }) => state.old.get(version) === "accepted");
  if (accepted.length > 0) return { kind: "alert", problems: accepted.map(stillAccepted) };
  const { consumers } = state;
  if (state.now <= promotion.at) return tooEarly(promotion);
  if (!consumers) return { kind: "look", promotion };
  const open = openEnds(state, consumers, promotion, 0);
  const isRolledBeside =
    state.isServedBeside && state.now.getTime() < promotion.at.getTime() + head;
  if ((open?.kind === "roll" || open?.kind === "alert") && isRolledBeside) return besides;
  if (open) return open;
  const held = all.find(({ version }) => liveHolder(state.old.get(version)) === "AWSPENDING");
  if (held) return heldByPending(state, promotion, held);
  const [waiting] = all.flatMap(({ version }) => waitingFor(state.old.get(version)) ?? []);
  if (waiting !== undefined) return waitUntilDeadline(state, promotion, waiting);
  return { kind: "removeLabel", retiring: first };
}

/** In milliseconds: as long as one invocation lasts. Two passes at once would roll the same service, and tell the same, twice. */
const head = 5 * 60_000;

const besides: Action = {
  kind: "wait",
  why: "the emergency redeploys its consumers in parallel to this pass",
  isLeft: true,
};

function beforeRetirement(
  state: SettlementState,
  promotion: Promotion,
  retiring: RetiringVersion,
): Action {
  const { version } = retiring;
  const old = state.old.get(version);
  if (old === "dead") return { kind: "removeLabel", retiring };
  if (old === "accepted") return { kind: "alert", problems: [stillAccepted(retiring)] };
  const holder = liveHolder(old);
  if (holder === "AWSPENDING") return heldByPending(state, promotion, retiring);
  if (holder) return { kind: "removeLabel", retiring };
  const { consumers } = state;
  if (state.now <= promotion.at) return tooEarly(promotion);
  if (!consumers) return { kind: "look", promotion };
  const open = openEnds(state, consumers, promotion);
  if (open) return open;
  if (typeof old === "object" && "sessions" in old) return inUse(state, promotion, old.sessions);
  const waiting = waitingFor(old);
  if (waiting !== undefined) return waitUntilDeadline(state, promotion, waiting);
  if (holderOf(state.secret, "AWSPENDING") === version)
    return heldByPending(state, promotion, retiring);
  return { kind: "retire", retiring: version, leaked: false };
}

/** A consumer that is rolled at once may still get the old value, and one of this very moment counts as old. */
const tooEarly = ({ at: until }: Promotion): Action => ({
  kind: "wait",
  why: "AWSCURRENT has just moved",
  soon: true,
  until,
});

const heldByPending = (
  state: SettlementState,
  promotion: Promotion,
  { version }: RetiringVersion,
): Action =>
  waitUntilDeadline(
    state,
    promotion,
    `AWSPENDING holds the old credential of version ${version}, which stays alive until AWSPENDING is removed or moves`,
  );

/**
 * Until how long after the promotion sessions belong to tasks that are stopping, in milliseconds; later ones
 * belong to a pool, which may keep them for hours.
 */
const closingTime = 10 * 60 * 1000;

function inUse(state: SettlementState, promotion: Promotion, sessions: number): Action {
  const use = sessions === 1 ? "session uses" : "sessions use";
  const soon = state.now.getTime() - promotion.at.getTime() < closingTime;
  return waitUntilDeadline(state, promotion, `${sessions} ${use} the old credential`, soon);
}

function deleted({ version }: RetiringVersion): Action {
  const why = `it is scheduled for deletion, and version ${version} is not retired`;
  return { kind: "alert", problems: [settlementProblem("SECRET_DELETED", why)] };
}

const stillAccepted = ({ version }: RetiringVersion) =>
  settlementProblem(
    "STILL_ACCEPTED",
    `the server still accepts the credential of version ${version}, which was retired`,
  );

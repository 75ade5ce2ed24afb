import {
  counterpartOf,
  holderOf,
  isLeaked,
  type RetiringVersion,
  retiringLabel,
  retiringVersions,
} from "../secret/labels.ts";
import type { Action } from "./action.ts";
import type { Promotion } from "./consumer.ts";
import { settlementProblem } from "./errors.ts";
import { openEnds, waitUntilDeadline } from "./open-ends.ts";
import { mirroredAs, promotionOf, unseenMove } from "./promotion.ts";
import type { SettlementState } from "./state.ts";

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
  if (!first) return onCurrent(state, current) ?? mirrors(state, current) ?? { kind: "settled" };
  // What leaked dies first, whatever is wrong with a parameter or a consumer.
  if (isLeaked(current)) {
    const alive = retiring.find(({ version }) => !state.old.has(version));
    if (alive) return { kind: "retire", retiring: alive.version, leaked: true };
  }
  const mirror = mirrors(state, current);
  if (mirror) return mirror;
  const sighting = unseenMove(state, current);
  if (sighting) return { kind: "remember", sighting };
  const promotion = promotionOf(state);
  if (!promotion) return { kind: "wait", why: "the promotion has not been seen" };
  return isLeaked(current)
    ? afterLeak(state, promotion, retiring)
    : beforeRetirement(state, promotion, first);
}

/**
 * RETIRING on AWSCURRENT itself: finishSecret is between its two labels, or was killed there; or AWSCURRENT was moved
 * back by hand, and then it is the rotation's own new credential that nobody retires.
 */
function onCurrent(state: SettlementState, current: string): Action | undefined {
  if (holderOf(state.secret, retiringLabel) !== current) return undefined;
  const to = counterpartOf(state.secret, current);
  if (to) return { kind: "handOver", from: current, to };
  const sighting = state.sighting && unseenMove(state, current);
  return sighting && { kind: "remember", sighting };
}

/** What is left to do about the parameters that mirror the secret; `undefined` when nothing is. */
function mirrors(state: SettlementState, current: string): Action | undefined {
  if (!state.mirror) return undefined;
  const mirrored = mirroredAs(state, current);
  if (!mirrored) return { kind: "mirror", current };
  if (mirrored.drifted.length === 0) return undefined;
  const names = mirrored.drifted.join(", ");
  return alert("PARAMETER_DRIFT", `${names} holds a value that the secret never held`);
}

/** It is dead before its consumers let go of it: what is left is to roll them, and to tell of those that cannot be. */
function afterLeak(
  state: SettlementState,
  promotion: Promotion,
  [first, ...others]: readonly RetiringVersion[],
): Action {
  const all = [...(first ? [first] : []), ...others];
  if (all.some(({ version }) => state.old.get(version) === "accepted"))
    return { kind: "wait", why: "the server still accepts the retired credential" };
  const { consumers } = state;
  if (state.now < promotion.at) return tooEarly;
  if (!consumers) return { kind: "look", promotion };
  const open = openEnds(state, consumers, promotion, 0);
  if (open) return open;
  for (const retiring of all) {
    const old = state.old.get(retiring.version);
    if (typeof old === "object" && "heldBy" in old && old.heldBy === "AWSPENDING")
      return heldByPending(state, promotion, retiring);
  }
  return first ? { kind: "removeLabel", retiring: first } : { kind: "settled" };
}

function beforeRetirement(
  state: SettlementState,
  promotion: Promotion,
  retiring: RetiringVersion,
): Action {
  const { version } = retiring;
  const old = state.old.get(version);
  if (old === "dead") return { kind: "removeLabel", retiring };
  // The function that retired it tried a login, and has alerted on-call.
  if (old === "accepted")
    return { kind: "wait", why: "the server still accepts the retired credential" };
  if (old && "heldBy" in old) return held(state, promotion, retiring, old.heldBy);
  const { consumers } = state;
  if (state.now < promotion.at) return tooEarly;
  if (!consumers) return { kind: "look", promotion };
  const open = openEnds(state, consumers, promotion);
  if (open) return open;
  if (old) return inUse(state, promotion, old.sessions);
  if (state.secret.versions.get(version)?.includes("AWSPENDING"))
    return heldByPending(state, promotion, retiring);
  return { kind: "retire", retiring: version, leaked: false };
}

/** A consumer that is rolled at once may still get the old value. */
const tooEarly: Action = { kind: "wait", why: "AWSCURRENT has just moved", soon: true };

/** The old credential was written back as AWSCURRENT by hand: then it is the rotation's new one that is not needed. */
function held(
  state: SettlementState,
  promotion: Promotion,
  retiring: RetiringVersion,
  by: "AWSCURRENT" | "AWSPENDING",
): Action {
  if (by === "AWSPENDING") return heldByPending(state, promotion, retiring);
  const to = counterpartOf(state.secret, retiring.version);
  return to && retiring.label === retiringLabel
    ? { kind: "handOver", from: retiring.version, to }
    : { kind: "removeLabel", retiring };
}

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

const deleted = ({ version }: RetiringVersion): Action =>
  alert("SECRET_DELETED", `it is scheduled for deletion, and version ${version} is not retired`);

const alert = (...[code, why]: Parameters<typeof settlementProblem>): Action => ({
  kind: "alert",
  problem: settlementProblem(code, why),
});

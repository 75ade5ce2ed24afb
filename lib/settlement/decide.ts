import { holderOf, isLeaked, retiringLabel } from "../secret/labels.ts";
import type { Consumer, Problem, Promotion } from "./consumer.ts";
import { settlementProblem } from "./errors.ts";
import { mirroredAs, promotionOf } from "./promotion.ts";
import type { Consumers, SettlementState } from "./state.ts";

/** The next thing to do for one secret. */
export type Action =
  /** Nothing: no old credential is left. */
  | { readonly kind: "settled" }
  /** Have the fields of AWSCURRENT copied to their parameters; the answer goes into the next state. */
  | { readonly kind: "mirror"; readonly current: string }
  /** Ask the function that retires about the old credential; the answer goes into the next state. */
  | { readonly kind: "ask"; readonly retiring: string }
  /** Find and judge the consumers, and decide again. */
  | { readonly kind: "look"; readonly current: string }
  /** Start each of these anew. */
  | { readonly kind: "roll"; readonly consumers: readonly Consumer[] }
  /** Look again at the next event or tick, or in seconds (`soon`); nothing is wrong. */
  | { readonly kind: "wait"; readonly why: string; readonly soon?: boolean }
  /** Alert on-call, once, and look again at the next event or tick. Nothing is retired. */
  | { readonly kind: "alert"; readonly problem: Problem }
  | { readonly kind: "retire"; readonly retiring: string; readonly endSessions: boolean }
  /** The old credential is dead, or is none: remove RETIRING. */
  | { readonly kind: "removeLabel"; readonly retiring: string };

/**
 * Until how long after the promotion sessions belong to tasks that are stopping, in milliseconds; later ones
 * belong to a pool, which may keep them for hours.
 */
const closingTime = 10 * 60 * 1000;

/**
 * How long a rotation may take from making the version to its end, in milliseconds: the label moves, and its
 * event is sent, before Secrets Manager records the date.
 */
const completionTime = 5 * 60 * 1000;

/**
 * What brings one secret nearer to settled. Pure, and level-triggered: it looks at how things are, never at
 * what an event said.
 */
export function decide(state: SettlementState): Action {
  const retiring = holderOf(state.secret, retiringLabel);
  const current = holderOf(state.secret, "AWSCURRENT");
  if (!current) return { kind: "settled" };
  // On AWSCURRENT itself: finishSecret is between its two labels, or was killed there.
  if (!retiring || retiring === current) return mirrors(state, current) ?? { kind: "settled" };
  const leaked = isLeaked(current);
  // What leaked dies first, whatever is wrong with a parameter.
  const mirror = leaked ? undefined : mirrors(state, current);
  if (mirror) return mirror;
  if (!state.old) return { kind: "ask", retiring };
  if (state.old.heldByLive || (state.old.retired && !leaked))
    return { kind: "removeLabel", retiring };
  // The function that retired it tried a login, and has alerted on-call.
  if (state.old.stillAccepted)
    return { kind: "wait", why: "the server still accepts the retired credential" };
  if (leaked && !state.old.retired) return { kind: "retire", retiring, endSessions: true };
  const late = mirrors(state, current);
  if (late) return late;

  const { consumers } = state;
  if (!consumers) return { kind: "look", current };
  const promotion = promotionOf(state, consumers.currentCreatedAt);
  if (!promotion) return unknownPromotion(state, consumers);
  // It is dead before its consumers let go of it: all that is left is to roll them.
  if (leaked) return rolls(consumers) ?? { kind: "removeLabel", retiring };
  return openEnds(state, consumers, promotion) ?? { kind: "retire", retiring, endSessions: false };
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

function unknownPromotion({ now }: SettlementState, { currentCreatedAt }: Consumers): Action {
  const isUnderWay =
    currentCreatedAt && now.getTime() - currentCreatedAt.getTime() < completionTime;
  return isUnderWay
    ? { kind: "wait", why: "Secrets Manager has not recorded the rotation's end yet" }
    : alert("PROMOTION_UNKNOWN", "Secrets Manager does not say when AWSCURRENT was promoted");
}

/** What stands between the promotion and the old credential's end; `undefined` when nothing does. */
function openEnds(
  state: SettlementState,
  consumers: Consumers,
  promotion: Promotion,
): Action | undefined {
  const roll = rolls(consumers);
  if (roll) return roll;
  const [blind] = consumers.blind;
  if (blind) return { kind: "alert", problem: blind };
  for (const { name, judgement } of consumers.consumers)
    if (judgement.kind === "blocked") {
      const { problem } = judgement;
      return { kind: "alert", problem: { ...problem, why: `${name}: ${problem.why}` } };
    }
  return waits(state, consumers, promotion);
}

function rolls({ consumers }: Consumers): Action | undefined {
  const old = consumers.filter(({ judgement }) => judgement.kind === "old");
  return old.length > 0 ? { kind: "roll", consumers: old } : undefined;
}

function waits(
  { now, policy, old }: SettlementState,
  { consumers }: Consumers,
  promotion: Promotion,
): Action | undefined {
  const age = now.getTime() - promotion.at.getTime();
  const wait = (why: string, soon = false): Action =>
    age > policy.deadline
      ? alert("DEADLINE_PASSED", `the deadline has passed, and ${why}`)
      : { kind: "wait", why, ...(soon && { soon }) };
  const rolling = consumers.flatMap(({ name, judgement }) =>
    judgement.kind === "rolling" ? { name, ...judgement } : [],
  );
  const [first] = rolling;
  if (first)
    return wait(
      `${first.name}: ${first.why}`,
      rolling.every(({ soon }) => soon),
    );
  if (age < policy.grace)
    return { kind: "wait", why: "the grace for unseen consumers is not over" };
  if (old?.sessions) {
    const use = old.sessions === 1 ? "session uses" : "sessions use";
    return wait(`${old.sessions} ${use} the old credential`, age < closingTime);
  }
  return undefined;
}

const alert = (...[code, why]: Parameters<typeof settlementProblem>): Action => ({
  kind: "alert",
  problem: settlementProblem(code, why),
});

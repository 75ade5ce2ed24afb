import type { Action } from "./action.ts";
import type { Consumer, Problem, Promotion } from "./consumer.ts";
import { settlementProblem } from "./errors.ts";
import { drifts } from "./parameters.ts";
import { isUnderWay } from "./promotion.ts";
import type { Consumers, SettlementState } from "./state.ts";

/**
 * What stands between the promotion and the old credential's end; `undefined` when nothing does. Nobody is rolled into
 * a parameter that somebody else has written. Pure.
 * @param grace of unseen consumers, in milliseconds; absent: what the manifest says
 */
export function openEnds(
  state: SettlementState,
  consumers: Consumers,
  promotion: Promotion,
  grace?: number,
): Action | undefined {
  const drifted = drifts(state);
  if (drifted.length > 0) return { kind: "alert", problems: [...drifted, ...blockedOf(consumers)] };
  const roll = rolls(consumers);
  if (roll) return roll;
  const problems = [...blockedOf(consumers), ...lateOf(state, consumers, promotion)];
  if (problems.length > 0) return { kind: "alert", problems };
  return rolling(consumers) ?? unseen(state, promotion, grace);
}

/** What keeps the secret from being settled until somebody acts. */
const blockedOf = ({ blind, consumers }: Consumers): readonly Problem[] => [
  ...blind,
  ...consumers.flatMap(({ name, subject = name, judgement }) =>
    judgement.kind === "blocked"
      ? { ...judgement.problem, subject, why: `${name}: ${judgement.problem.why}` }
      : [],
  ),
];

function rolls({ consumers }: Consumers): Action | undefined {
  const old = consumers.filter(({ judgement }) => judgement.kind === "old");
  return old.length > 0 ? { kind: "roll", consumers: old } : undefined;
}

const rollingOf = ({ consumers }: Consumers) =>
  consumers.flatMap(({ name, subject = name, judgement }: Consumer) =>
    judgement.kind === "rolling" ? { name, subject, ...judgement } : [],
  );

function rolling(consumers: Consumers): Action | undefined {
  const all = rollingOf(consumers);
  const [first] = all;
  const soon = all.every((each) => each.soon);
  return first && { kind: "wait", why: `${first.name}: ${first.why}`, ...(soon && { soon }) };
}

/** Those that take too long. */
function lateOf(
  state: SettlementState,
  consumers: Consumers,
  promotion: Promotion,
): readonly Problem[] {
  if (!isLate(state, promotion)) return [];
  return rollingOf(consumers).map(({ name, subject, why }) => late(`${name}: ${why}`, subject));
}

function unseen(
  state: SettlementState,
  promotion: Promotion,
  grace = state.policy.grace,
): Action | undefined {
  if (state.now.getTime() - promotion.at.getTime() < grace)
    return { kind: "wait", why: "the grace for unseen consumers is not over" };
  return isUnderWay(state, promotion)
    ? { kind: "wait", why: "Secrets Manager has not recorded the rotation's end yet" }
    : undefined;
}

/** Waits for what needs no one, and alerts when that takes too long. */
export function waitUntilDeadline(
  state: SettlementState,
  promotion: Promotion,
  why: string,
  soon = false,
): Action {
  if (isLate(state, promotion)) return { kind: "alert", problems: [late(why)] };
  return { kind: "wait", why, ...(soon && { soon }) };
}

const isLate = ({ now, policy }: SettlementState, promotion: Promotion) =>
  now.getTime() - promotion.at.getTime() > policy.deadline;

const late = (why: string, subject?: string): Problem =>
  settlementProblem("DEADLINE_PASSED", `the deadline has passed, and ${why}`, subject);

import type { Action } from "./action.ts";
import type { Promotion } from "./consumer.ts";
import { settlementProblem } from "./errors.ts";
import { isUnderWay } from "./promotion.ts";
import type { Consumers, SettlementState } from "./state.ts";

/**
 * What stands between the promotion and the old credential's end; `undefined` when nothing does. Pure.
 * @param grace of unseen consumers, in milliseconds; absent: what the manifest says
 */
export function openEnds(
  state: SettlementState,
  consumers: Consumers,
  promotion: Promotion,
  grace?: number,
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
  return rolling(state, consumers, promotion) ?? unseen(state, promotion, grace);
}

function rolls({ consumers }: Consumers): Action | undefined {
  const old = consumers.filter(({ judgement }) => judgement.kind === "old");
  return old.length > 0 ? { kind: "roll", consumers: old } : undefined;
}

function rolling(
  state: SettlementState,
  { consumers }: Consumers,
  promotion: Promotion,
): Action | undefined {
  const all = consumers.flatMap(({ name, judgement }) =>
    judgement.kind === "rolling" ? { name, ...judgement } : [],
  );
  const [first] = all;
  return (
    first &&
    waitUntilDeadline(
      state,
      promotion,
      `${first.name}: ${first.why}`,
      all.every(({ soon }) => soon),
    )
  );
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
  { now, policy }: SettlementState,
  promotion: Promotion,
  why: string,
  soon = false,
): Action {
  if (now.getTime() - promotion.at.getTime() <= policy.deadline)
    return { kind: "wait", why, ...(soon && { soon }) };
  const problem = settlementProblem("DEADLINE_PASSED", `the deadline has passed, and ${why}`);
  return { kind: "alert", problem };
}

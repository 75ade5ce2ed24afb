import type { Action } from "./action.ts";
import type { Problem } from "./consumer.ts";
import { settlementProblem } from "./errors.ts";
import { mirroredAs } from "./promotion.ts";
import type { SettlementState } from "./state.ts";

/** Whether the parameters that mirror the secret have to be looked at. */
export function mirrors(state: SettlementState, current: string): Action | undefined {
  return state.mirror && !mirroredAs(state) ? { kind: "mirror", current } : undefined;
}

/** Parameters that somebody else has written. */
export function drifts(state: SettlementState): readonly Problem[] {
  return (mirroredAs(state)?.drifted ?? []).map((name) =>
    settlementProblem("PARAMETER_DRIFT", `${name} holds a value that the secret never held`, name),
  );
}

import type { SecretState } from "../secret/store.ts";
import { otherEmergency, refusal, refuse } from "./limits.ts";
import { ofCurrent } from "./repair-current.ts";
import { ofFailure } from "./repair-failure.ts";
import { type Look, lookAt } from "./repair-look.ts";
import { ofPending } from "./repair-pending.ts";
import { atRest, ofAbandoned, ofSettlement } from "./repair-settlement.ts";
import type { Facts, Step, Wish } from "./step.ts";

/**
 * What is wrong with a secret, the worst first; each that finds nothing leaves it to the next one. What may be in the
 * middle of a switch is never cleared, and AWSCURRENT moves only to a version that was proven to work.
 */
const cases: readonly ((look: Look) => Step | undefined)[] = [
  ofFailure,
  ofPending,
  begun,
  ofCurrent,
  ofAbandoned,
  ofSettlement,
];

/** The next step of a repair. Level-triggered. Pure. */
export function decideRepair(wish: Wish, secret: SecretState, facts: Facts): Step {
  const error = refusal(wish, secret);
  if (error) return refuse(error);
  const look = lookAt(wish, secret, facts);
  const { last } = look;
  const other =
    last &&
    last.state !== "rollback" &&
    last.state !== "repair" &&
    otherEmergency(wish, secret, last);
  if (other) return refuse(other);
  for (const each of cases) {
    const step = each(look);
    if (step) return step;
  }
  return atRest(look);
}

/** A rotation that is needed and not under way: perhaps an earlier run was killed before it could start it. */
function begun({ begun, current }: Look): Step | undefined {
  return begun && begun.token !== current ? { kind: "start", token: begun.token } : undefined;
}

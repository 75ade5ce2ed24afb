import type { Context } from "../context/context.ts";
import { entryFor } from "../manifest/manifest.ts";
import { type Answers, act, type Ended, type Turn } from "./act.ts";
import { decide } from "./decide.ts";
import type { SettlementPorts } from "./ports.ts";
import { promotionOf } from "./promotion.ts";
import type { SettlementState } from "./state.ts";
import { lookAt } from "./view.ts";

export interface Settlement extends Omit<Ended, "outcome"> {
  readonly secret: string;
  /** `ignored`: the manifest does not name it. */
  readonly outcome: Ended["outcome"] | "ignored";
}

/** No secret takes more turns than these: mirror, ask, roll, look again, retire, remove the label. */
const maximumTurns = 8;

/**
 * Brings one secret as near to settled as it can come now. Level-triggered: it reads how things are, does the
 * next thing, and looks again; it may run at any time, any number of times.
 */
export async function settle(
  secretId: string,
  ports: SettlementPorts,
  context: Context,
): Promise<Settlement> {
  let answers: Answers = {};
  for (let turn = 0; turn < maximumTurns; turn += 1) {
    const secret = await ports.store.describe(secretId, context.signal);
    const entry = entryFor(ports.manifest, secret.name, secret.arn);
    if (!entry) return { secret: secret.name, outcome: "ignored" };
    const done = await take({ secret, entry, answers, ports, context });
    if ("outcome" in done) return { secret: secret.name, ...done };
    const old = done.old && { ...answers.old, ...done.old };
    answers = { ...answers, ...done, ...(old && { old }) };
  }
  return { secret: secretId, outcome: "waiting", why: "more is left than one pass does" };
}

/** Looks, and does one thing: what it learned, or how far the secret has come. */
async function take(turn: Turn): Promise<Ended | Answers> {
  const { entry, ports, context } = turn;
  const state = stateOf(turn);
  const action = decide(state);
  if (action.kind !== "look") return act(action, turn);
  const currentCreatedAt = await ports.store.madeAt(
    turn.secret.arn,
    action.current,
    context.signal,
  );
  const promotion = promotionOf(state, currentCreatedAt);
  if (!promotion)
    return act(
      decide({ ...state, consumers: { currentCreatedAt, consumers: [], blind: [] } }),
      turn,
    );
  const view = await lookAt(ports.consumers, [entry.consumers], context.signal);
  const { arn, name } = turn.secret;
  const identity = { arn, name, parameters: [...promotion.parameters.keys()] };
  const found = await view.find(identity, promotion, entry.consumers);
  return act(decide({ ...state, consumers: { currentCreatedAt, ...found } }), turn, view);
}

function stateOf({ secret, entry, answers, context }: Turn): SettlementState {
  const { name, versions, lastRotatedAt } = secret;
  const { grace, deadline } = entry;
  return {
    now: context.now(),
    secret: { name, versions, lastRotatedAt },
    policy: { grace, deadline },
    old: answers.old,
    ...(entry.mirror && { mirror: answers.mirror ?? "unasked" }),
  };
}

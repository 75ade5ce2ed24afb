import { bounded } from "../bounded.ts";
import type { Context, Task } from "../context/context.ts";
import { entryFor, type Manifest, type SecretEntry } from "../manifest/manifest.ts";
import { holderOf, retiringLabel } from "../secret/labels.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { Consumer, ConsumerType, ConsumerView, Problem } from "./consumer.ts";
import { type Action, decide, promotionOf } from "./decide.ts";
import { ParameterDrift, SettlementStuck } from "./errors.ts";
import type { Mirrored, Mirrorer } from "./mirrorer.ts";
import type { Retirer } from "./retirer.ts";
import type { OldCredential, SettlementState } from "./state.ts";
import { lookAt } from "./view.ts";

/** Everything that settlement reaches the world through. It reads no secret value. */
export interface SettlementPorts {
  readonly store: Pick<SecretStore, "describe" | "madeAt" | "moveLabel" | "tag">;
  /** All types of consumers. */
  readonly consumers: readonly ConsumerType[];
  readonly retirer: Retirer;
  readonly mirrorer: Mirrorer;
  readonly manifest: Manifest;
}

export interface Settlement {
  readonly secret: string;
  /** `ignored`: the manifest does not name it. */
  readonly outcome: "settled" | "waiting" | "alerted" | "ignored";
  readonly why?: string;
  /** What it waits for is a matter of seconds, and no event will tell of it. */
  readonly soon?: boolean;
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

/** What the invoked functions have answered in this pass. */
interface Answers {
  readonly old?: OldCredential;
  readonly mirror?: Mirrored;
}

/** How far a secret has come. */
type Ended = Omit<Settlement, "secret">;

/** What one turn of one secret works with. */
interface Turn {
  readonly secret: SecretState;
  readonly entry: SecretEntry;
  readonly answers: Answers;
  readonly ports: SettlementPorts;
  readonly context: Context;
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

async function act(action: Action, turn: Turn, view?: ConsumerView): Promise<Ended | Answers> {
  const { secret, ports, context } = turn;
  switch (action.kind) {
    case "settled":
      return { outcome: "settled" };
    case "wait":
      return { outcome: "waiting", why: action.why, soon: action.soon ?? false };
    case "alert":
      await alert(action.problem, turn);
      return { outcome: "alerted", why: action.problem.why };
    case "mirror": {
      const request = { secret: secret.arn, version: action.current };
      const answer = await ports.mirrorer.mirror(request, context.signal);
      return answer === "superseded" ? {} : { mirror: answer };
    }
    case "ask": {
      const answer = await ports.retirer.ask(secret.arn, action.retiring, context.signal);
      return { old: answer === "held" ? { heldByLive: true } : { sessions: answer } };
    }
    case "look":
      return {};
    case "roll":
      // Lists of deployments lag behind; looking again at once could roll a second time.
      await bounded(action.consumers, width, async (consumer) => view?.roll(consumer));
      return { outcome: "waiting", why: `rolled: ${names(action.consumers)}` };
    case "retire": {
      const { retiring: version, endSessions } = action;
      const request = { secret: secret.arn, version, endSessions };
      const outcome = await ports.retirer.retire(request, context.signal);
      return { old: outcome === "dead" ? { retired: true } : { stillAccepted: true } };
    }
    case "removeLabel": {
      const label = { secretId: secret.arn, label: retiringLabel, from: action.retiring };
      await ports.store.moveLabel(label, context.signal);
      return {};
    }
  }
}

/** How many consumers are rolled at once. */
const width = 5;

const names = (consumers: readonly Consumer[]) => consumers.map(({ name }) => name).join(", ");

/** Of a settled secret, only its parameters can be wrong. */
async function alert(problem: Problem, { secret, entry, answers, context }: Turn): Promise<void> {
  const current = holderOf(secret, "AWSCURRENT") ?? "";
  const retiring = holderOf(secret, retiringLabel) ?? current;
  const oldWorks = !answers.old?.retired && worksBesideNew(entry);
  const error =
    retiring === current
      ? new ParameterDrift(secret.name, problem.why)
      : new SettlementStuck(problem, secret.name, oldWorks);
  await context.report(error, settlementTask(secret.name, retiring), secret);
}

/** For an alert. @param token the version that is retired */
export const settlementTask = (secret: string, token: string): Task => ({
  kind: "settlement",
  secret,
  step: "settle",
  token,
});

/** Whether consumers that hold the old value of any credential can still work with it. */
const worksBesideNew = ({ credentials }: SecretEntry) =>
  credentials.every(({ traits }) => traits.oldWorksBeside);

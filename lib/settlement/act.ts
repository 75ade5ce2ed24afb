import { bounded } from "../bounded.ts";
import type { Context, Task } from "../context/context.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { holderOf, retiringLabel, staleOrigins } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import type { Consumer, ConsumerView, Problem } from "./consumer.ts";
import type { Action } from "./decide.ts";
import { ParameterDrift, SettlementStuck } from "./errors.ts";
import type { Mirrored } from "./mirrorer.ts";
import type { SettlementPorts } from "./ports.ts";
import type { OldCredential } from "./state.ts";

/** What the invoked functions have answered in this pass. */
export interface Answers {
  readonly old?: OldCredential;
  readonly mirror?: Mirrored;
}

/** How far a secret has come. */
export interface Ended {
  readonly outcome: "settled" | "waiting" | "alerted";
  readonly why?: string;
  /** What it waits for is a matter of seconds, and no event will report it. */
  readonly soon?: boolean;
}

/** What one turn of one secret works with. */
export interface Turn {
  readonly secret: SecretState;
  readonly entry: SecretEntry;
  readonly answers: Answers;
  readonly ports: SettlementPorts;
  readonly context: Context;
}

/** Does one thing: answers what it learned, or how far the secret has come. */
export async function act(
  action: Action,
  turn: Turn,
  view?: ConsumerView,
): Promise<Ended | Answers> {
  const { secret, entry, ports, context } = turn;
  const retirer = ports.retirers[entry.place];
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
      const answer = await retirer.ask(secret.arn, action.retiring, context.signal);
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
      const outcome = await retirer.retire(request, context.signal);
      return { old: outcome === "dead" ? { retired: true } : { stillAccepted: true } };
    }
    case "removeLabel": {
      const retiring = { label: retiringLabel, from: action.retiring };
      // RETIRING last: while it is there, settlement comes back.
      for (const label of [...staleOrigins(secret), retiring])
        await ports.store.moveLabel({ secretId: secret.arn, ...label }, context.signal);
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

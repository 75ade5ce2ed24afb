import type { Context } from "../context/context.ts";
import type { SecretState } from "../secret/store.ts";
import { decide } from "./decide.ts";
import type { EmergencyPorts } from "./ports.ts";
import { decideRepair } from "./repair.ts";
import { decideRollback } from "./rollback.ts";
import type { Facts, Question, Step, Wish } from "./step.ts";

/** Each action's own way to decide on the next step. Pure. */
const decisions: Readonly<
  Record<Wish["action"], (wish: Wish, secret: SecretState, facts: Facts) => Step>
> = { rotate: decide, leaked: decide, rollback: decideRollback, repair: decideRepair };

/** A step that can be taken: what had to be known before was asked. */
export type Ready = Exclude<Step, { readonly kind: "ask" }>;

/** Changes nothing. @throws RetirementFailed, AwsCallFailed, DeadlineReached */
export async function next(
  wish: Wish,
  secret: SecretState,
  ports: Pick<EmergencyPorts, "memory" | "probers">,
  { signal }: Pick<Context, "signal">,
  isSettling = false,
): Promise<Ready> {
  let facts: Facts = { versions: new Map(), isSettling };
  for (;;) {
    const step = decisions[wish.action](wish, secret, facts);
    if (step.kind !== "ask") return step;
    facts = { ...facts, ...(await answer(step.question, facts)) };
  }

  async function answer(question: Question, { versions }: Facts): Promise<Partial<Facts>> {
    const prober = ports.probers[wish.entry.place];
    if (question === "current") {
      const [current] = await prober.probe([secret.arn], signal);
      return { current: current ?? { secret: secret.arn, current: "unknown" } };
    }
    if (question === "problems") {
      const remembered = await ports.memory.of(secret.arn, signal);
      return { problems: remembered.flatMap(({ problems }) => problems) };
    }
    const { version } = question;
    const working = await prober.probeVersion({ secret: secret.arn, version }, signal);
    return { versions: new Map([...versions, [version, working]]) };
  }
}

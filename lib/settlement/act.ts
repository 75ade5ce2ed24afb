import { asRotationError } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { holderOf, retiringVersions } from "../secret/labels.ts";
import type { Sighting } from "../secret/sighting.ts";
import type { Action } from "./action.ts";
import type { Consumer, ConsumerView, Problem } from "./consumer.ts";
import { SettledProblem, SettlementStuck, settlementProblem } from "./errors.ts";
import { probe, remember, retire } from "./old-credential.ts";
import { forgetNote, removeLabel, removeLabels, track } from "./relabel.ts";
import type { Area } from "./standing.ts";
import type { Answers, Ended, Turn } from "./turn.ts";

/** Does one thing: answers what it learned, or how far the secret has come. */
export async function act(
  action: Exclude<Action, { kind: "look" }>,
  turn: Turn,
  view?: ConsumerView,
): Promise<Ended | Answers> {
  const { secret, ports, context } = turn;
  switch (action.kind) {
    case "settled":
      return { outcome: "settled" };
    case "wait":
      return { outcome: "waiting", why: action.why, soon: action.soon ?? false };
    case "alert":
      return alert(action.problems, turn);
    case "mirror": {
      const request = { secret: secret.arn, version: action.current };
      const answer = await ports.mirrorer.mirror(request, context.signal);
      return answer === "superseded" ? {} : { mirror: answer };
    }
    case "remember":
      return rememberOrAlert(action.sighting, turn);
    case "roll":
      if (view) await rollAll(action.consumers, view, turn);
      // Lists of deployments lag behind; looking again at once could roll a second time.
      return { outcome: "waiting", why: `rolled: ${names(action.consumers)}` };
    case "retire":
      return retire(action, turn);
    case "probe":
      return probe(action.version, turn);
    case "track":
      return track(action, turn);
    case "forget":
      await removeLabels(action.labels, turn);
      return forgetNote(action.version, turn);
    case "removeLabel":
      return removeLabel(action.retiring, turn);
  }
}

/** One that cannot be rolled does not keep the others from it. */
async function rollAll(
  consumers: readonly Consumer[],
  view: ConsumerView,
  { roll }: Turn,
): Promise<void> {
  const rolled = await Promise.allSettled(consumers.map((consumer) => roll(view, consumer)));
  const failed = rolled.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}

const names = (consumers: readonly Consumer[]) => consumers.map(({ name }) => name).join(", ");

/** Without that memory nothing can be proven about consumers. */
async function rememberOrAlert(sighting: Sighting, turn: Turn): Promise<Ended | Answers> {
  try {
    return await remember(sighting, turn);
  } catch (thrown) {
    const { retryable, happened, message } = asRotationError(thrown);
    if (retryable) return { outcome: "waiting", why: message };
    const why = `the time when AWSCURRENT moved cannot be recorded: ${happened}`;
    return alert([settlementProblem("PROMOTION_UNKNOWN", why)], turn);
  }
}

/** What is wrong, for on-call. */
function alert(problems: readonly Problem[], { secret, entry, answers }: Turn): Ended {
  const [retiring] = retiringVersions(secret);
  const isRetired = [...(answers.old?.values() ?? [])].some(
    (old) => old === "dead" || old === "accepted",
  );
  const oldWorks = !isRetired && worksBesideNew(entry);
  const token = retiring?.version ?? holderOf(secret, "AWSCURRENT") ?? "";
  const found = problems.map((problem) => ({
    error: retiring
      ? new SettlementStuck(problem, secret.name, oldWorks)
      : new SettledProblem(problem, secret.name),
    task: { kind: "settlement", secret: secret.name, step: areaOf(problem), token } as const,
    // A server may take a moment to refuse it.
    mayPass: problem.code === "STILL_ACCEPTED",
  }));
  return { outcome: "alerted", why: problems.map(({ why }) => why).join("; "), found };
}

function areaOf({ code }: Problem): Area {
  if (code === "STILL_ACCEPTED") return "retire";
  return code === "PARAMETER_DRIFT" ? "mirror" : "settle";
}

/** Whether consumers that hold the old value of any credential can still work with it. */
const worksBesideNew = ({ credentials }: SecretEntry) =>
  credentials.every(({ traits }) => traits.oldWorksBeside);

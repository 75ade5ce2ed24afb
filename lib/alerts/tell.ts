import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { MoreProblems } from "./errors.ts";
import type { ProblemMemory } from "./memory.ts";
import {
  type FoundProblem,
  identityOf,
  isSame,
  type StandingProblem,
  severityOf,
} from "./problem.ts";
import { type Comparison, type Outcome, reconcile } from "./reconcile.ts";

/** What was seen of one secret. */
export interface Seen extends Omit<Comparison, "now"> {
  readonly secret: { readonly arn: string; readonly name: string };
  /** As it is remembered. */
  readonly standing: readonly StandingProblem[];
  readonly found: readonly FoundProblem[];
}

interface Telling {
  /** As it is remembered now. */
  readonly standing: readonly StandingProblem[];
  /** What kept the last alert from being published that could not be. */
  readonly failure?: RotationError | undefined;
  /** What would stand, if it could be remembered now: the next look has to. */
  readonly unremembered?: readonly StandingProblem[];
}

/**
 * Tells on-call what is new of a secret, and remembers it. What cannot be told now is told at the next look, and what
 * cannot be remembered is told again rather than lost. Does not throw.
 * @param memory absent: it could not be read, and writing it would forget what else was told
 */
export async function tell(
  seen: Seen,
  memory: Pick<ProblemMemory, "write"> | undefined,
  context: Pick<Context, "report" | "log" | "now">,
  signal: AbortSignal,
): Promise<Telling> {
  const { secret, domain, standing } = seen;
  const { found, left } = limited(seen);
  const isOver: Comparison["isOver"] = (problem) =>
    !left.some(({ error }) => isSame(identityOf(error), problem)) && seen.isOver(problem);
  const outcomes = reconcile(standing, found, { ...seen, now: context.now(), isOver });
  let failure: RotationError | undefined;
  const publish = async (outcome: Outcome): Promise<StandingProblem | undefined> => {
    const reported = outcome.news && (await context.report(newsOf(outcome.news, seen), signal));
    if (reported === undefined || reported === "told") return outcome.after;
    failure = reported;
    return outcome.before;
  };
  const next: StandingProblem[] = [];
  for (const outcome of outcomes) next.push(...[(await publish(outcome)) ?? []].flat());
  if (areSame(next, standing)) return { standing, failure };
  if (!memory) return { standing, failure, unremembered: next };
  try {
    await memory.write({ secret: secret.arn, domain, problems: next }, signal);
  } catch (thrown) {
    const { code, message, retryable } = asRotationError(thrown);
    context.log.alertFailed(secret.name, code, message);
    // What was only to be noted would be lost; what the memory refuses for now is noted at the next look.
    if (retryable) return { standing: next, failure, unremembered: next };
    for (const { before, after, found: noted } of outcomes)
      if (!before && noted && after?.told === false)
        await publish({ news: { status: "begun", found: noted } });
  }
  return { standing: next, failure };
}

/** In whatever order: the memory has one of its own. */
const areSame = (a: readonly StandingProblem[], b: readonly StandingProblem[]) =>
  texts(a) === texts(b);

const texts = (all: readonly StandingProblem[]) =>
  all
    .map((each) => JSON.stringify(each))
    .toSorted()
    .join();

/** How many problems of one secret and domain are told one by one; as many as the memory holds for sure. */
const most = 10;

/** Those that are worst, and then those that on-call knows, where there are too many. */
function limited({ secret, standing, found }: Seen) {
  if (found.length <= most) return { found, left: [] };
  const isKnown = ({ error }: FoundProblem) =>
    standing.some((problem) => isSame(problem, identityOf(error)));
  const weight = (each: FoundProblem) =>
    (severityOf(each.error) === "critical" ? 2 : 0) + (isKnown(each) ? 1 : 0);
  const sorted = found.toSorted((a, b) => weight(b) - weight(a));
  const left = sorted.slice(most - 1);
  const more = left.map(({ task }) => ({
    error: new MoreProblems(secret.name, left.length),
    task,
  }));
  return { found: [...sorted.slice(0, most - 1), ...more.slice(0, 1)], left };
}

function newsOf(news: NonNullable<Outcome["news"]>, { secret }: Seen) {
  const arn = secret.arn.startsWith("arn:") ? secret.arn : undefined;
  if (news.status !== "over") {
    const { error, task } = news.found;
    return { status: news.status, error, task: { ...task, arn } };
  }
  const { problem } = news;
  const { kind, step, token } = problem.last;
  return { status: news.status, problem, task: { kind, secret: secret.name, arn, step, token } };
}

import { type Domain, domains, type Remembered } from "./memory.ts";
import {
  type FoundProblem,
  type Identity,
  identityOf,
  isSame,
  isTold,
  type StandingProblem,
  severityOf,
} from "./problem.ts";

/** What becomes of one problem. */
export interface Outcome {
  /** As it is remembered; absent: it was not. */
  readonly before?: StandingProblem | undefined;
  /** As it is to be remembered once it is told; absent: not at all. */
  readonly after?: StandingProblem | undefined;
  /** What to tell on-call; absent: nothing. */
  readonly news?: News | undefined;
  /** It was met just now. */
  readonly found?: FoundProblem;
}

type News =
  | { readonly status: "begun" | "worse"; readonly found: FoundProblem }
  | { readonly status: "over"; readonly problem: StandingProblem };

export interface Comparison {
  readonly now: Date;
  /** When this look began: what was noted earlier and is still there has persisted. */
  readonly since: Date;
  /** Whether a problem that was not met again is over. */
  readonly isOver: (problem: StandingProblem) => boolean;
  readonly domain: Domain;
  /** Of this secret, in all domains: the same problem is told once, and over when it is over for all. */
  readonly remembered?: readonly Remembered[];
}

/**
 * Compares what stands with what was found: a problem is told when it begins, when it gets worse and when it is over.
 * One that may pass is first noted, told if it persists, and dropped without a word if not. Pure.
 */
export function reconcile(
  standing: readonly StandingProblem[],
  found: readonly FoundProblem[],
  comparison: Comparison,
): readonly Outcome[] {
  const met = distinct(found);
  return [
    ...met.map((each) => meet(each, standing, comparison)),
    ...standing
      .filter((problem) => !met.some(({ error }) => isSame(identityOf(error), problem)))
      .map((problem) => miss(problem, comparison)),
  ];
}

/** Each kind and subject once, as the worst of them. */
function distinct(found: readonly FoundProblem[]): readonly FoundProblem[] {
  const worstFirst = found.toSorted(
    (a, b) =>
      Number(severityOf(b.error) === "critical") - Number(severityOf(a.error) === "critical"),
  );
  return worstFirst.filter(
    ({ error }, index) =>
      worstFirst.findIndex((other) => isSame(identityOf(other.error), identityOf(error))) === index,
  );
}

function meet(
  found: FoundProblem,
  standing: readonly StandingProblem[],
  comparison: Comparison,
): Outcome {
  const { error, task, mayPass = false } = found;
  const { now, since } = comparison;
  const identity = identityOf(error);
  const before = standing.find((problem) => isSame(problem, identity));
  const severity = severityOf(error);
  const { kind, step, token } = task;
  const isSameAttempt = before?.last.token === token && before.last.step === step;
  const last = isSameAttempt ? before.last : { kind, step, token, at: now };
  if (before && isTold(before, severity)) return { before, after: { ...before, last } };
  const known = {
    ...identity,
    severity,
    since: before?.since ?? now,
    last,
    ...(error.lasting && { lasting: true }),
  };
  const others = holdersOf(identity, comparison);
  if (others.some(({ problem }) => isTold(problem, severity)))
    return { before, after: { ...known, told: true } };
  const isFirst = !before || (!before.told && before.since >= since);
  if (mayPass && isFirst) return { before, after: { ...known, told: false }, found };
  const status = before?.told || others.length > 0 ? "worse" : "begun";
  return { before, after: { ...known, told: true }, news: { status, found } };
}

function miss(problem: StandingProblem, comparison: Comparison): Outcome {
  if (!comparison.isOver(problem)) return { before: problem, after: problem };
  if (!problem.told || problem.lasting) return { before: problem };
  const others = holdersOf(problem, comparison);
  if (others.length === 0) return { before: problem, news: { status: "over", problem } };
  // Two that look at the same time must not leave it to each other: the first domain keeps it until it is alone.
  const order = (domain: Domain) => domains.indexOf(domain);
  const isFirst = others.every(({ domain }) => order(comparison.domain) < order(domain));
  return { before: problem, ...(isFirst && { after: problem }) };
}

/** The other domains in which it was told. */
const holdersOf = (identity: Identity, { domain, remembered = [] }: Comparison) =>
  remembered
    .filter((each) => each.domain !== domain)
    .flatMap((each) =>
      each.problems
        .filter((problem) => problem.told && isSame(problem, identity))
        .map((problem) => ({ domain: each.domain, problem })),
    );

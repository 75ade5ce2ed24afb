import {
  type FoundProblem,
  identityOf,
  isSame,
  isTold,
  type StandingProblem,
  severityOf,
} from "./problem.ts";

/** Whether something would be told or noted: that a problem begins, gets worse or is over. Pure. */
export function isNews(
  standing: readonly StandingProblem[],
  found: readonly FoundProblem[],
  isOver: (problem: StandingProblem) => boolean,
): boolean {
  const met = found.map(({ error }) => ({ ...identityOf(error), severity: severityOf(error) }));
  return (
    met.some(
      (each) =>
        !isTold(
          standing.find((problem) => isSame(problem, each)),
          each.severity,
        ),
    ) || standing.some((problem) => isOver(problem) && !met.some((each) => isSame(problem, each)))
  );
}

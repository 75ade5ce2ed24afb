/**
 * `.ci/run` sets EVERYTHING. Without it `npm test` runs a sample of the longest suites, so that it takes a few minutes:
 * every second call of the crash matrix and of the leak suites, three major versions of PostgreSQL, every fourth
 * command of the runbook, some of the demo's failures, and no benchmark as a whole.
 */
export const everything = Boolean(process.env["EVERYTHING"]);

/** Of a list that only `.ci/run` goes through as a whole: each `stride`-th, from the first one on. */
export const sampled = <T>(list: readonly T[], stride: number): readonly T[] =>
  everything ? list : list.filter((_, index) => index % stride === 0);

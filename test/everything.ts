/**
 * `.ci/run` sets EVERYTHING. Without it `npm test` leaves out what takes long and is like something that stays: tests with
 * the tag `ci` (vitest.config.ts), and all but a sample of lists: calls of the crash matrix and of the leak suites, servers,
 * versions and providers that pass the same suite, commands of the runbook, failures of the demo.
 */
export const everything = Boolean(process.env["EVERYTHING"]);

/** Of a list that only `.ci/run` goes through as a whole: each `stride`-th, from the first one on. */
export const sampled = <T>(list: readonly T[], stride: number): readonly T[] =>
  everything ? list : list.filter((_, index) => index % stride === 0);

/**
 * `.ci/run` sets EVERYTHING. Without it `npm test` runs a sample of the longest suites, so that it takes a few minutes:
 * every second call of a rotation (on other servers every twentieth, and not their RDS; with EVERYTHING every sixth) and every third of a settlement in the crash matrix, few of emergencies, every fifth
 * call in the leak suites, one provider and every fourth way in those of keys, every second call of a settlement and every fourth of a
 * mirror that are made twice, two of the five examples, two major versions of PostgreSQL, one service of each protocol
 * on the aws command line, every sixth command of the runbook, some of the demo's failures, one rotation of each kind
 * under logins, and no benchmark as a whole.
 */
export const everything = Boolean(process.env["EVERYTHING"]);

/** Of a list that only `.ci/run` goes through as a whole: each `stride`-th, from the first one on. */
export const sampled = <T>(list: readonly T[], stride: number): readonly T[] =>
  everything ? list : list.filter((_, index) => index % stride === 0);

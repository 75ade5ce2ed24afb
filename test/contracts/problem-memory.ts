import { describe, expect, it } from "vitest";
import type { ProblemMemory, Remembered } from "../../lib/alerts/memory.ts";
import type { StandingProblem } from "../../lib/alerts/problem.ts";

const signal = AbortSignal.timeout(60_000);
const at = new Date("2026-03-01T12:00:00.000Z");

export const problem = (more: Partial<StandingProblem> = {}): StandingProblem => ({
  kind: "ROLLED_BACK",
  subject: "service production/web",
  severity: "error",
  since: at,
  told: true,
  last: { kind: "settlement", step: "settle", token: "old", at },
  ...more,
});

const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;

const sorted = (all: readonly Remembered[]) =>
  all.toSorted((a, b) => `${a.secret}${a.domain}`.localeCompare(`${b.secret}${b.domain}`));

/** What every memory of problems does. @param open an empty one */
export function problemMemoryContract(open: () => ProblemMemory): void {
  describe("the memory of problems", () => {
    it("is empty at first", async () => {
      const memory = open();
      expect(await memory.list(signal)).toEqual([]);
      expect(await memory.of(arn("a"), signal)).toEqual([]);
    });

    it("tells domains and secrets apart, and says all of them", async () => {
      const memory = open();
      const all: Remembered[] = [
        { secret: arn("a"), domain: "rotation", problems: [problem({ kind: "UNREACHABLE" })] },
        {
          secret: arn("a"),
          domain: "settlement",
          problems: [problem(), problem({ subject: "service production/api", told: false })],
        },
        { secret: arn("b"), domain: "watch", problems: [problem({ claim: "7" })] },
      ];
      for (const each of all) await memory.write(each, signal);
      expect(sorted(await memory.list(signal))).toEqual(sorted(all));
      expect(sorted(await memory.of(arn("a"), signal))).toEqual(sorted(all.slice(0, 2)));
    });

    it("replaces what it holds, and forgets; both as often as it is asked to", async () => {
      const memory = open();
      const own = { secret: arn("a"), domain: "settlement" } as const;
      await memory.write({ ...own, problems: [problem(), problem({ subject: "other" })] }, signal);
      const worse = { ...own, problems: [problem({ severity: "critical" })] };
      for (const _ of [1, 2]) await memory.write(worse, signal);
      expect(await memory.list(signal)).toEqual([worse]);
      for (const _ of [1, 2]) await memory.write({ ...own, problems: [] }, signal);
      expect(await memory.list(signal)).toEqual([]);
    });

    it("holds those of many secrets", async () => {
      const memory = open();
      for (let n = 0; n < 23; n += 1)
        await memory.write(
          { secret: arn(`many${n}`), domain: "rotation", problems: [problem()] },
          signal,
        );
      const secrets = (await memory.list(signal)).map(({ secret }) => secret);
      expect(new Set(secrets).size).toBe(23);
    });

    it("keeps the worst of more problems than it can hold", async () => {
      const memory = open();
      const mild = Array.from({ length: 200 }, (_, n) => problem({ subject: `service ${n}` }));
      const worst = problem({ subject: "last", severity: "critical" });
      const own = { secret: arn("full"), domain: "settlement" } as const;
      await memory.write({ ...own, problems: [...mild, worst] }, signal);
      const [{ problems } = { problems: [] }] = await memory.of(arn("full"), signal);
      expect(problems[0]).toEqual(worst);
      expect(problems.length).toBeGreaterThan(10);
    });

    it("says nothing when there is no time left", async () => {
      const memory = open();
      const none = AbortSignal.abort();
      const own = { secret: arn("a"), domain: "watch", problems: [problem()] } as const;
      for (const call of [
        () => memory.list(none),
        () => memory.of(arn("a"), none),
        () => memory.write(own, none),
      ])
        await expect(call()).rejects.toMatchObject({ code: "DEADLINE" });
    });
  });
}

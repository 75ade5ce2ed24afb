import { describe, expect, it } from "vitest";
import { functions } from "../../infra/functions.ts";
import { type ColdStart, measureColdStart } from "../../lab/bench/cold-start.ts";
import { longestChain } from "../../lab/bench/latency.ts";
import { median } from "../../lab/bench/median.ts";
import type { PassFigures } from "../../lab/bench/pass/simulation.ts";
import { typeList } from "../../lib/types.ts";
import { runProgram } from "../run-program.ts";

interface FunctionFigures {
  readonly coldStart: ColdStart;
  readonly zipKB: number;
}

/** In simulated time, so the machine does not matter. */
function expectPassesInBudget(passes: readonly PassFigures[]): void {
  const [idle, many, alone, besideDead, few] = passes;
  expect(passes.map(({ falseAlerts }) => falseAlerts)).toEqual([0, 0, 0, 0, 0]);
  expect(idle).toMatchObject({ secrets: 10_000, unsettled: 0 });
  expect(idle?.awsRequests).toBeLessThanOrEqual(110);
  expect(idle?.peakMB).toBeLessThanOrEqual(256);
  expect(many).toMatchObject({ unsettled: 500, services: 1000, deployments: 1000 });
  expect(many?.ecsReads).toBeLessThanOrEqual(200);
  expect(many?.simulatedMinutes).toBeLessThanOrEqual(30);
  expect(besideDead).toMatchObject({ secrets: 1000, deadServers: 100 });
  expect((besideDead?.simulatedMinutes ?? 99) - (alone?.simulatedMinutes ?? 0)).toBeLessThan(3);
  expect(few).toMatchObject({ secrets: 50, deployments: 10 });
  expect(few?.awsRequests).toBeLessThanOrEqual(50 * 15);
}

const lookFigures = {
  awsRequests: expect.any(Number),
  seconds: expect.any(Number),
  peakMB: expect.any(Number),
};

describe("requests one after another", () => {
  it.each([
    [
      "all at once",
      [
        [0, 15],
        [1, 16],
        [2, 17],
      ],
      1,
    ],
    [
      "one after another",
      [
        [0, 15],
        [15, 30],
        [31, 46],
      ],
      3,
    ],
    [
      "three, then two, then one",
      [
        [0, 15],
        [0, 16],
        [1, 20],
        [20, 35],
        [21, 36],
        [40, 50],
      ],
      3,
    ],
    [
      "one that lasts beside two",
      [
        [0, 15],
        [16, 30],
        [0, 40],
      ],
      2,
    ],
    ["none", [], 0],
  ])("%s", (_, spans, expected) => {
    expect(longestChain(spans.map(([from = 0, to = 0]) => ({ from, to })))).toBe(expected);
  });
});

describe("npm run bench", { timeout: 900_000 }, () => {
  it("prints one JSON object whose counts keep the budgets", { tags: "ci" }, async () => {
    const { code, stdout } = await runProgram(
      "lab/bench.ts",
      "--json",
      "--samples",
      "2",
      "--secrets",
      "5",
      "--rotations",
      "25",
    );
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    expect(Object.keys(figures.functions)).toEqual(Object.keys(functions).toSorted());
    expect(figures).toEqual({
      functions: expect.any(Object),
      engines: expect.any(Object),
      coldStart: figures.functions["rotate-database"].coldStart,
      bundleKB: figures.functions["rotate-database"].zipKB,
      warmRotation: { medianMs: expect.any(Number), rotations: 2 },
      awsRequests: {
        perRotation: expect.any(Number),
        sequential: expect.any(Number),
        names: {
          DescribeSecret: expect.any(Number),
          GetSecretValue: expect.any(Number),
          PutSecretValue: 1,
          UpdateSecretVersionStage: 2,
        },
      },
      latency: {
        addedMs: 15,
        medianMs: expect.any(Number),
        sequentialMs: expect.any(Number),
        rotations: 2,
      },
      memory: { afterOneMB: expect.any(Number), after25MB: expect.any(Number) },
      settlement: {
        secrets: 5,
        services: 2,
        deployments: 2,
        seconds: expect.any(Number),
        awsRequests: { total: expect.any(Number), byOperation: expect.any(Object) },
        awsRequestsPerSecret: expect.any(Number),
      },
      pass: expect.any(Array),
      findings: { secrets: 10_000, ...lookFigures },
      emergency: {
        timeToDeadMs: { database: expect.any(Number), key: expect.any(Number) },
        bulk: { secrets: 500, simulatedMinutes: expect.any(Number) },
        deployments: 10,
      },
    });
    expect(figures.emergency.bulk.simulatedMinutes).toBeLessThanOrEqual(15);
    expect(figures.findings.awsRequests).toBeLessThanOrEqual(110);
    expect(figures.findings.peakMB).toBeLessThanOrEqual(256);
    expectPassesInBudget(figures.pass);
    const { total, byOperation } = figures.settlement.awsRequests;
    expect(byOperation).toMatchObject({ UpdateService: 2, UpdateSecretVersionStage: 10 });
    expect(Object.values<number>(byOperation).reduce((sum, count) => sum + count)).toBe(total);
    const { names, perRotation, sequential } = figures.awsRequests;
    expect(Object.values<number>(names).reduce((sum, count) => sum + count)).toBe(perRotation);
    expect(perRotation).toBeLessThanOrEqual(13);
    expect(sequential).toBeLessThanOrEqual(9);
    // Each request that waits for another one takes at least that much longer.
    expect(figures.latency.sequentialMs).toBeGreaterThan(13 * 15);
    expect(figures.memory.afterOneMB).toBeLessThanOrEqual(75);
    expect(figures.memory.after25MB).toBeLessThanOrEqual(82);
    const engines = Object.entries(typeList.types).filter(([, { place }]) => place === "network");
    expect(Object.keys(figures.engines)).toEqual(engines.map(([name]) => name));
    const starts: readonly FunctionFigures[] = [figures.functions, figures.engines].flatMap(
      Object.values,
    );
    for (const { coldStart, zipKB } of starts) {
      const { medianMs, bareNodeMs, ratio } = coldStart;
      expect(ratio).toBeCloseTo(medianMs / bareNodeMs, 2);
      expect(zipKB).toBeGreaterThan(1);
      expect(zipKB).toBeLessThanOrEqual(400);
    }
  });

  it("does not take a bundle that does not load for a quick one", async () => {
    await expect(measureColdStart("/nowhere/bundle.mjs", {}, 1)).rejects.toThrow("does not load");
  });

  it.each([
    [[3], 3],
    [[9, 1, 2], 2],
    [[4, 1, 2, 9], 3],
  ])("takes the median of %j to be %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

import { describe, expect, it } from "vitest";
import { functions } from "../../infra/functions.ts";
import { type ColdStart, measureColdStart } from "../../lab/bench/cold-start.ts";
import { median } from "../../lab/bench/median.ts";
import { runProgram } from "../run-program.ts";

interface FunctionFigures {
  readonly coldStart: ColdStart;
  readonly zipKB: number;
}

describe("npm run bench", { timeout: 60_000 }, () => {
  it("prints one JSON object whose counts keep the budgets", async () => {
    const { code, stdout } = await runProgram(
      "lab/bench.ts",
      "--json",
      "--samples",
      "2",
      "--secrets",
      "5",
    );
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    // Its secrets hold logins, so that the pair outside the network is not built.
    const built = Object.keys(functions).filter((name) => !name.endsWith("-api-key"));
    expect(Object.keys(figures.functions)).toEqual(built.toSorted());
    expect(figures).toEqual({
      functions: expect.any(Object),
      coldStart: figures.functions["rotate-database"].coldStart,
      bundleKB: figures.functions["rotate-database"].zipKB,
      warmRotation: { medianMs: expect.any(Number), rotations: 2 },
      awsRequests: {
        perRotation: expect.any(Number),
        names: {
          DescribeSecret: expect.any(Number),
          GetSecretValue: expect.any(Number),
          PutSecretValue: 1,
          UpdateSecretVersionStage: 2,
        },
      },
      settlement: {
        secrets: 5,
        services: 2,
        deployments: 2,
        seconds: expect.any(Number),
        awsRequests: { total: expect.any(Number), byOperation: expect.any(Object) },
      },
    });
    const { total, byOperation } = figures.settlement.awsRequests;
    expect(byOperation).toMatchObject({ UpdateService: 2, UpdateSecretVersionStage: 10 });
    expect(Object.values<number>(byOperation).reduce((sum, count) => sum + count)).toBe(total);
    const { names, perRotation } = figures.awsRequests;
    expect(Object.values<number>(names).reduce((sum, count) => sum + count)).toBe(perRotation);
    expect(perRotation).toBeLessThanOrEqual(13);
    for (const { coldStart, zipKB } of Object.values<FunctionFigures>(figures.functions)) {
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

import { describe, expect, it } from "vitest";
import { type DowntimeRow, isWithinBudget, subjects } from "../../lab/downtime/measure.ts";
import { runProgram } from "../run-program.ts";

const row: DowntimeRow = {
  engine: "postgres",
  strategy: "in-place",
  stepGapMs: 0,
  rotations: 20,
  attempted: 400,
  failed: 25,
  failedMax: 2,
  failedSpanMs: 50,
};

describe("the budget", () => {
  it.each([
    ["is kept at its edge", row, true],
    ["is broken by one login more", { ...row, failedMax: 3 }, false],
    ["is broken by a longer span", { ...row, failedSpanMs: 50.1 }, false],
    ["is broken where nothing was measured", { ...row, attempted: 0 }, false],
    ["is nothing for a strategy without one", { ...row, strategy: "other" }, false],
  ])("%s", (_name, measured, kept) => {
    expect(isWithinBudget(measured)).toBe(kept);
  });
});

describe("npm run downtime", { timeout: 60_000 }, () => {
  it("prints a row for each subject; the exit code tells whether the budget is kept", async () => {
    const printed = await runProgram("lab/downtime.ts", "--json", "--rotations", "2");
    const { rows }: { rows: DowntimeRow[] } = JSON.parse(printed.stdout);
    expect(rows).toEqual(
      subjects.map((subject) => ({
        engine: "postgres",
        ...subject,
        rotations: 2,
        attempted: expect.any(Number),
        failed: expect.any(Number),
        failedMax: expect.any(Number),
        failedSpanMs: expect.any(Number),
      })),
    );
    for (const { strategy, attempted, failed, failedMax } of rows) {
      expect(attempted).toBeGreaterThan(failed);
      expect(failed).toBeGreaterThanOrEqual(failedMax);
      // The budget of in-place, 2, is for a quiet machine; a gap of a second inside the switch would cost dozens.
      expect(failedMax).toBeLessThanOrEqual(strategy === "in-place" ? 6 : 0);
    }
    expect(printed.code).toBe(rows.every(isWithinBudget) ? 0 : 1);
    const [none, second] = rows;
    // Three gaps of a second in each of two rotations, full of logins that do not fail.
    expect(second?.attempted).toBeGreaterThan(2 * (none?.attempted ?? 0));
  });
});

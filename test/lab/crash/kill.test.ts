import { describe, expect, it } from "vitest";
import { loginSeries, settlementSeries } from "../../../lab/crash/series.ts";
import { expectConverged } from "./expect-converged.ts";

/** All of these by `npm run crash -- --kill`, which CI runs. */
const subjects = [
  "postgres in-place",
  "postgres alternating-users, later rotation",
  "settle, one ECS service",
];

describe("processes of the built functions, killed", { timeout: 300_000 }, () => {
  it("converge, without a lock-out and without an orphan", async () => {
    const series = [...loginSeries, ...settlementSeries].filter(({ subject }) =>
      subjects.includes(subject),
    );
    const rows = await expectConverged({
      kill: true,
      series,
      chosen: (mode, point) => mode.startsWith("killed") && point % 16 === 11,
    });
    expect(rows.some(({ points }) => points > 0)).toBe(true);
  });
});

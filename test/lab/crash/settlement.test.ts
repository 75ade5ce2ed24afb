import { describe, expect, it } from "vitest";
import { modes } from "../../../lab/crash/disturbance.ts";
import { onceEach, settlementSeries } from "../../../lab/crash/series.ts";
import { everything, sampled } from "../../everything.ts";
import { expectConverged } from "./expect-converged.ts";

// A series begins with its worlds, and with a settlement that is not disturbed.
const series = sampled(settlementSeries, 2).map((each) => ({
  ...each,
  ...(!everything && { worlds: 2 }),
}));

describe("a settlement disturbed at any call", { timeout: 900_000 }, () => {
  it("converges, without a lock-out and without an orphan", async () => {
    const rows = await expectConverged({ series, chosen: onceEach(everything ? 1 : 3) });
    expect(rows).toHaveLength(series.length * modes.length);
    const points = rows.map((row) => row.points);
    if (everything) expect(Math.min(...points)).toBeGreaterThan(0);
    else expect(Math.max(...points)).toBeGreaterThan(0);
  });
});

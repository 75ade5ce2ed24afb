import { describe, expect, it } from "vitest";
import { emergencySeries as series } from "../../../lab/crash/emergency-series.ts";
import { onceEach } from "../../../lab/crash/series.ts";
import { everything } from "../../everything.ts";
import { expectConverged } from "./expect-converged.ts";

describe("an emergency disturbed at any call", { timeout: 1_800_000 }, () => {
  it("converges: what leaked is dead, or on-call knows", async () => {
    const some = series.filter((_, index) => index % (everything ? 4 : 39) === 0);
    const rows = await expectConverged({ series: some, chosen: onceEach(everything ? 24 : 12) });
    expect(rows.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThanOrEqual(some.length);
  });
});

import { describe, expect, it } from "vitest";
import { modes } from "../../../lab/crash/disturbance.ts";
import { loginSeries, onceEach } from "../../../lab/crash/series.ts";
import { everything } from "../../everything.ts";
import { expectConverged } from "./expect-converged.ts";

/** Their points are requests to Atlas, too, and the logins that wait until the cluster has a change. */
const all = loginSeries.filter(({ type }) => type === "atlas");
const series = all.filter(({ subject }) => everything || /later rotation/.test(subject));

describe("a database user of Atlas, disturbed at any call", { timeout: 900_000 }, () => {
  it("converges, without a lock-out and without an orphan", async () => {
    const rows = await expectConverged({ series, chosen: onceEach(everything ? 1 : 8) });
    expect(rows).toHaveLength(series.length * modes.length);
    const points = rows.map((row) => row.points);
    if (everything) expect(Math.min(...points)).toBeGreaterThan(0);
    else expect(Math.max(...points)).toBeGreaterThan(0);
  });
});

import { describe, expect, it } from "vitest";
import { loginSeries, settlementSeries } from "../../../lab/crash/series.ts";
import { missingServer } from "../../../lab/servers.ts";
import { everything } from "../../everything.ts";
import { expectConverged } from "./expect-converged.ts";

/** One call of so many of these; `.ci/run` kills before and after every call of all subjects. */
const stride = everything ? 32 : 96;

const subjects = [
  "postgres alternating-users, later rotation",
  "settle, one ECS service",
  ...(everything ? ["postgres in-place", "mariadb in-place"] : []),
];

describe("processes of the built functions, killed", { timeout: 300_000 }, () => {
  it("converge, without a lock-out and without an orphan", async () => {
    // Where a server is missing, the matrix in this process says so.
    const series = [...loginSeries, ...settlementSeries].filter(
      ({ subject, type }) => subjects.includes(subject) && missingServer(type) === undefined,
    );
    const rows = await expectConverged({
      kill: true,
      series,
      chosen: (mode, point) => mode.startsWith("killed") && point % stride === 11,
    });
    expect(rows.some(({ points }) => points > 0)).toBe(true);
  });
});

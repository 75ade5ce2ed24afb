import { describe, expect, it } from "vitest";
import { modes } from "../../lab/crash/disturbance.ts";
import { crashMatrix, series } from "../../lab/crash/matrix.ts";
import { startPostgres } from "../../lab/postgres/server.ts";

/** All of the matrix in CI and by `npm run crash`; a quarter of it here, with every call in one mode or other. */
const every = process.env["CI"] ? 1 : modes.length;

describe("killed anywhere", { timeout: 900_000 }, () => {
  it("converges, without a lock-out and without an orphan", async () => {
    await using postgres = await startPostgres();
    const rows = await crashMatrix(postgres, { every });
    const points = rows.reduce((sum, row) => sum + row.points, 0);
    console.log(`crash matrix, 1 of ${every}: ${rows.length} rows, ${points} points`);
    expect(rows).toHaveLength(series.length * modes.length);
    for (const row of rows) {
      expect(row).toMatchObject({ lockouts: 0, orphans: 0, failures: 0, details: [] });
      expect(row.points).toBeGreaterThan(0);
    }
  });
});

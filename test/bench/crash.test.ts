import { describe, expect, it } from "vitest";
import { modes } from "../../bench/crash/disturbance.ts";
import { crashMatrix, series } from "../../bench/crash/matrix.ts";
import { startPostgres } from "../../local/postgres/server.ts";

describe("killed anywhere", { timeout: 600_000 }, () => {
  it("converges, without a lock-out and without an orphan", async () => {
    await using postgres = await startPostgres();
    const rows = await crashMatrix(postgres);
    const points = rows.reduce((sum, row) => sum + row.points, 0);
    console.log(`crash matrix: ${rows.length} rows, ${points} points`);
    expect(rows).toHaveLength(series.length * modes.length);
    for (const row of rows) {
      expect(row).toMatchObject({ lockouts: 0, orphans: 0, failures: 0, details: [] });
      expect(row.points).toBeGreaterThan(0);
    }
  });
});

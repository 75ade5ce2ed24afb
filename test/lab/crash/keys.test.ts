import { describe, expect, it } from "vitest";
import type { CrashRow } from "../../../lab/crash/matrix.ts";
import { keyCrashRows, keyKinds } from "../../../lab/keys/crash.ts";
import { supplyCrashRows, supplyRecoveries } from "../../../lab/keys/supply-crash.ts";
import { faults } from "../../../lab/walk/gate.ts";
import { everything } from "../../everything.ts";

describe("a key's rotation or retirement disturbed at any call", { timeout: 600_000 }, () => {
  it("converges, without a lock-out, an orphan or a foreign key touched", async () => {
    const rows = await keyCrashRows({ stride: everything ? 2 : 24 });
    expect(rows).toHaveLength(Object.keys(keyKinds).length * faults.length * 2);
    expectConverged(rows);
  });

  it("converges where a person hands it over", async () => {
    const rows = await supplyCrashRows({ stride: everything ? 2 : 24 });
    expect(rows).toHaveLength(supplyRecoveries.length * faults.length);
    expectConverged(rows);
  });
});

/** Of a row: of each some ten calls are disturbed in CI, and one or more always. */
const least = everything ? 5 : 0;

function expectConverged(rows: readonly CrashRow[]): void {
  for (const row of rows) {
    expect(row).toMatchObject({ lockouts: 0, orphans: 0, failures: 0, details: [] });
    expect(row.points).toBeGreaterThan(least);
  }
}

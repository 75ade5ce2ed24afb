import { describe, expect, it } from "vitest";
import { emergencyCases } from "../../../lab/keys/emergency-cases.ts";
import { emergencyCrashRows } from "../../../lab/keys/emergency-crash.ts";
import { everything, sampled } from "../../everything.ts";

describe("an emergency of a key disturbed at any call", { timeout: 600_000 }, () => {
  it("ends what leaked and leaves nothing behind, or on-call knows", async () => {
    // 13 shares no divisor with the numbers of disturbances, recoveries and situations.
    const cases = sampled(emergencyCases, 13);
    const rows = await emergencyCrashRows({ stride: everything ? 40 : 240, cases });
    expect(rows).toHaveLength(cases.length);
    for (const row of rows) {
      expect(row).toMatchObject({ lockouts: 0, orphans: 0, failures: 0, details: [] });
      expect(row.points).toBeGreaterThan(0);
    }
  });
});

/** @module-tag ci */
import { expect, it } from "vitest";
import { isWithinBudget } from "../../lab/downtime/measure.ts";
import { measureKeyDowntime } from "../../lab/keys/downtime.ts";

it("no call with a key fails over 20 rotations, though new and old keys flicker", async () => {
  const row = await measureKeyDowntime(20);
  expect(row).toMatchObject({ rotations: 20, failed: 0 });
  expect(row.attempted).toBeGreaterThan(100_000);
  expect(isWithinBudget(row)).toBe(true);
});

import { describe, expect, it } from "vitest";
import { modes } from "../../../lab/crash/disturbance.ts";
import { onceEach, rotations } from "../../../lab/crash/matrix.ts";
import { expectConverged } from "./expect-converged.ts";

describe("a rotation disturbed at any call", { timeout: 900_000 }, () => {
  it("converges, without a lock-out and without an orphan", async () => {
    const subjects = rotations.map(({ subject }) => subject);
    const rows = await expectConverged({ subjects, chosen: onceEach });
    expect(rows).toHaveLength(rotations.length * modes.length);
    for (const { points } of rows) expect(points).toBeGreaterThan(0);
  });
});

import { describe, expect, it } from "vitest";
import type { Remembered } from "../../../lib/alerts/memory.ts";
import { isCovered } from "../../../lib/watch/covered.ts";
import { CurrentDrifted } from "../../../lib/watch/secret-findings.ts";

const at = new Date("2026-11-29T03:00:00Z");

/** An emergency that on-call was told has left something refused. */
const left = (secret: string): Remembered => ({
  secret,
  domain: "emergency",
  problems: [
    {
      kind: "EMERGENCY_REFUSED",
      subject: "INC-1",
      severity: "critical",
      since: at,
      told: true,
      last: { kind: "emergency", step: "repair", token: "INC-1", at },
    },
  ],
});

describe("that AWSCURRENT is refused", () => {
  const refused = new CurrentDrifted("app", "user app on db.internal:5432", "current");
  it.each<[string, Remembered, boolean]>([
    ["is said by the emergency of this secret", left("emergency INC-1 app"), true],
    [
      "may be of another secret of an emergency of many",
      left("emergency INC-1 all secrets"),
      false,
    ],
  ])("%s", (_, remembered, isSaid) => {
    expect(isCovered(refused, "", [remembered])).toBe(isSaid);
  });
});

import { describe, expect, it } from "vitest";
import type { Remembered } from "../../../lib/alerts/memory.ts";
import { EmergencyStopped } from "../../../lib/watch/rotation-findings.ts";
import { stopped } from "../../../lib/watch/stopped.ts";

const now = new Date("2026-11-29T03:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

/** An emergency of all secrets, and what on-call was told of it. */
const told = (minutes: number, ...kinds: string[]): Remembered => ({
  secret: "emergency INC all secrets",
  domain: "emergency",
  problems: kinds.map((kind) => ({
    kind,
    subject: "INC",
    severity: "error",
    since: ago(minutes),
    told: true,
    last: { kind: "emergency", step: "leaked", token: "INC", at: ago(minutes) },
  })),
});

describe("an emergency that on-call was told of", () => {
  it("has stopped where neither its end nor a secret tells of it", () => {
    const [finding, ...more] = stopped([told(80, "EMERGENCY")], [], now);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ id: "emergency INC all secrets", name: "all secrets" });
    expect(finding?.found[0]?.error).toMatchObject({
      code: "EMERGENCY_STOPPED",
      subject: "INC",
      happened: expect.stringContaining("What leaked may still work."),
    });
  });

  const itself = new EmergencyStopped("app", "INC", "then", "leaked");
  it.each<[string, Remembered, readonly EmergencyStopped[]]>([
    ["within the hour", told(70, "EMERGENCY"), []],
    ["where its end was told", told(80, "EMERGENCY", "EMERGENCY_UNFINISHED"), []],
    ["where a secret tells it", told(80, "EMERGENCY"), [itself]],
    ["where it is none", { ...told(80, "EMERGENCY"), domain: "settlement" }, []],
  ])("is not told again %s", (_, remembered, errors) => {
    const seen = [{ found: errors.map((error) => ({ error, state: "unsettled" as const })) }];
    expect(stopped([remembered], seen, now)).toEqual([]);
  });
});

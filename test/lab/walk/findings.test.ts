import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../lab/walk/clock.ts";
import { type Facts, staleOf, untoldOf } from "../../../lab/walk/findings.ts";
import { FakeSecrets } from "../../../lab/walk/secrets.ts";
import { replay } from "../../../lab/walk/walk.ts";
import type { Secret } from "../../../standin/secrets-manager/secret.ts";

const day = 24 * 3_600_000;

function facts(change: (secret: Secret) => void, more: Partial<Facts> = {}): Facts {
  const clock = new VirtualClock(Date.parse("2026-03-01T00:00:00Z"));
  const secret = new FakeSecrets(clock, () => {}).create("app", "{}");
  change(secret);
  return { secret, now: clock.now, works: true, standing: [], ...more };
}

const off = (secret: Secret) => {
  if (secret.rotation) secret.rotation.enabled = false;
};
const deleted = (secret: Secret) => {
  secret.deletionAt = 1;
};
const late = (secret: Secret) => {
  secret.nextRotationAt = Date.parse("2026-03-01T00:00:00Z") - 2 * day;
};
const nothing = () => {};

describe("the oracle of findings", () => {
  it.each<[string, Facts, string[]]>([
    ["nothing", facts(nothing), []],
    ["rotation that is off", facts(off), ["rotation is switched off"]],
    ["that was told", facts(off, { standing: ["ROTATION_OFF/"] }), []],
    [
      "that another problem does not tell",
      facts(off, { standing: ["ROLLED_BACK/web"] }),
      ["rotation is switched off"],
    ],
    ["a deleted secret", facts(deleted), ["it is deleted"]],
    ["an overdue one", facts(late), ["it is overdue"]],
    ["a refused one", facts(nothing, { works: false }), ["AWSCURRENT is refused"]],
    ["one of which nothing can be seen", facts(nothing, { works: undefined }), []],
  ])("misses what was not told: %s", (_, each, expected) => {
    expect([...untoldOf(each)]).toEqual(expected);
  });

  it.each<[string, Facts, string[]]>([
    ["what still holds", facts(off, { standing: ["ROTATION_OFF/"] }), []],
    [
      "what is over",
      facts(nothing, { standing: ["ROTATION_OFF/", "SECRET_DELETED/"] }),
      ["ROTATION_OFF is over", "SECRET_DELETED is over"],
    ],
    [
      "another version",
      facts(nothing, { standing: ["PENDING_STUCK/v2"] }),
      ["PENDING_STUCK is over"],
    ],
    ["what is not its to judge", facts(nothing, { standing: ["UNREACHABLE/db"] }), []],
  ])("misses what on-call was not told to be over: %s", (_, each, expected) => {
    expect([...staleOf(each)]).toEqual(expected);
  });
});

it("people's moves that only the hourly look finds are told, once, and told to be over", async () => {
  const { broken, untold, toldTwice } = await replay(3, [
    { kind: "cancel", secret: 0 },
    { kind: "stall", secret: 1 },
    { kind: "drift", secret: 2 },
    { kind: "delete", secret: 4 },
    { kind: "calm" },
    { kind: "rotate", secret: 0, leaked: false },
    { kind: "rotate", secret: 1, leaked: false },
    { kind: "rotate", secret: 2, leaked: false },
    { kind: "restore", secret: 4 },
    { kind: "calm" },
  ]);
  expect({ broken, untold, toldTwice }).toEqual({ broken: [], untold: [], toldTwice: [] });
});

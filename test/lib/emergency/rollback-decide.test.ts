import { describe, expect, it } from "vitest";
import { decideRollback } from "../../../lib/emergency/rollback.ts";
import type { Facts, Wish } from "../../../lib/emergency/step.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import { type Change, note, now, secret, supplied, wish } from "./states.ts";

const facts = (
  versions: Record<string, Facts["versions"] extends ReadonlyMap<string, infer V> ? V : never> = {},
  more: Partial<Facts> = {},
): Facts => ({
  versions: new Map(Object.entries(versions)),
  isSettling: false,
  ...more,
});
const rotated = { new: ["AWSCURRENT", "PREPARED", "FROM-old"], old: ["AWSPREVIOUS", "RETIRING"] };
const begun = { state: "rollback", token: "old", at: now } as const;
const off = { rotationEnabled: false };
const held = { ...rotated, old: [...rotated.old, "AWSPENDING"] };
const back = { new: ["AWSPREVIOUS", "PREPARED", "FROM-old"], old: ["AWSCURRENT", "RETIRING"] };
const decide = (change: Change, known: Facts = facts(), more: Partial<Wish> = {}) =>
  decideRollback(wish({ action: "rollback", ...more }), secret(change), known);
const impossible = (why: string) => ({
  kind: "refuse",
  error: { code: "ROLLBACK_IMPOSSIBLE", happened: expect.stringContaining(why) },
});

describe("a rollback", () => {
  it.each<[string, Change, Facts, object]>([
    ["asks first", { versions: rotated }, facts(), { kind: "ask", question: { version: "old" } }],
    [
      "is noted before anything is changed",
      { versions: rotated },
      facts({ old: "works" }),
      { kind: "note", note: note({ ...begun }) },
    ],
    [
      "remembers that the schedule was off",
      { versions: rotated, ...off },
      facts({ old: "works" }),
      { kind: "note", note: note({ ...begun, wasOff: true }) },
    ],
    [
      "passes over an edit that left the credential as it was",
      { versions: { edit: ["AWSCURRENT"], new: ["AWSPREVIOUS"], old: ["RETIRING"] } },
      facts({ new: "same", old: "works" }),
      { kind: "note", note: note({ ...begun }) },
    ],
    [
      "suspends the schedule first",
      { versions: rotated, note: begun },
      facts(),
      { kind: "suspend" },
    ],
    [
      "then keeps the version from being retired",
      { versions: rotated, note: begun, ...off },
      facts(),
      { kind: "hold", version: "old" },
    ],
    [
      "proves it again when nobody can retire it any more",
      { versions: held, note: begun, ...off },
      facts(),
      { kind: "ask", question: { version: "old" } },
    ],
    [
      "then moves AWSCURRENT",
      { versions: held, note: begun, ...off },
      facts({ old: "works" }),
      { kind: "move", from: "new", to: "old" },
    ],
    [
      "takes AWSPENDING off",
      { versions: { ...back, old: ["AWSCURRENT", "AWSPENDING"] }, note: begun, ...off },
      facts(),
      { kind: "clear", pending: "old" },
    ],
    [
      "suspends again what somebody switched on meanwhile",
      { versions: back, note: begun },
      facts(),
      { kind: "suspend" },
    ],
    ["proves AWSCURRENT", { versions: back, note: begun, ...off }, facts(), { kind: "ask" }],
    [
      "goes back to what works, where it was retired in the same moment",
      { versions: back, note: begun, ...off },
      facts({}, { current: { secret: "app", current: "refused", accepted: "new" } }),
      { kind: "move", from: "old", to: "new" },
    ],
    [
      "waits for a server that does not answer",
      { versions: back, note: begun, ...off },
      facts({}, { current: { secret: "app", current: "unknown", error: retryable() } }),
      { kind: "stay" },
    ],
    [
      "has settlement look at once",
      { versions: back, note: begun, ...off },
      facts({}, { current: { secret: "app", current: "accepted" } }),
      { kind: "settling", promoted: "old" },
    ],
    [
      "is done then",
      { versions: back, note: begun, ...off },
      facts({}, { current: { secret: "app", current: "accepted" }, isSettling: true }),
      { kind: "note", note: note({ ...begun, state: "rolled-back" }) },
    ],
    [
      "stays done",
      { versions: back, note: { ...begun, state: "rolled-back" } },
      facts(),
      { kind: "done" },
    ],
    [
      "stays done where an emergency made the version that came back",
      {
        versions: { new: back.new, "leaked-old": back.old },
        note: { ...begun, state: "rolled-back", token: "leaked-old" },
      },
      facts(),
      { kind: "done" },
    ],
    [
      "is not done by a rotation of the same id",
      { versions: rotated, note: { state: "done", token: "new" } },
      facts(),
      { kind: "ask", question: { version: "old" } },
    ],
  ])("%s", (_, change, known, step) => {
    expect(decide(change, known)).toMatchObject(step);
  });

  it.each<[string, Change, Facts, object]>([
    ["there is no earlier version", {}, facts(), impossible("no earlier version")],
    [
      "the earlier one is dead",
      { versions: rotated },
      facts({ old: { refused: "user app" } }),
      impossible("user app"),
    ],
    [
      "it leads elsewhere",
      { versions: rotated },
      facts({ old: "elsewhere" }),
      impossible("another server"),
    ],
    [
      "it leaked",
      {
        versions: {
          "leaked-1": ["AWSCURRENT", "PREPARED", "FROM-old"],
          old: ["AWSPREVIOUS", "RETIRING"],
        },
      },
      facts({ old: "works" }),
      impossible("leaked: version leaked-1"),
    ],
    [
      "it leaked, and is settled",
      { versions: { "leaked-1": ["AWSCURRENT", "PREPARED"], old: ["AWSPREVIOUS"] } },
      facts({ old: "works" }),
      impossible("leaked: version leaked-1"),
    ],
    [
      "a rotation is under way",
      { versions: { old: ["AWSCURRENT"], next: ["AWSPENDING"] } },
      facts(),
      impossible("version next is under way"),
    ],
    [
      "another emergency is under way",
      { versions: rotated, note: { ids: ["INC-0"] } },
      facts(),
      { kind: "refuse", error: { code: "OTHER_EMERGENCY" } },
    ],
    [
      "it is scheduled for deletion",
      { versions: rotated, deletedAt: now },
      facts(),
      { kind: "refuse", error: { code: "SCHEDULED_FOR_DELETION" } },
    ],
  ])("is refused where %s", (_, change, known, step) => {
    expect(decide(change, known)).toMatchObject(step);
  });

  it("is refused where the old credential ends in the moment of the promotion", () => {
    const entry = {
      credentials: [{ type: "postgres", strategy: "in-place", traits: { switches: true } }],
      place: "network",
    } as unknown as SecretEntry;
    expect(decide({ versions: rotated }, facts({ old: "works" }), { entry })).toMatchObject(
      impossible("in-place"),
    );
  });

  it("says when the provider ends by itself what comes back, and the way out", () => {
    const traits = { switches: false, endsOldAfter: 168 * 3_600_000 };
    const entry = { credentials: [{ type: "http", traits }] } as unknown as SecretEntry;
    const { says } = decide({ versions: rotated }, facts({ old: "works" }), { entry });
    expect(says).toContain("automatically 168h after the other one was made");
    expect(says).not.toContain("is retired");
  });

  it("says that generated values come back, too", () => {
    const entry = {
      credentials: [{ type: "generated", traits: { switches: false } }],
      place: "internet",
    } as unknown as SecretEntry;
    expect(decide({ versions: rotated }, facts({ old: "works" }), { entry }).says).toContain(
      "generated values come back",
    );
  });

  it("of a key that people make names the way to another one", () => {
    const known = facts({ old: { refused: "key" } });
    const entry = {
      ...supplied,
      credentials: [{ supply: { field: "K" }, traits: { switches: false } }],
    } as unknown as SecretEntry;
    const step = decide({ versions: rotated }, known, { entry });
    expect(step).toMatchObject({ error: { remedy: expect.stringContaining("npm run supply") } });
  });

  it("whose version is retired meanwhile leaves everything as it was", () => {
    const known = facts({ old: { refused: "user app" } });
    const refused = { ...begun, state: "refused" } as const;
    const cleared = { ...rotated, old: ["AWSPREVIOUS"] };
    const steps = [
      decide({ versions: held, note: begun, ...off }, known),
      decide({ versions: held, note: refused, ...off }, known),
      decide({ versions: cleared, note: refused, ...off }, known),
      decide({ versions: cleared, note: refused }, known),
    ];
    expect(steps).toMatchObject([
      {
        kind: "note",
        note: note({
          ...refused,
          refusal: {
            code: "ROLLBACK_IMPOSSIBLE",
            why: "the credential of version old is refused (user app): it was retired",
          },
        }),
      },
      { kind: "clear", pending: "old" },
      { kind: "resume" },
      impossible("user app"),
    ]);
    const wasOff = { ...refused, wasOff: true };
    expect(decide({ versions: cleared, note: wasOff, ...off }, known)).toMatchObject({
      kind: "refuse",
    });
    const earlier = { ...refused, at: new Date(now.getTime() - 1000) };
    expect(decide({ versions: cleared, note: earlier, ...off }, known)).toMatchObject({
      kind: "refuse",
    });
  });
});

function retryable() {
  return Object.assign(new Error("down"), { retryable: true, happened: "down" }) as never;
}

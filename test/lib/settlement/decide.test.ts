import { describe, expect, it } from "vitest";
import { decide } from "../../../lib/settlement/decide.ts";
import { alert, at, type Change, consumer, hour, mirrored, retire, seen, state } from "./states.ts";

const problem = { code: "TOY_HANGS", why: "it hangs", remedy: "Kick it." };

describe("settlement decides about parameters", () => {
  it.each<[string, Change, object]>([
    ["to mirror first", { mirror: "unasked" }, { kind: "mirror", current: "new" }],
    ["to retire when it is mirrored", mirrored(1), retire],
    [
      "to mirror what is settled, too",
      { mirror: "unasked", versions: "settled" },
      { kind: "mirror" },
    ],
    [
      "settled: mirrored, no RETIRING",
      { ...mirrored(1), versions: "settled" },
      { kind: "settled" },
    ],
    [
      "to mirror what is AWSCURRENT while a rotation is at its end",
      { mirror: "unasked", versions: "onCurrent", sighting: seen("old", -60) },
      { kind: "mirror", current: "old" },
    ],
    [
      "to mirror again when AWSCURRENT has been edited since",
      { ...mirrored(1), versions: "edited" },
      { kind: "mirror", current: "hand" },
    ],
    ["to alert: drift", mirrored(1, ["/p"]), alert("PARAMETER_DRIFT")],
    [
      "to alert of each parameter, and of consumers beside it; nobody is rolled",
      {
        ...mirrored(1, ["/p", "/q"]),
        consumers: [consumer({ kind: "old" }), consumer({ kind: "blocked", problem: problem })],
      },
      {
        kind: "alert",
        problems: [
          { code: "PARAMETER_DRIFT", subject: "/p" },
          { code: "PARAMETER_DRIFT", subject: "/q" },
          { code: "TOY_HANGS", subject: "toy 1" },
        ],
      },
    ],
    [
      "to alert: drift of what is settled",
      { ...mirrored(1, ["/p"]), versions: "settled" },
      alert("PARAMETER_DRIFT"),
    ],
    [
      "to retire what leaked before it mirrors",
      { mirror: "unasked", versions: "leaked" },
      { kind: "retire", leaked: true },
    ],
    [
      "to mirror what leaked when it is dead",
      { mirror: "unasked", versions: "leaked", old: "dead" },
      { kind: "mirror", current: "leaked-1" },
    ],
  ])("%s", (_name, change, action) => {
    expect(decide(state(change))).toMatchObject(action);
  });
});

describe("settlement decides", () => {
  it.each<[string, Change, object]>([
    ["settled: no RETIRING", { versions: "settled" }, { kind: "settled" }],
    [
      "settled: RETIRING on AWSCURRENT (killed between the labels)",
      { versions: "onCurrent", sighting: seen("old", -60) },
      { kind: "settled" },
    ],
    [
      "to forget what AWSCURRENT holds",
      { old: { heldBy: "AWSCURRENT" } },
      { kind: "removeLabel", retiring: { version: "old", label: "RETIRING" } },
    ],
    ["to remove the label when it is dead", { old: "dead" }, { kind: "removeLabel" }],
    [
      "to alert when it was retired and is still accepted",
      { old: "accepted" },
      alert("STILL_ACCEPTED"),
    ],
    [
      "to wait for the end of a rotation that has just moved AWSCURRENT",
      { lastRotatedAt: at(-500), now: at(3) },
      { kind: "wait" },
    ],
    [
      "to wait for the end of the first rotation",
      { lastRotatedAt: undefined, now: at(3) },
      { kind: "wait" },
    ],
    [
      "to retire although no rotation's end was ever recorded",
      { lastRotatedAt: undefined },
      retire,
    ],
    ["to retire although this rotation's end never was", { lastRotatedAt: at(-500) }, retire],
    [
      "to wait while AWSCURRENT has just moved, for what a consumer that is rolled at once may read",
      { sighting: seen("new", 10.01) },
      { kind: "wait", soon: true },
    ],
    [
      "to retire when the grace is over",
      { policy: { deadline: 48 * hour, grace: 24 * hour }, now: at(24 * 60 + 1) },
      retire,
    ],
    ["to wait while the old credential has sessions", { old: { sessions: 3 } }, { kind: "wait" }],
    [
      "to alert: sessions beyond the deadline",
      { old: { sessions: 3 }, now: at(25 * 60) },
      alert("DEADLINE_PASSED"),
    ],
  ])("%s", (_name, change, action) => {
    expect(decide(state(change))).toMatchObject(action);
  });

  it.each<[string, Change, object]>([
    [
      "to roll every consumer that is old, at once, whatever else is wrong",
      {
        consumers: [
          consumer({ kind: "proven" }),
          consumer({ kind: "blocked", problem }),
          consumer({ kind: "old" }, { name: "toy 2" }),
          consumer({ kind: "rolling", why: "it restarts" }),
          consumer({ kind: "old" }, { name: "toy 3" }),
        ],
        blind: [problem],
      },
      { kind: "roll", consumers: [{ name: "toy 2" }, { name: "toy 3" }] },
    ],
    [
      "to alert of what cannot be read and of what is blocked",
      {
        consumers: [consumer({ kind: "blocked", problem })],
        blind: [{ ...problem, code: "BLIND" }],
      },
      alert("BLIND", "TOY_HANGS"),
    ],
    [
      "to alert of all that are blocked, and of those beside them that take too long (B1)",
      {
        consumers: [
          consumer({ kind: "blocked", problem }, { name: "blue1" }),
          consumer({ kind: "blocked", problem }, { name: "blue2" }),
          consumer({ kind: "rolling", why: "it restarts" }, { name: "task 4", subject: "tasks" }),
        ],
        now: at(25 * 60),
      },
      {
        kind: "alert",
        problems: [
          { code: "TOY_HANGS", subject: "blue1" },
          { code: "TOY_HANGS", subject: "blue2" },
          { code: "DEADLINE_PASSED", subject: "tasks" },
        ],
      },
    ],
    [
      "to alert of a blocked consumer, by name",
      {
        consumers: [
          consumer({ kind: "rolling", why: "it restarts" }),
          consumer({ kind: "blocked", problem }),
        ],
      },
      { kind: "alert", problems: [{ ...problem, subject: "toy 1", why: "toy 1: it hangs" }] },
    ],
    [
      "to wait for a consumer that is rolling, by name",
      {
        consumers: [
          consumer({ kind: "proven" }),
          consumer({ kind: "rolling", why: "it restarts" }),
        ],
      },
      { kind: "wait", why: "toy 1: it restarts" },
    ],
    [
      "to alert of one that is still rolling beyond the deadline",
      { consumers: [consumer({ kind: "rolling", why: "it restarts" })], now: at(25 * 60) },
      alert("DEADLINE_PASSED"),
    ],
    ["to retire when all are proven", { consumers: [consumer({ kind: "proven" })] }, retire],
    [
      "to give unseen consumers their grace, whatever was found",
      {
        policy: { deadline: 48 * hour, grace: 24 * hour },
        consumers: [consumer({ kind: "proven" })],
        now: at(24 * 60 - 1),
      },
      { kind: "wait", why: "the grace for unseen consumers is not over" },
    ],
    [
      "to give unseen consumers their grace where none is found",
      { policy: { deadline: 48 * hour, grace: 24 * hour } },
      { kind: "wait" },
    ],
    [
      "to retire at once what leaked, whoever holds it",
      { versions: "leaked", consumers: [consumer({ kind: "old" })] },
      { kind: "retire", leaked: true },
    ],
    [
      "to roll the consumers of what leaked when it is dead",
      { versions: "leaked", old: "dead", consumers: [consumer({ kind: "old" })] },
      { kind: "roll" },
    ],
    [
      "to leave them to the pass of the emergency that has just promoted it",
      {
        versions: "leaked",
        old: "dead",
        consumers: [consumer({ kind: "old" })],
        isServedBeside: true,
        now: at(4),
      },
      { kind: "wait", why: "the emergency redeploys its consumers in parallel to this pass" },
    ],
    [
      "to leave it to that pass, too, to tell what is wrong with them",
      {
        versions: "leaked",
        old: "dead",
        consumers: [consumer({ kind: "blocked", problem })],
        isServedBeside: true,
        now: at(4),
      },
      { kind: "wait", isLeft: true },
    ],
    [
      "to roll them when that pass cannot be there any more",
      {
        versions: "leaked",
        old: "dead",
        consumers: [consumer({ kind: "old" })],
        isServedBeside: true,
        now: at(6),
      },
      { kind: "roll" },
    ],
    [
      "to wait for the consumers of what leaked",
      {
        versions: "leaked",
        old: "dead",
        consumers: [consumer({ kind: "rolling", why: "it restarts" })],
      },
      { kind: "wait", why: "toy 1: it restarts" },
    ],
    [
      "to alert of a consumer of what leaked that cannot be rolled, and to keep RETIRING",
      { versions: "leaked", old: "dead", consumers: [consumer({ kind: "blocked", problem })] },
      alert("TOY_HANGS"),
    ],
    [
      "to remove the label of what leaked when its consumers are proven, without a grace",
      {
        versions: "leaked",
        old: "dead",
        policy: { deadline: 24 * hour, grace: hour },
        consumers: [consumer({ kind: "proven" })],
      },
      { kind: "removeLabel" },
    ],
  ])("%s", (_name, change, action) => {
    expect(decide(state(change))).toMatchObject(action);
  });

  it.each<[string, Change]>([
    ["when everything else is done", {}],
    ["of what leaked only when it is dead", { versions: "leaked", old: "dead" }],
  ])("to look for consumers %s", (_, change) => {
    const { consumers: __, ...unseen } = state(change);
    expect(decide(unseen)).toMatchObject({ kind: "look" });
  });
});

describe("a rollback", () => {
  const back = { versions: "back", left: "alive" } as const;
  // `old` was AWSCURRENT an hour ago, and then `new`, which nobody saw.
  const sighting = seen("old", -60);
  it.each<[string, Change, object]>([
    [
      "counts from the last change, though AWSCURRENT was seen there before",
      { sighting, broughtBackAt: at(5), changedAt: at(6) },
      { kind: "remember", sighting: { version: "old", at: at(6) } },
    ],
    [
      "counts from its beginning where a clock is behind",
      { sighting, broughtBackAt: at(5), changedAt: at(4) },
      { kind: "remember", sighting: { version: "old", at: at(5) } },
    ],
    [
      "counts from what an event says where that is later",
      { sighting, broughtBackAt: at(5), changedAt: at(6), heard: { version: "old", at: at(7) } },
      { kind: "remember", sighting: { version: "old", at: at(7) } },
    ],
    ["counts once", { sighting: seen("old", 6), broughtBackAt: at(5) }, { kind: "retire" }],
  ])("%s", (_, change, action) => {
    const versions = new Map([
      ["new", ["AWSPREVIOUS", "PREPARED", "FROM-old", "RETIRING"]],
      ["old", ["AWSCURRENT", "FROM-new"]],
    ]);
    const known = state({ ...back, ...change });
    expect(decide({ ...known, secret: { ...known.secret, versions } })).toMatchObject(action);
  });
});

describe("settlement says why", () => {
  const pending =
    "AWSPENDING holds the old credential of version old, which stays alive until AWSPENDING is removed or moves";
  it.each<[string, Change, string]>([
    ["just after a promotion", { sighting: seen("new", 10.01) }, "AWSCURRENT has just moved"],
    ["for a session", { old: { sessions: 1 } }, "1 session uses the old credential"],
    ["for sessions", { old: { sessions: 2 } }, "2 sessions use the old credential"],
    [
      "for Secrets Manager",
      { lastRotatedAt: undefined, now: at(3) },
      "Secrets Manager has not recorded the rotation's end yet",
    ],
    ["for AWSPENDING", { versions: "staged" }, pending],
  ])("it waits %s", (_, change, why) => {
    expect(decide(state(change))).toMatchObject({ kind: "wait", why });
  });

  it.each<[string, Change, string]>([
    [
      "a credential that nobody holds",
      { versions: "abandoned", sighting: undefined, left: "alive" },
      "the credential of version new works, and nobody holds it",
    ],
    ["drift", mirrored(1, ["/p"]), "/p holds a value that the secret never held"],
    [
      "a consumer that takes too long",
      { consumers: [consumer({ kind: "rolling", why: "it restarts" })], now: at(25 * 60) },
      "the deadline has passed, and toy 1: it restarts",
    ],
    [
      "a deletion",
      { deletedAt: at(1) },
      "it is scheduled for deletion, and version old is not retired",
    ],
    [
      "what is still accepted",
      { old: "accepted" },
      "the server still accepts the credential of version old, which was retired",
    ],
  ])("it alerts of %s", (_, change, why) => {
    expect(decide(state(change))).toMatchObject({ kind: "alert", problems: [{ why }] });
  });
});

describe("settlement goes on", () => {
  it.each<[string, Change]>([
    [
      "when AWSCURRENT has moved long enough ago",
      { sighting: seen("new", 9.999), lastRotatedAt: at(10) },
    ],
    [
      "when the grace ends",
      { policy: { deadline: 48 * hour, grace: 24 * hour }, now: at(24 * 60) },
    ],
    ["as soon as the rotation's end is recorded", { lastRotatedAt: at(1), now: at(3) }],
    [
      "once rotation was switched off, which ends every rotation",
      { lastRotatedAt: undefined, rotationEnabled: false, now: at(3) },
    ],
    [
      "when that end is recorded by a clock that is half a minute slow",
      { lastRotatedAt: at(-0.5), now: at(3) },
    ],
    ["when Secrets Manager had its time to record it", { lastRotatedAt: undefined, now: at(5) }],
    [
      "without a rotation's end after an edit by hand",
      { versions: "edited", lastRotatedAt: undefined, now: at(3) },
    ],
    ["after an event that comes again", { heard: seen("new", 0) }],
  ])("%s", (_, change) => {
    expect(decide(state(change))).toEqual(retire);
  });

  it("not with the end of the rotation before", () => {
    const change = { lastRotatedAt: at(-1), now: at(3) };
    expect(decide(state(change))).toMatchObject({ kind: "wait" });
  });

  it("without an alert until the deadline is over", () => {
    const change: Change = { old: { sessions: 3 }, now: at(24 * 60) };
    expect(decide(state(change))).toMatchObject({ kind: "wait" });
  });

  it("not where no version is AWSCURRENT", () => {
    expect(decide(state({ versions: "lost" }))).toEqual({ kind: "settled" });
  });
});

describe("of what leaked, settlement decides", () => {
  it.each<[string, Change, object]>([
    [
      "to retire what it only found alive",
      { old: "alive" },
      { kind: "retire", retiring: "old", leaked: true },
    ],
    [
      "to retire it, but to write no tag before the move that nobody has seen is remembered",
      { old: "alive", sighting: seen("old", -60), changedAt: at(0), now: at(1) },
      { kind: "retire", leaked: true, isUnseen: true },
    ],
    ["to alert when it is still accepted", { old: "accepted" }, alert("STILL_ACCEPTED")],
    [
      "to roll nobody while AWSCURRENT has just moved",
      {
        old: "dead",
        sighting: seen("leaked-1", 10),
        consumers: [consumer({ kind: "old" })],
      },
      { kind: "wait", soon: true },
    ],
    [
      "to roll as soon as that is over",
      { old: "dead", sighting: seen("leaked-1", 9.999), consumers: [consumer({ kind: "old" })] },
      { kind: "roll" },
    ],
    [
      "to wait while AWSPENDING holds it",
      { old: { heldBy: "AWSPENDING" } },
      { kind: "wait", why: expect.stringContaining("version old, which stays alive") },
    ],
    ["to forget what AWSCURRENT holds", { old: { heldBy: "AWSCURRENT" } }, { kind: "removeLabel" }],
  ])("%s", (_, change, action) => {
    expect(decide(state({ versions: "leaked", ...change }))).toMatchObject(action);
  });

  it("to alert of that one of two which is still accepted", () => {
    const old = new Map([
      ["old", "accepted"],
      ["older", "dead"],
    ] as const);
    expect(decide({ ...state({ versions: "leakedTwice" }), old })).toMatchObject({
      kind: "alert",
      problems: [{ code: "STILL_ACCEPTED", why: expect.stringContaining("version old,") }],
    });
  });
});

describe("what is a matter of seconds", () => {
  const stopping = consumer({ kind: "rolling", why: "it stops", soon: true });
  const slow = consumer({ kind: "rolling", why: "it restarts" });
  it.each<[string, Change, boolean]>([
    ["consumers that end in seconds", { consumers: [stopping, stopping] }, true],
    ["one of them slow", { consumers: [stopping, slow] }, false],
    ["sessions just after", { old: { sessions: 1 }, now: at(9) }, true],
    ["sessions of a pool", { old: { sessions: 1 }, now: at(10) }, false],
    ["a label by hand", { versions: "staged" }, false],
    ["a grace", { policy: { grace: hour, deadline: 2 * hour } }, false],
  ])("%s", (_, change, soon) => {
    const action = decide(state(change));
    expect(action).toMatchObject({ kind: "wait" });
    expect("soon" in action && action.soon === true).toBe(soon);
  });
});

describe("when hands moved AWSCURRENT", () => {
  const hand = { version: "new", at: at(8) };
  it.each<[string, Change, object]>([
    [
      "to remember it when it was never seen",
      { sighting: undefined },
      { kind: "remember", sighting: { version: "new", at: at(10) } },
    ],
    [
      "to remember it when another version was seen last",
      { sighting: seen("old", -1) },
      { kind: "remember", sighting: { version: "new", at: at(10) } },
    ],
    [
      "to take the time of the event of this very move",
      { sighting: seen("old", -1), heard: hand },
      { kind: "remember", sighting: hand },
    ],
    [
      "to take the time when the secret was changed last, for want of an event",
      { sighting: seen("old", -1), changedAt: at(7) },
      { kind: "remember", sighting: { version: "new", at: at(7) } },
    ],
    [
      "to take the later time of the two",
      { sighting: seen("old", -1), heard: hand, changedAt: at(9) },
      { kind: "remember", sighting: { version: "new", at: at(9) } },
    ],
    [
      "to take the time of the event where that is the later one",
      { sighting: undefined, heard: hand, changedAt: at(7) },
      { kind: "remember", sighting: hand },
    ],
    [
      "to take its own clock where that of Secrets Manager is ahead",
      { sighting: undefined, changedAt: at(11) },
      { kind: "remember", sighting: { version: "new", at: at(10) } },
    ],
    [
      "to start the clock again when it moved away and back, whenever the secret was changed",
      { sighting: seen("old", -1), heard: { version: "old", at: at(8) }, changedAt: at(7) },
      { kind: "remember", sighting: { version: "new", at: at(10) } },
    ],
    [
      "to believe an event of a further move, not what settlement itself has changed since",
      { heard: hand, changedAt: at(9) },
      { kind: "remember", sighting: hand },
    ],
    [
      "to start the clock again when it moved away and back unseen",
      { heard: { version: "old", at: at(8) } },
      { kind: "remember", sighting: { version: "new", at: at(10) } },
    ],
    [
      "to start the clock again when it moved to where it was seen before",
      { heard: hand },
      { kind: "remember", sighting: hand },
    ],
    [
      "to take the time of an event whose clock is a little ahead, once",
      { heard: { ...hand, at: new Date(at(10).getTime() + 1000) } },
      { kind: "remember", sighting: { version: "new", at: new Date(at(10).getTime() + 1000) } },
    ],
    [
      "to ignore an event that is older than what was seen",
      { heard: { version: "new", at: at(-1) } },
      retire,
    ],
    [
      "to ask whether the rotation's new credential works when AWSCURRENT is back on the old one",
      { versions: "back" },
      { kind: "probe", version: "new" },
    ],
    [
      "to have it retired when it works",
      { versions: "back", left: "alive" },
      { kind: "track", version: "new", current: "old" },
    ],
    [
      "to have it retired when AWSPENDING holds it, too",
      { versions: "back", left: { heldBy: "AWSPENDING" } },
      { kind: "track", version: "new", current: "old" },
    ],
    ["to forget it when it is dead", { versions: "back", left: "dead" }, { kind: "forget" }],
    [
      "to forget it when it cannot be used here",
      { versions: "back", left: "elsewhere" },
      { kind: "forget" },
    ],
    [
      "to forget it when AWSCURRENT holds the same",
      { versions: "back", left: { heldBy: "AWSCURRENT" } },
      { kind: "forget" },
    ],
    [
      "the same when the old login was written back as another version (A4)",
      { versions: "restored", left: "alive" },
      { kind: "track", version: "new", current: "hand" },
    ],
    [
      "that nothing of the old version is to retire when AWSCURRENT holds it",
      { old: { heldBy: "AWSCURRENT" } },
      { kind: "removeLabel", retiring: { version: "old", label: "RETIRING" } },
    ],
    [
      "to name a version that somebody labelled, before the label is taken off again",
      { versions: "unnamed" },
      { kind: "track", version: "old", current: "hand" },
    ],
    [
      "to put RETIRING back that was taken off, or never attached (N2, N3)",
      { versions: "unlabelled", old: "alive" },
      { kind: "track", version: "old", current: "new" },
    ],
    [
      "to look at what AWSCURRENT left after settlement (N1)",
      { versions: "moved", sighting: seen("new", 0) },
      { kind: "probe", version: "new" },
    ],
    [
      "the same when a second move took AWSPREVIOUS away (N4)",
      { versions: "movedTwice", sighting: seen("new", 0), old: "dead" },
      { kind: "probe", version: "new" },
    ],
    [
      "the same where only the sighting knows of it",
      { versions: "edited", sighting: seen("gone", 0), left: "dead" },
      { kind: "probe", version: "gone" },
    ],
    [
      "to look at AWSPREVIOUS where only an event tells of a move, and nothing was seen before",
      { versions: "settled", sighting: undefined, heard: hand },
      { kind: "probe", version: "old" },
    ],
    [
      "to remember that move then",
      { versions: "settled", sighting: undefined, heard: hand, old: "dead" },
      { kind: "remember", sighting: hand },
    ],
    [
      "to remember a move when all that it left is known",
      { versions: "settled", sighting: seen("old", 0), old: "dead" },
      { kind: "remember", sighting: { version: "new", at: at(10) } },
    ],
    [
      "to ask of a rotation that was given up whether it left a credential that works",
      { versions: "abandoned", sighting: undefined },
      { kind: "probe", version: "new" },
    ],
    [
      "to alert when it did",
      { versions: "abandoned", sighting: undefined, left: "alive" },
      alert("PENDING_ABANDONED"),
    ],
    [
      "to forget it when it did not",
      { versions: "abandoned", sighting: undefined, left: "dead" },
      { kind: "forget", labels: [{ from: "new", label: "PREPARED" }] },
    ],
    [
      "to ask nothing of it while another rotation is under way",
      { versions: "abandonedBefore", sighting: undefined },
      { kind: "settled" },
    ],
    [
      "to take RETIRING off AWSCURRENT",
      { versions: "idle" },
      { kind: "forget", labels: [{ from: "old", label: "RETIRING" }] },
    ],
    [
      "to remember a way back without a rotation's label",
      { versions: "onCurrent", sighting: seen("new", 0), left: "dead" },
      { kind: "remember", sighting: { version: "old", at: at(10) } },
    ],
    [
      "to wait while AWSPENDING is on the old version",
      { versions: "staged" },
      { kind: "wait", why: expect.stringContaining("stays alive") },
    ],
    [
      "to wait while AWSPENDING holds the old credential",
      { old: { heldBy: "AWSPENDING" } },
      { kind: "wait", why: expect.stringContaining("version old, which stays alive") },
    ],
    [
      "to alert when AWSPENDING holds it beyond the deadline, with what stays alive",
      { old: { heldBy: "AWSPENDING" }, now: at(25 * 60) },
      {
        kind: "alert",
        problems: [{ code: "DEADLINE_PASSED", why: expect.stringContaining("stays alive") }],
      },
    ],
    [
      "to alert of an unsettled secret that is scheduled for deletion",
      { deletedAt: at(1) },
      alert("SECRET_DELETED"),
    ],
    [
      "nothing of a settled one that is",
      { deletedAt: at(1), versions: "settled" },
      { kind: "settled" },
    ],
    [
      "to retire both versions at once when one leaked while another was not settled",
      { versions: "leakedTwice", old: "dead" },
      { kind: "retire", retiring: "older", leaked: true },
    ],
  ])("%s", (_name, change, action) => {
    expect(decide(state(change))).toMatchObject(action);
  });

  it("takes both labels off, the older one first", () => {
    const both = new Map([
      ["old", "dead"],
      ["older", "dead"],
    ] as const);
    expect(decide({ ...state({ versions: "leakedTwice" }), old: both })).toEqual({
      kind: "removeLabel",
      retiring: { version: "older", label: "RETIRING-older" },
    });
  });
});

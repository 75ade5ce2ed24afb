import { describe, expect, it } from "vitest";
import { decide } from "../../../lib/settlement/decide.ts";
import { alert, at, type Change, consumer, hour, mirrored, retire, state } from "./states.ts";

const problem = { code: "TOY_HANGS", why: "it hangs", remedy: "Kick it." };

describe("settlement decides about parameters", () => {
  it.each<[string, Change, object]>([
    ["to mirror first", { mirror: "unasked", old: undefined }, { kind: "mirror", current: "new" }],
    ["to ask next", { ...mirrored(1), old: undefined }, { kind: "ask" }],
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
      { mirror: "unasked", versions: "onCurrent" },
      { kind: "mirror", current: "old" },
    ],
    [
      "to mirror again when AWSCURRENT has been edited since",
      { ...mirrored(1), versions: "edited" },
      { kind: "mirror", current: "hand" },
    ],
    ["to alert: drift", mirrored(1, ["/p"]), alert("PARAMETER_DRIFT")],
    [
      "to alert before it asks: drift",
      { ...mirrored(1, ["/p"]), old: undefined },
      alert("PARAMETER_DRIFT"),
    ],
    [
      "to alert: drift of what is settled",
      { ...mirrored(1, ["/p"]), versions: "settled" },
      alert("PARAMETER_DRIFT"),
    ],
    [
      "to retire what leaked before it mirrors",
      { mirror: "unasked", versions: "leaked" },
      { kind: "retire", endSessions: true },
    ],
    [
      "to mirror what leaked when it is dead",
      { mirror: "unasked", versions: "leaked", old: { retired: true } },
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
      { versions: "onCurrent" },
      { kind: "settled" },
    ],
    ["to ask about the old credential first", { old: undefined }, { kind: "ask", retiring: "old" }],
    ["to forget what a live version holds", { old: { heldByLive: true } }, { kind: "removeLabel" }],
    ["to remove the label when it is dead", { old: { retired: true } }, { kind: "removeLabel" }],
    [
      "to wait when it was retired and is still accepted, which on-call has been told",
      { old: { stillAccepted: true } },
      { kind: "wait", why: expect.stringContaining("still accepts the retired credential") },
    ],
    [
      "to wait for the end of a rotation that has just moved AWSCURRENT",
      { lastRotatedAt: at(-500), currentCreatedAt: at(-1), now: at(3) },
      { kind: "wait" },
    ],
    [
      "to wait for the end of the first rotation",
      { lastRotatedAt: undefined, currentCreatedAt: at(-1), now: at(3) },
      { kind: "wait" },
    ],
    [
      "to alert: promotion time unknown (rotation disabled)",
      { lastRotatedAt: undefined },
      alert("PROMOTION_UNKNOWN"),
    ],
    [
      "to alert: the rotation is not completed",
      { lastRotatedAt: at(-500), currentCreatedAt: at(-1) },
      alert("PROMOTION_UNKNOWN"),
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
    ["to retire when sessions cannot be told", { old: { sessions: null } }, retire],
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
      "to alert of what cannot be read, before what is blocked",
      {
        consumers: [consumer({ kind: "blocked", problem })],
        blind: [{ ...problem, code: "BLIND" }],
      },
      alert("BLIND"),
    ],
    [
      "to alert of a blocked consumer, by name",
      {
        consumers: [
          consumer({ kind: "rolling", why: "it restarts" }),
          consumer({ kind: "blocked", problem }),
        ],
      },
      { kind: "alert", problem: { ...problem, why: "toy 1: it hangs" } },
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
      { kind: "retire", endSessions: true },
    ],
    [
      "to roll the consumers of what leaked when it is dead",
      { versions: "leaked", old: { retired: true }, consumers: [consumer({ kind: "old" })] },
      { kind: "roll" },
    ],
    [
      "to remove the label of what leaked once its consumers are being rolled",
      {
        versions: "leaked",
        old: { retired: true },
        consumers: [consumer({ kind: "rolling", why: "it restarts" })],
      },
      { kind: "removeLabel" },
    ],
  ])("%s", (_name, change, action) => {
    expect(decide(state(change))).toMatchObject(action);
  });

  it.each<[string, Change]>([
    ["when everything else is done", {}],
    ["of what leaked only when it is dead", { versions: "leaked", old: { retired: true } }],
  ])("to look for consumers %s", (_, change) => {
    const { consumers: __, ...unseen } = state(change);
    expect(decide(unseen)).toMatchObject({ kind: "look" });
  });
});

describe("what is a matter of seconds", () => {
  const stopping = consumer({ kind: "rolling", why: "it stops", soon: true });
  const slow = consumer({ kind: "rolling", why: "it restarts" });
  it.each<[string, Change, boolean]>([
    ["consumers that end in seconds", { consumers: [stopping, stopping] }, true],
    ["one of them slow", { consumers: [stopping, slow] }, false],
    ["sessions just after", { old: { sessions: 1 }, now: at(9) }, true],
    ["sessions of a pool", { old: { sessions: 1 }, now: at(11) }, false],
    ["a grace", { policy: { grace: hour, deadline: 2 * hour } }, false],
  ])("%s", (_, change, soon) => {
    const action = decide(state(change));
    expect(action).toMatchObject({ kind: "wait" });
    expect("soon" in action && action.soon === true).toBe(soon);
  });
});

import { describe, expect, it } from "vitest";
import type { StandingProblem } from "../../../lib/alerts/problem.ts";
import { type Note, tokenFor } from "../../../lib/emergency/note.ts";
import { decideRepair } from "../../../lib/emergency/repair.ts";
import { repairedNote } from "../../../lib/emergency/repair-look.ts";
import type { Facts, Wish } from "../../../lib/emergency/step.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import { leftTag, sightingTag, sightingText } from "../../../lib/secret/sighting.ts";
import { arn, type Change, note, now, secret, wish } from "./states.ts";

const accepted = { secret: arn, current: "accepted" } as const;
const facts = (more: Partial<Facts> = {}): Facts => ({
  versions: new Map(),
  isSettling: false,
  problems: [],
  current: accepted,
  ...more,
});
const refused = (more: object = {}) =>
  ({ secret: arn, current: "refused", credential: "user app", ...more }) as const;
const problem = (kind: string, token: string, at = now): StandingProblem => ({
  kind,
  subject: "",
  severity: "error",
  since: at,
  told: true,
  last: { kind: "rotation", step: "setSecret", token, at },
});
const decide = (change: Change, known = facts(), more: Partial<Wish> = {}) =>
  decideRepair(wish({ action: "repair", ...more }), secret(change), known);

const fresh = tokenFor({ action: "rotate", id: "INC-1" }, arn, "old");
const leaked = tokenFor({ action: "leaked", id: "INC-1" }, arn, "old");
const noted = { state: "repair", token: fresh } as const;
const long = new Date(now.getTime() - 3_600_000);
const pending = { old: ["AWSCURRENT"], next: ["AWSPENDING", "PREPARED", "FROM-old"] };
const empty = { old: ["AWSCURRENT"], next: ["AWSPENDING"] };
const switching = { old: ["AWSCURRENT", "RETIRING"], next: pending.next };
const inPlace = {
  credentials: [{ type: "postgres", traits: { switches: true } }],
  place: "network",
} as unknown as SecretEntry;
const gaveUp = facts({ problems: [problem("PENDING_REFUSED", "next")] });
const off = { rotationEnabled: false };

describe("a repair of AWSPENDING", () => {
  it.each<[string, Change, Facts, object, Partial<Wish>?]>([
    [
      "of a rotation that gave up",
      { versions: pending },
      gaveUp,
      { kind: "note", note: note(noted) },
    ],
    [
      "which is noted",
      { versions: pending, note: noted },
      gaveUp,
      { kind: "clear", pending: "next" },
    ],
    ["and removed", { note: noted }, facts(), { kind: "start", token: fresh }],
    [
      "of its own rotation",
      { versions: { old: ["AWSCURRENT"], [fresh]: ["AWSPENDING"] }, note: noted },
      facts(),
      { kind: "wait", token: fresh },
    ],
    [
      "of its own rotation that fails",
      { versions: { old: ["AWSCURRENT"], [fresh]: ["AWSPENDING"] }, note: noted },
      facts({ problems: [problem("PENDING_REFUSED", fresh)] }),
      {
        kind: "note",
        note: note({
          ...noted,
          state: "refused",
          refusal: {
            code: "REPAIR_FAILED",
            why: "its rotation fails in setSecret with PENDING_REFUSED",
          },
        }),
      },
    ],
    [
      "of its own rotation that has failed",
      {
        versions: { old: ["AWSCURRENT"], [fresh]: ["AWSPENDING"] },
        note: { ...noted, state: "refused" },
      },
      facts({ problems: [problem("PENDING_REFUSED", fresh)] }),
      { kind: "refuse", error: { code: "REPAIR_FAILED" } },
    ],
    [
      "of what an earlier run began and failed: it is tried again",
      {
        versions: { old: ["AWSCURRENT"], [fresh]: ["AWSPENDING", "PREPARED", "FROM-old"] },
        note: { ...noted, state: "refused", at: long },
      },
      facts({ problems: [problem("PENDING_REFUSED", fresh, long)] }),
      { kind: "note", note: note(noted) },
    ],
    [
      "of what an earlier run began, tried again: its old failure is none yet",
      {
        versions: { old: ["AWSCURRENT"], [fresh]: ["AWSPENDING", "PREPARED", "FROM-old"] },
        note: noted,
      },
      facts({ problems: [problem("PENDING_REFUSED", fresh, long)] }),
      { kind: "wait", token: fresh },
    ],
    [
      "without a value, long ago",
      { versions: empty, changedAt: long },
      facts(),
      { kind: "note", note: note(noted) },
    ],
    ["without a value, just now", { versions: empty, changedAt: now }, facts(), { kind: "stay" }],
    [
      "while the schedule is off",
      { versions: pending, ...off },
      facts(),
      { kind: "clear", pending: "next" },
    ],
    [
      "that a person's key has",
      { versions: { old: ["AWSCURRENT"], "supply-1": ["AWSPENDING"] }, ...off },
      facts(),
      { kind: "clear", says: expect.stringContaining("npm run supply") },
    ],
    [
      "of a rollback that was not finished",
      {
        versions: { old: ["AWSCURRENT"], before: ["AWSPENDING", "RETIRING"] },
        ...off,
        note: { state: "rollback", token: "before", ids: ["INC-0"] },
      },
      facts(),
      { kind: "clear", says: expect.stringContaining("emergency INC-0") },
    ],
    [
      "on a version that AWSCURRENT has left",
      { versions: { old: ["AWSCURRENT"], before: ["AWSPENDING", "RETIRING"] } },
      facts(),
      { kind: "clear", pending: "before" },
    ],
    [
      "of a rotation that an edit has overtaken",
      { versions: { old: ["AWSCURRENT"], next: ["AWSPENDING", "PREPARED", "FROM-before"] } },
      facts(),
      { kind: "note", note: note(noted) },
    ],
    [
      "while the last rotation is not settled: no other one may start",
      { versions: { ...pending, older: ["RETIRING"] } },
      gaveUp,
      { kind: "clear", pending: "next" },
    ],
    [
      "whose second user is in use, with leave to end its sessions",
      { versions: pending },
      facts({ problems: [problem("OTHER_USER_IN_USE", "next")] }),
      { kind: "note", note: note({ ...noted, token: leaked }) },
      { endSessions: true },
    ],
    [
      "whose second user is in use, without",
      {
        versions: { old: ["AWSCURRENT"], [fresh]: ["AWSPENDING"] },
        note: { ...noted, state: "refused" },
      },
      facts({ problems: [problem("OTHER_USER_IN_USE", fresh)] }),
      {
        kind: "refuse",
        error: { code: "NEEDS_END_SESSIONS", remedy: expect.stringContaining("--end-sessions") },
      },
    ],
    [
      "inside a switch is never cleared: noted",
      { versions: switching },
      gaveUp,
      { kind: "note", note: note({ ...noted, token: "next" }) },
      { entry: inPlace },
    ],
    [
      "inside a switch is never cleared: tried again",
      { versions: switching, note: { ...noted, token: "next" } },
      gaveUp,
      { kind: "wait", token: "next" },
      { entry: inPlace },
    ],
    [
      "inside a switch, with the schedule off: made startable, noted first",
      { versions: switching, note: { ...noted, token: "next", wasOff: true }, ...off },
      gaveUp,
      { kind: "clear", pending: "next" },
      { entry: inPlace },
    ],
    [
      "inside a switch, with the schedule off: and started by its own token",
      {
        versions: { old: ["AWSCURRENT", "RETIRING"], next: ["PREPARED", "FROM-old"] },
        note: { ...noted, token: "next", wasOff: true },
        ...off,
      },
      gaveUp,
      { kind: "start", token: "next" },
      { entry: inPlace },
    ],
    [
      "that failed, where the schedule was off: it is off again",
      {
        versions: { old: ["AWSCURRENT"], [fresh]: ["AWSPENDING"] },
        note: { ...noted, wasOff: true, state: "refused" },
      },
      gaveUp,
      { kind: "suspend" },
    ],
  ])("%s", (_, change, known, step, more = {}) => {
    expect(decide(change, known, more)).toMatchObject(step);
  });
});

describe("a repair of AWSCURRENT", () => {
  const away = { dead: ["AWSCURRENT"], old: ["AWSPREVIOUS"] };
  const of = tokenFor({ action: "rotate", id: "INC-1" }, arn, "dead");
  it.each<[string, Change, Facts, object, Partial<Wish>?]>([
    ["asks", {}, facts({ current: undefined }), { kind: "ask", question: "current" }],
    [
      "asks whether all of the other version works",
      { versions: away },
      facts({ current: refused({ accepted: "old" }) }),
      { kind: "ask", question: { version: "old" } },
    ],
    [
      "moves it to a version that works",
      { versions: away },
      facts({ current: refused({ accepted: "old" }), versions: new Map([["old", "works"]]) }),
      { kind: "move", from: "dead", to: "old" },
    ],
    [
      "rotates where only a part of it works",
      { versions: away },
      facts({
        current: refused({ accepted: "old" }),
        versions: new Map([["old", { refused: "key" }]]),
      }),
      { kind: "note", note: note({ ...noted, token: of }) },
    ],
    [
      "never moves it to what leaked",
      { versions: { "leaked-1": ["AWSCURRENT", "FROM-old"], old: ["AWSPREVIOUS", "RETIRING"] } },
      facts({ current: refused({ accepted: "old" }) }),
      { kind: "refuse", error: { code: "NEEDS_END_SESSIONS" } },
    ],
    [
      "rotates in a lock-out",
      {},
      facts({ current: refused() }),
      { kind: "note", note: note(noted) },
    ],
    [
      "asks for leave to end sessions in a lock-out that is not settled",
      { versions: { old: ["AWSCURRENT"], before: ["RETIRING"] } },
      facts({ current: refused() }),
      { kind: "refuse", error: { code: "NEEDS_END_SESSIONS" } },
    ],
    [
      "rotates as after a leak with that leave",
      { versions: { old: ["AWSCURRENT"], before: ["RETIRING"] } },
      facts({ current: refused() }),
      { kind: "note", note: note({ ...noted, token: leaked }) },
      { endSessions: true },
    ],
    [
      "says what a person does of a key that people make",
      {},
      facts({ current: refused() }),
      {
        kind: "refuse",
        error: { code: "LOCKED_OUT", remedy: expect.stringContaining("npm run supply") },
      },
      {
        entry: {
          credentials: [{ supply: { field: "K" }, traits: { switches: false } }],
        } as unknown as SecretEntry,
      },
    ],
  ])("%s", (_, change, known, step, more = {}) => {
    expect(decide(change, known, more)).toMatchObject(step);
  });
});

describe("a repair of what settlement has to do", () => {
  const unsettled = { versions: { old: ["AWSCURRENT"], before: ["RETIRING"] } };
  const seen = (version: string) => new Map([[sightingTag, sightingText({ version, at: long })]]);
  it.each<[string, Change, string]>([
    ["what is not retired", unsettled, "Version before is not retired yet."],
    [
      "RETIRING on AWSCURRENT",
      { versions: { old: ["AWSCURRENT", "RETIRING"] } },
      "RETIRING is on AWSCURRENT",
    ],
    [
      "what AWSCURRENT has left unseen",
      { tags: seen("before") },
      "AWSCURRENT has left version before",
    ],
    [
      "RETIRING that was taken off",
      { versions: { old: ["AWSCURRENT", "FROM-before"], before: ["AWSPREVIOUS"] } },
      "AWSCURRENT has left version before",
    ],
    [
      "used up labels",
      { tags: new Map([...seen("old"), [leftTag, "before"]]) },
      "AWSCURRENT has left version before",
    ],
    [
      "a rotation that was given up",
      { versions: { old: ["AWSCURRENT"], next: ["PREPARED", "FROM-old"] } },
      "Version next belongs to a rotation that was given up",
    ],
  ])("starts it for %s, once", (_, change, found) => {
    expect(decide(change)).toMatchObject({
      kind: "settling",
      says: expect.stringContaining(found),
    });
    const asked = facts({ isSettling: true });
    const later = { now: new Date(now.getTime() + 61_000) };
    expect(decide(change, asked, later).kind).toBe("done");
  });

  it("waits a little for its look where labels are not as they should be", () => {
    const idle = { versions: { old: ["AWSCURRENT", "RETIRING"] } };
    expect(decide(idle, facts({ isSettling: true }))).toMatchObject({ kind: "stay" });
    expect(decide(unsettled, facts({ isSettling: true }))).toMatchObject({ kind: "done" });
  });

  it("replaces what nobody holds and works", () => {
    const given = { versions: { old: ["AWSCURRENT"], next: ["PREPARED", "FROM-old"] } };
    const known = facts({ problems: [problem("PENDING_ABANDONED", "next")] });
    expect(decide(given, known)).toMatchObject({ kind: "note", note: note(noted) });
    expect(decide({ ...given, ...off }, known)).toMatchObject({ kind: "settling" });
  });
});

describe("a repair at its end", () => {
  it.each<[string, Change, Facts, object]>([
    [
      "notes that it is over",
      { versions: { [fresh]: ["AWSCURRENT"] }, note: noted },
      facts(),
      { kind: "note", note: note({ ...noted, state: "done" }) },
    ],
    [
      "switches off what was off",
      { versions: { [fresh]: ["AWSCURRENT"] }, note: { ...noted, wasOff: true } },
      facts(),
      { kind: "suspend" },
    ],
    [
      "says that nothing is wrong, and proves it",
      {},
      facts(),
      {
        kind: "done",
        says: "Nothing is wrong with it. AWSCURRENT is on version old, and its server accepted it just now.",
      },
    ],
    [
      "says that there is nothing to be accepted by",
      {},
      facts({ current: { secret: arn, current: "unknown" } }),
      { kind: "done", says: expect.stringContaining("no server") },
    ],
    [
      "says that rotation is off",
      off,
      facts(),
      { kind: "done", says: expect.stringContaining("--no-rotate-immediately") },
    ],
    [
      "is refused while another emergency rotates",
      { note: { ids: ["INC-0"] } },
      facts(),
      { kind: "refuse", error: { code: "OTHER_EMERGENCY" } },
    ],
  ])("%s", (_, change, known, step) => {
    expect(decide(change, known)).toMatchObject(step);
  });
});

describe("what is remembered of a repair that needed no rotation", () => {
  const later = new Date(now.getTime() + 1000);
  const remembered = (last?: Partial<Note>) =>
    repairedNote(wish({ action: "repair" }), secret(last ? { note: last } : {}));
  const own = { state: "done", token: "old", at: now, ids: ["INC-1"], wasOff: false };

  it.each<[string, Partial<Note> | undefined]>([
    ["there was no emergency", undefined],
    ["one before it was over", { state: "done", ids: ["INC-0"], at: new Date(now.getTime() - 1) }],
    ["its own rotation has ended", { state: "done", at: later }],
  ])("is that it is over, where %s", (_, last) => {
    expect(remembered(last)).toEqual(own);
  });

  it("is added to an emergency that began later and has ended", () => {
    const last = { state: "done", ids: ["INC-2"], at: later } as const;
    expect(remembered(last)).toEqual(note({ ...last, ids: ["INC-2", "INC-1"] }));
  });

  it.each<[string, Partial<Note>]>([
    ["still has a rotation", { state: "leaked", ids: ["INC-0"] }],
    ["served this one, too", { state: "done", ids: ["INC-1", "INC-2"], at: later }],
    ["was refused later", { state: "refused", ids: ["INC-2"], at: later }],
  ])("is nothing, where another emergency %s", (_, last) => {
    expect(remembered(last)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { decide } from "../../../lib/emergency/decide.ts";
import { emergencyTag, noteOf, noteText, tokenFor } from "../../../lib/emergency/note.ts";
import type { Working } from "../../../lib/emergency/ports.ts";
import type { Wish } from "../../../lib/emergency/step.ts";
import { isLeaked, originLabel, revokesFirst } from "../../../lib/secret/labels.ts";
import { sightingTag, sightingText } from "../../../lib/secret/sighting.ts";
import {
  arn,
  type Change,
  entry,
  note,
  now,
  plain,
  secret,
  supplied,
  token,
  wish,
} from "./states.ts";

const none = { versions: new Map() };

/** The emergency's tag, and settlement's when it has seen what that made. */
const seen = () =>
  new Map([
    [emergencyTag, noteText(note())],
    [sightingTag, sightingText({ version: token, at: now })],
  ]);

describe("what leaked", () => {
  it.each<[string, Change, object]>([
    ["is noted before anything is changed", {}, { kind: "note", note: note() }],
    ["is then rotated", { note: {} }, { kind: "start", token }],
    [
      "is noted as suspended where the schedule was off",
      { rotationEnabled: false },
      { kind: "note", note: note({ wasOff: true }) },
    ],
    [
      "is not noted as suspended where rotation was never configured",
      { rotationEnabled: undefined, rotationFunction: undefined },
      { kind: "note", note: note() },
    ],
    [
      "stays noted as suspended when another emergency, unfinished, has switched it on",
      { note: { ids: ["INC-0"], token: "leaked-0", wasOff: true } },
      { kind: "note", note: note({ wasOff: true, ids: ["INC-0", "INC-1"] }) },
    ],
    [
      "is not noted as suspended after an emergency that is done",
      { note: { ids: ["INC-0"], wasOff: true, state: "done" } },
      { kind: "note", note: note() },
    ],
    [
      "does not wait for a rotation that is under way",
      { note: {}, versions: { old: ["AWSCURRENT"], new: ["AWSPENDING", "PREPARED"] } },
      { kind: "clear", pending: "new" },
    ],
    [
      "joins another emergency's rotation",
      { versions: { old: ["AWSCURRENT"], "leaked-0": ["AWSPENDING"] } },
      { kind: "note", note: note({ token: "leaked-0" }) },
    ],
    [
      "is noted as suspended where somebody switches it off meanwhile",
      {
        note: {},
        rotationEnabled: false,
        versions: { old: ["AWSCURRENT"], [token]: ["AWSPENDING"] },
      },
      { kind: "note", note: note({ wasOff: true }) },
    ],
    [
      "does not join one that was switched off",
      {
        note: { wasOff: true },
        rotationEnabled: false,
        versions: { old: ["AWSCURRENT"], "leaked-0": ["AWSPENDING"] },
      },
      { kind: "clear", pending: "leaked-0" },
    ],
    [
      "waits for its own rotation",
      { note: {}, versions: { old: ["AWSCURRENT"], [token]: ["AWSPENDING"] } },
      { kind: "wait", token },
    ],
    [
      "does not wait for the last rotation to settle",
      { note: {}, versions: { old: ["AWSCURRENT"], older: ["RETIRING"] } },
      { kind: "start", token },
    ],
    [
      "begins anew when somebody has moved AWSCURRENT meanwhile",
      { note: {}, versions: { hand: ["AWSCURRENT"], old: ["AWSPREVIOUS"] } },
      { kind: "note", note: note({ token: tokenFor(wish(), arn, "hand") }) },
    ],
    [
      "is settled when it is promoted",
      { note: {}, versions: { [token]: ["AWSCURRENT"], old: ["RETIRING"] } },
      { kind: "settling", promoted: token, unfinished: ["old"] },
    ],
    [
      "is suspended again when it is promoted",
      { note: { wasOff: true }, versions: { [token]: ["AWSCURRENT"], old: ["RETIRING"] } },
      { kind: "suspend" },
    ],
    [
      "is not suspended twice",
      {
        note: { wasOff: true },
        rotationEnabled: false,
        versions: { [token]: ["AWSCURRENT"], old: ["RETIRING"] },
      },
      { kind: "settling" },
    ],
    [
      "is noted as done when it is settled",
      { tags: seen(), versions: { [token]: ["AWSCURRENT"] } },
      { kind: "note", note: note({ state: "done" }) },
    ],
    [
      "is not done before settlement has seen it",
      { note: {}, versions: { [token]: ["AWSCURRENT"], old: ["AWSPREVIOUS"] } },
      { kind: "settling", unfinished: [] },
    ],
    [
      "is not done while somebody has taken RETIRING off",
      {
        tags: seen(),
        versions: { [token]: ["AWSCURRENT", originLabel("old")], old: ["AWSPREVIOUS"] },
      },
      { kind: "settling", unfinished: ["old"] },
    ],
    [
      "is served though a plain rotation had the same id",
      { note: { state: "done", token: plain }, versions: { [plain]: ["AWSCURRENT"] } },
      { kind: "note", note: note({ token: tokenFor(wish(), arn, plain) }) },
    ],
    [
      "is served though a plain rotation with the same id is not finished",
      {
        note: { state: "rotate", token: plain },
        versions: { [plain]: ["AWSCURRENT"], old: ["RETIRING"] },
      },
      { kind: "note", note: note({ token: tokenFor(wish(), arn, plain) }) },
    ],
    [
      "is not served by a plain rotation that was promoted in between",
      {
        note: { token: plain, ids: ["INC-0", "INC-1"] },
        versions: { [plain]: ["AWSCURRENT"], old: ["RETIRING"] },
      },
      {
        kind: "note",
        note: note({ token: tokenFor(wish(), arn, plain), ids: ["INC-0", "INC-1"] }),
      },
    ],
    [
      "is done once, though AWSCURRENT has moved since",
      { note: { state: "done" }, versions: { later: ["AWSCURRENT"] } },
      { kind: "done" },
    ],
    [
      "is replaced by another emergency's rotation that was promoted after this was asked",
      { note: { ids: ["INC-0"], token: "leaked-0" }, versions: { "leaked-0": ["AWSCURRENT"] } },
      { kind: "note", note: note({ token: "leaked-0", ids: ["INC-0", "INC-1"] }) },
    ],
    [
      "is what another emergency has promoted before this was asked",
      {
        tags: new Map([
          [emergencyTag, noteText(note({ ids: ["INC-0"], token: "leaked-0" }))],
          [sightingTag, sightingText({ version: "leaked-0", at: new Date(now.getTime() - 1000) })],
        ]),
        versions: { "leaked-0": ["AWSCURRENT"] },
      },
      {
        kind: "note",
        note: note({ token: tokenFor(wish(), arn, "leaked-0"), ids: ["INC-0", "INC-1"] }),
      },
    ],
    [
      "is what another emergency has promoted before this was asked, though settlement has not looked",
      {
        note: { ids: ["INC-0"], token: "leaked-0" },
        lastRotatedAt: new Date(now.getTime() - 1000),
        versions: { "leaked-0": ["AWSCURRENT"] },
      },
      { kind: "note", note: { token: tokenFor(wish(), arn, "leaked-0") } },
    ],
    [
      "is another one a day later, for the same reason",
      {
        note: { state: "done", at: new Date(now.getTime() - 25 * 3_600_000) },
        versions: { [token]: ["AWSCURRENT"] },
      },
      { kind: "note", note: note({ token: tokenFor(wish(), arn, token) }) },
    ],
    [
      "is done when the emergency that serves it is done",
      { note: { ids: ["INC-0", "INC-1"], state: "done" } },
      { kind: "done" },
    ],
    [
      "is not noted as suspended where no function rotates it",
      { rotationEnabled: false, rotationFunction: undefined },
      { kind: "note", note: note() },
    ],
    [
      "begins anew where its own rotation was switched off",
      {
        note: { wasOff: true },
        rotationEnabled: false,
        versions: { old: ["AWSCURRENT"], [token]: ["AWSPENDING"] },
      },
      { kind: "clear", pending: token },
    ],
    [
      "goes on where no function rotates it, whatever the schedule says",
      { note: {}, rotationEnabled: false, rotationFunction: undefined },
      { kind: "start", token },
    ],
    [
      "is what a plain rotation has replaced, whatever its token",
      { note: { state: "rotate" }, versions: { [token]: ["AWSCURRENT"] } },
      { kind: "note", note: note({ token: tokenFor(wish(), arn, token) }) },
    ],
    [
      "is replaced by what another emergency has promoted since, though settlement has not looked",
      {
        note: { ids: ["INC-0"], token: "leaked-0" },
        lastRotatedAt: new Date(now.getTime() + 1000),
        versions: { "leaked-0": ["AWSCURRENT"] },
      },
      { kind: "note", note: note({ token: "leaked-0", ids: ["INC-0", "INC-1"] }) },
    ],
    [
      "is what another emergency has promoted in the moment in which this was asked",
      {
        note: { ids: ["INC-0"], token: "leaked-0" },
        lastRotatedAt: now,
        versions: { "leaked-0": ["AWSCURRENT"] },
      },
      { kind: "note", note: { token: tokenFor(wish(), arn, "leaked-0") } },
    ],
    [
      "is no matter of what somebody else wrote into the tag",
      { tags: new Map([[emergencyTag, "hello"]]) },
      { kind: "note" },
    ],
  ])("%s", (_, change, step) => {
    expect(decide(wish(), secret(change), none)).toMatchObject(step);
  });

  it.each<[string, Change, string]>([
    ["is scheduled for deletion", { deletedAt: now }, "SCHEDULED_FOR_DELETION"],
    ["AWS rotates", { owningService: "rds" }, "MANAGED_BY_AWS"],
    ["has no AWSCURRENT", { versions: {} }, "NO_CURRENT_VERSION"],
    ["another stack rotates", { rotationFunction: "arn:f:other" }, "ROTATED_ELSEWHERE"],
  ])("is refused of a secret that %s", (_, change, code) => {
    expect(decide(wish(), secret(change), none)).toMatchObject({ kind: "refuse", error: { code } });
  });

  it("is refused of a secret that people make", () => {
    const step = decide(wish({ entry: supplied }), secret({}), none);
    expect(step).toMatchObject({ kind: "refuse", error: { code: "PERSON_MAKES" } });
  });
});

describe("an earlier version that leaked", () => {
  const versions = { new: ["AWSCURRENT"], old: ["AWSPREVIOUS"] };
  const of = (working: Working | undefined, change: Change = {}, more: Partial<Wish> = {}) =>
    decide(wish({ version: "old", ...more }), secret({ versions, ...change }), {
      versions: new Map(working === undefined ? [] : [["old", working]]),
    });

  it("is tried first", () => {
    expect(of(undefined)).toEqual({ kind: "ask", question: { version: "old" } });
  });

  it("is left as it is where it is dead, and AWSCURRENT too", () => {
    const says = expect.stringMatching(/^Version old is dead already: user app is refused/);
    expect(of({ refused: "user app" })).toEqual({ kind: "done", says });
  });

  it.each<[string, Working, Change, Partial<Wish>]>([
    ["AWSCURRENT holds the same", "same", {}, {}],
    [
      "it is still to be retired",
      "works",
      { versions: { new: ["AWSCURRENT"], old: ["RETIRING"] } },
      {},
    ],
    [
      "one of several credentials is refused, and it is still to be retired",
      { refused: "user app" },
      { versions: { new: ["AWSCURRENT"], old: ["RETIRING"] } },
      { entry: { ...entry, credentials: [...entry.credentials, ...entry.credentials] } },
    ],
  ])("is ended with AWSCURRENT where %s", (_, working, change, more) => {
    expect(of(working, change, more)).toMatchObject({ kind: "note", note: { state: "leaked" } });
  });

  it.each<[string, Working, Partial<Wish>, string]>([
    ["works and nothing tracks it", "works", {}, "VERSION_UNTRACKED"],
    ["leads elsewhere", "elsewhere", {}, "VERSION_ELSEWHERE"],
    [
      "may work in part",
      { refused: "user app" },
      { entry: { ...entry, credentials: [...entry.credentials, ...entry.credentials] } },
      "VERSION_UNTRACKED",
    ],
  ])("is left to a person where it %s", (_, working, more, code) => {
    expect(of(working, { versions: { new: ["AWSCURRENT"], old: [] } }, more)).toMatchObject({
      kind: "refuse",
      error: { code },
    });
  });

  it("is no matter once its emergency has begun, or where it is AWSCURRENT", () => {
    expect(of(undefined, { note: { token: "leaked-x" } })).toMatchObject({ kind: "note" });
    expect(of(undefined, {}, { version: "new" })).toMatchObject({ kind: "note" });
  });
});

describe("a rotation now", () => {
  const rotate = wish({ action: "rotate" });
  it.each<[string, Change, object]>([
    ["is noted", {}, { kind: "note", note: note({ state: "rotate", token: plain }) }],
    [
      "is done by another one that was promoted since",
      {
        note: { state: "rotate", ids: ["INC-0"], token: "now-0" },
        versions: { "now-0": ["AWSCURRENT"] },
      },
      { kind: "note", note: note({ state: "rotate", token: "now-0", ids: ["INC-0", "INC-1"] }) },
    ],
    [
      "is not done by a rollback",
      {
        note: { state: "rollback", ids: ["INC-0"], token: "back" },
        versions: { back: ["AWSCURRENT"] },
      },
      {
        kind: "note",
        note: {
          state: "rotate",
          token: tokenFor({ action: "rotate", id: "INC-1" }, arn, "back"),
          ids: ["INC-0", "INC-1"],
        },
      },
    ],
    [
      "is not done by a rollback of the same id",
      {
        note: { state: "rolled-back", token: "back" },
        versions: { back: ["AWSCURRENT"] },
      },
      {
        kind: "note",
        note: note({
          state: "rotate",
          token: tokenFor({ action: "rotate", id: "INC-1" }, arn, "back"),
        }),
      },
    ],
    [
      "keeps what leaked in mind where that is not finished",
      { note: { ids: ["INC-0"], token: "leaked-0" } },
      { kind: "note", note: note({ token: plain, ids: ["INC-0", "INC-1"] }) },
    ],
    [
      "goes on where another one is not finished",
      { note: { state: "rotate", ids: ["INC-0"], token: "now-0" } },
      { kind: "note", note: note({ state: "rotate", token: plain, ids: ["INC-0", "INC-1"] }) },
    ],
    [
      "waits for what is not settled",
      { versions: { old: ["AWSCURRENT"], older: ["RETIRING"] } },
      { kind: "refuse", error: { code: "UNSETTLED" } },
    ],
    [
      "carries on with the one that is under way",
      { versions: { old: ["AWSCURRENT", "RETIRING"], new: ["AWSPENDING"] } },
      { kind: "note", note: note({ state: "rotate", token: "new" }) },
    ],
    [
      "is served by an emergency that ends what leaked",
      {
        note: { ids: ["INC-0", "INC-1"], token: "leaked-0" },
        versions: { old: ["AWSCURRENT"], "leaked-0": ["AWSPENDING"] },
      },
      { kind: "wait", token: "leaked-0" },
    ],
    [
      "is done when it is promoted, settled or not",
      {
        note: { state: "rotate", token: plain },
        versions: { [plain]: ["AWSCURRENT"], old: ["RETIRING"] },
      },
      { kind: "note", note: note({ state: "done", token: plain }) },
    ],
  ])("%s", (_, change, step) => {
    expect(decide(rotate, secret(change), none)).toMatchObject(step);
  });
});

it("makes tokens that Secrets Manager takes, and that say what leaked", () => {
  expect(token).toMatch(/^leaked-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(plain).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(tokenFor(wish({ id: "INC-2" }), arn, "old")).not.toBe(token);
  expect(tokenFor(wish(), "arn:t", "old")).not.toBe(token);
  const first = tokenFor(wish({ revokeFirst: true }), arn, "old");
  expect([isLeaked(first), revokesFirst(first), revokesFirst(token)]).toEqual([true, true, false]);
  expect(first.length).toBeLessThanOrEqual(64);
});

it("remembers as many emergencies as a tag has room for", () => {
  const ids = Array.from({ length: 9 }, (_, index) => `${index}`.repeat(40));
  const text = noteText(note({ ids }));
  expect(text.length).toBeLessThanOrEqual(256);
  const read = noteOf({ tags: new Map([[emergencyTag, text]]) });
  expect(read).toEqual(note({ ids: ["0", "6", "7", "8"].map((each) => each.repeat(40)) }));
});

it("remembers why it was refused, with the signs and the room that a tag has", () => {
  const refused = (why: string) => {
    const refusal = { code: "ROLLBACK_IMPOSSIBLE", why };
    const text = noteText(note({ state: "refused", refusal }));
    expect(text).toMatch(/^[\w :./=+@-]{1,256}$/);
    return noteOf({ tags: new Map([[emergencyTag, text]]) })?.refusal;
  };
  const found = refused("version old is refused (user app on db.internal:5432), and 'x' leaked");
  expect(found).toEqual({
    code: "ROLLBACK_IMPOSSIBLE",
    why: "version old is refused: user app on db.internal:5432 and x leaked",
  });
  expect(refused("user app ".repeat(60))?.why).toMatch(/^user app user app/);
  const later = `${noteText(note())} ROLLBACK_IMPOSSIBLE because`;
  expect(noteOf({ tags: new Map([[emergencyTag, later]]) })).toBeUndefined();
});

it("begins though earlier emergencies that are not finished leave no room for its id", () => {
  const ids = Array.from({ length: 9 }, (_, index) => `${index}`.repeat(64));
  const last = { ids, token: "leaked-0", state: "leaked" } as const;
  const mine = wish({ id: "9".repeat(64) });
  const step = decide(mine, secret({ note: last }), none);
  const noted = step.kind === "note" ? step.note : undefined;
  expect(decide(mine, secret({ note: noted ?? {} }), none)).toMatchObject({ kind: "start" });
});

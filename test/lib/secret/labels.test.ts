import { describe, expect, it } from "vitest";
import {
  holderOf,
  isLeaked,
  isSuppliedVersion,
  mayHaveSwitched,
  originLabel,
  originOf,
  pendingOf,
  preparedLabel,
  retiringLabel,
  rollingLabel,
  staleOrigins,
  suppliedVersion,
} from "../../../lib/secret/labels.ts";

const versions = (labels: Record<string, string[]>) => ({
  versions: new Map(Object.entries(labels)),
});

describe("the label that names a rotation's origin", () => {
  it("holds the version's id", () => {
    expect(originLabel("one")).toBe("FROM-one");
    expect(originOf(["AWSPENDING", originLabel("one")])).toBe("one");
    expect(originOf(["AWSPENDING", "NOT-FROM-one"])).toBeUndefined();
  });

  it.each<[string, string[], boolean]>([
    ["of a rotation that is under way", ["AWSPENDING", "FROM-one"], false],
    ["of one that has just ended", ["AWSPENDING", "AWSCURRENT", "FROM-one"], true],
    ["of one that ended", ["AWSCURRENT", "FROM-one"], true],
    ["of one that was given up", ["FROM-one"], true],
  ])("%s is stale: %s → %s", (_, labels, isStale) => {
    expect(staleOrigins(versions({ one: ["AWSPREVIOUS"], two: labels }))).toEqual(
      isStale ? [{ from: "two", label: "FROM-one" }] : [],
    );
  });
});

it("a label is on one version, or on none", () => {
  const secret = versions({ one: ["A"], two: ["B", "C"] });
  expect(holderOf(secret, "C")).toBe("two");
  expect(holderOf(secret, "D")).toBeUndefined();
});

it.each([
  ["leaked-1", true],
  ["not-leaked-1", false],
])("%s means that the old credential leaked: %s", (id, leaks) => {
  expect(isLeaked(id)).toBe(leaks);
});

describe("AWSPENDING", () => {
  it.each<[string, Record<string, string[]>, string | undefined]>([
    ["is nowhere", { one: ["AWSCURRENT"] }, undefined],
    ["is where AWSCURRENT is", { one: ["AWSCURRENT", "AWSPENDING"] }, undefined],
    ["waits beside AWSCURRENT", { one: ["AWSCURRENT"], two: ["AWSPENDING"] }, "two"],
    ["is on the only version", { two: ["AWSPENDING"] }, "two"],
  ])("%s: %j → %s", (_, labels, pending) => {
    expect(pendingOf(versions(labels))).toBe(pending);
  });
});

describe("a switch may have changed the password", () => {
  const retiring = ["AWSCURRENT", "RETIRING"];
  const made = ["AWSPENDING", "PREPARED"];

  it.each<[string, Record<string, string[]>, string | undefined, boolean]>([
    ["when finishSecret has begun", { one: retiring, two: made }, "two", true],
    ["when the pending version is not known", { one: retiring }, undefined, true],
    ["but not before finishSecret", { one: ["AWSCURRENT"], two: made }, "two", false],
    [
      "nor to a version that no rotation made",
      { one: retiring, two: ["AWSPENDING"] },
      "two",
      false,
    ],
    ["nor to one that is gone", { one: retiring }, "two", false],
    ["nor where AWSCURRENT is nowhere", { one: ["RETIRING"], two: made }, "two", false],
  ])("%s: %j, %s → %s", (_, labels, token, may) => {
    expect(mayHaveSwitched(versions(labels), token)).toBe(may);
  });
});

it("a version by which a person supplies a credential is told by its id", () => {
  expect(suppliedVersion("1-2")).toBe("supply-1-2");
  expect(isSuppliedVersion(suppliedVersion("1-2"))).toBe(true);
  expect(isSuppliedVersion("1-2-supply-")).toBe(false);
});

it("our labels are what operators find in the documentation", () => {
  expect([retiringLabel, preparedLabel, rollingLabel]).toEqual(["RETIRING", "PREPARED", "ROLLING"]);
});

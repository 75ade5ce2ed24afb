import { describe, expect, it } from "vitest";
import {
  holderOf,
  isLeaked,
  originLabel,
  originOf,
  staleOrigins,
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

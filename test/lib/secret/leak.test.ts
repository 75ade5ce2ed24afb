import { describe, expect, it } from "vitest";
import { leakOf, namingVersion } from "../../../lib/secret/leak.ts";

type Labels = Record<string, readonly string[]>;
const secret = (labels: Labels) => ({ versions: new Map(Object.entries(labels)) });

describe("a version leaked", () => {
  it.each<[string, Labels, string | undefined]>([
    [
      "where a leaked-mode rotation began with it",
      { "leaked-1": ["AWSCURRENT", "FROM-old"], old: ["RETIRING"] },
      "leaked-1",
    ],
    [
      "also when that one was promoted by hand",
      { "leaked-1": ["AWSCURRENT", "FROM-old"], old: ["AWSPREVIOUS"] },
      "leaked-1",
    ],
    [
      "whatever AWSCURRENT is by now",
      { "leaked-1": ["FROM-old"], hand: ["AWSCURRENT"], old: ["RETIRING"] },
      "leaked-1",
    ],
    [
      "where it was not settled when that rotation began",
      {
        "leaked-1": ["AWSCURRENT", "FROM-newer"],
        newer: ["RETIRING", "FROM-old"],
        old: ["RETIRING-old"],
      },
      "leaked-1",
    ],
    [
      "not while that rotation is under way",
      { "leaked-1": ["AWSPENDING", "FROM-old"], hand: ["AWSCURRENT"], old: ["RETIRING"] },
      undefined,
    ],
    [
      "not where that rotation was given up",
      { "leaked-1": ["PREPARED", "FROM-old"], hand: ["AWSCURRENT"], old: ["AWSPREVIOUS"] },
      undefined,
    ],
    [
      "not where only AWSCURRENT's name says so",
      { "leaked-1": ["AWSCURRENT"], old: ["RETIRING"] },
      undefined,
    ],
    [
      "not where an ordinary rotation began with it",
      { new: ["AWSCURRENT", "FROM-old"], old: ["RETIRING"] },
      undefined,
    ],
    [
      "not where AWSCURRENT was moved back to what leaked",
      { "leaked-1": ["RETIRING", "FROM-old"], old: ["AWSCURRENT", "FROM-leaked-1"] },
      undefined,
    ],
    [
      "not where versions name each other",
      { a: ["RETIRING", "FROM-old"], old: ["RETIRING-old", "FROM-a"], c: ["AWSCURRENT"] },
      undefined,
    ],
  ])("%s", (_, labels, by) => {
    const version = labels["old"]?.includes("AWSCURRENT") ? "leaked-1" : "old";
    expect(leakOf(version, secret(labels))).toBe(by);
  });

  it("not where a leaked-mode rotation's version names itself", () => {
    const labels = { "leaked-1": ["RETIRING", "FROM-leaked-1"], "leaked-2": ["AWSCURRENT"] };
    expect(leakOf("leaked-1", secret(labels))).toBeUndefined();
  });
});

it.each<[string, Labels, string]>([
  ["AWSCURRENT", { new: ["AWSCURRENT"], old: ["RETIRING"] }, "new"],
  [
    "the rotation that says that it leaked",
    { "leaked-1": ["FROM-old"], old: ["RETIRING"] },
    "leaked-1",
  ],
  ["itself, as AWSCURRENT would say that it leaked", { "leaked-1": ["AWSCURRENT"] }, "old"],
])("a version is named by %s", (_, labels, by) => {
  const [current = ""] = Object.keys(labels);
  expect(namingVersion("old", current, secret(labels))).toBe(by);
});

import { describe, expect, it } from "vitest";
import {
  abandonedVersion,
  forgottenVersions,
  heldVersions,
  idleRetiring,
  labelsOf,
  leftVersions,
} from "../../../lib/secret/left.ts";

type Labels = Record<string, string[]>;
const of = (labels: Labels) => ({ versions: new Map(Object.entries(labels)) });
const seen = (version: string) => ({ version, at: new Date() });

describe("versions that AWSCURRENT has left", () => {
  it.each<[string, Labels, string | undefined, string[]]>([
    ["none of a settled secret", { b: ["AWSCURRENT", "PREPARED"], a: ["AWSPREVIOUS"] }, "b", []],
    ["none that are RETIRING", { b: ["AWSCURRENT", "FROM-a"], a: ["RETIRING"] }, "b", []],
    ["none that have a label of their own", { b: ["AWSCURRENT"], a: ["RETIRING-a"] }, "a", []],
    ["the origin of AWSCURRENT", { b: ["AWSCURRENT", "FROM-a"], a: ["AWSPREVIOUS"] }, "b", ["a"]],
    [
      "not the origin of a rotation that is under way",
      { c: ["AWSPENDING", "FROM-a"], b: ["AWSCURRENT"] },
      "b",
      [],
    ],
    [
      "the origin of a rotation, whatever a leaked-mode one began with (N5)",
      { c: ["AWSPENDING", "FROM-b", "PREPARED"], b: ["AWSCURRENT", "FROM-a"] },
      "b",
      ["a"],
    ],
    [
      "what was seen last, and AWSPREVIOUS",
      { c: ["AWSCURRENT"], b: ["AWSPREVIOUS"] },
      "a",
      ["a", "b"],
    ],
    ["what was prepared and promoted", { a: ["AWSCURRENT"], b: ["PREPARED"] }, "a", ["b"]],
    ["not what was given up", { a: ["AWSCURRENT"], b: ["PREPARED", "FROM-a"] }, "a", []],
    [
      "what was given up after it was seen",
      { a: ["AWSCURRENT"], b: ["PREPARED", "FROM-a"] },
      "b",
      ["b"],
    ],
  ])("%s", (_, labels, version, left) => {
    expect(leftVersions(of(labels), version === undefined ? undefined : seen(version))).toEqual(
      left,
    );
  });

  it("are AWSPREVIOUS where only an event tells of a move", () => {
    const secret = of({ b: ["AWSCURRENT"], a: ["AWSPREVIOUS"] });
    expect(leftVersions(secret, undefined)).toEqual([]);
    expect(leftVersions(secret, undefined, true)).toEqual(["a"]);
  });
});

describe("a rotation waits for", () => {
  it.each<[string, Labels, string[]]>([
    ["the origin of AWSCURRENT", { b: ["AWSCURRENT", "FROM-a"] }, ["a"]],
    [
      "what it promoted and lost",
      { a: ["AWSCURRENT"], b: ["AWSPREVIOUS", "PREPARED", "FROM-a"] },
      ["b"],
    ],
    ["what a leaked-mode rotation replaced", leaked("AWSCURRENT"), ["a"]],
    [
      "what a leaked-mode rotation replaced that AWSCURRENT has left",
      { ...leaked("AWSPREVIOUS"), c: ["AWSCURRENT"] },
      ["a"],
    ],
    ["nothing that another version names", { c: ["AWSCURRENT"], b: ["FROM-a"], a: [] }, []],
    ["nothing while AWSCURRENT is nowhere", { b: ["FROM-a"], a: [] }, []],
    ["nothing after an edit", { c: ["AWSCURRENT"], b: ["AWSPREVIOUS", "PREPARED"] }, []],
    ["what only PREPARED shows any more", { c: ["AWSCURRENT"], b: ["PREPARED"] }, ["b"]],
    ["nothing after one that was given up", { a: ["AWSCURRENT"], b: ["PREPARED", "FROM-a"] }, []],
  ])("%s", (_, labels, versions) => {
    expect(forgottenVersions(of(labels))).toEqual(versions);
  });
});

it.each<[string, Labels, string | undefined]>([
  ["was given up", { a: ["AWSCURRENT"], b: ["PREPARED", "FROM-a"] }, "b"],
  [
    "was killed between its two labels",
    { a: ["AWSCURRENT", "RETIRING"], b: ["PREPARED", "FROM-a"] },
    "b",
  ],
  ["is under way", { a: ["AWSCURRENT"], b: ["AWSPENDING", "PREPARED", "FROM-a"] }, undefined],
  ["was promoted", { b: ["AWSCURRENT", "PREPARED", "FROM-a"] }, undefined],
  ["was AWSPREVIOUS", { a: ["AWSCURRENT"], b: ["AWSPREVIOUS", "PREPARED", "FROM-a"] }, undefined],
  [
    "left another one RETIRING",
    { c: ["AWSCURRENT"], a: ["RETIRING"], b: ["PREPARED", "FROM-a"] },
    undefined,
  ],
  ["is settled", { a: ["AWSCURRENT"], b: ["PREPARED"] }, undefined],
])("a rotation that %s: abandoned version %#", (_, labels, version) => {
  expect(abandonedVersion(of(labels))).toBe(version);
});

it("a rotation whose version was seen as AWSCURRENT was not given up", () => {
  const secret = of({ a: ["AWSCURRENT"], b: ["PREPARED", "FROM-a"] });
  expect(abandonedVersion(secret, seen("b"))).toBeUndefined();
  expect(abandonedVersion(secret, seen("a"))).toBe("b");
});

it("of a version that is gone there are no labels but those that name it", () => {
  const secret = of({ b: ["AWSCURRENT", "FROM-a"] });
  expect(labelsOf("a", secret)).toEqual([{ from: "b", label: "FROM-a" }]);
  expect(idleRetiring(of({ a: ["RETIRING"] }))).toEqual([]);
});

it("RETIRING on AWSCURRENT is idle unless a rotation is under way", () => {
  const current = ["AWSCURRENT", "RETIRING", "RETIRING-a", "RETIRING-b"];
  expect(idleRetiring(of({ a: current }))).toEqual([
    { from: "a", label: "RETIRING" },
    { from: "a", label: "RETIRING-a" },
  ]);
  expect(idleRetiring(of({ a: current, b: ["AWSPENDING"] }))).toEqual([]);
});

it("the labels of a version are those that name it, and PREPARED", () => {
  const secret = of({ c: ["AWSCURRENT", "FROM-b", "FROM-a"], b: ["PREPARED", "FROM-a"] });
  expect(labelsOf("b", secret)).toEqual([
    { from: "c", label: "FROM-b" },
    { from: "b", label: "PREPARED" },
  ]);
  expect(labelsOf("b", of({ b: ["AWSPENDING", "PREPARED"] }))).toEqual([]);
});

/** Its rotation replaced `a`, and its version is labelled so. */
function leaked(label: string): Labels {
  return { "leaked-b": [label, "FROM-a"], a: [] };
}

describe("versions that somebody may hold", () => {
  const secret = of({
    d: ["AWSPENDING", "FROM-c"],
    c: ["AWSCURRENT", "FROM-a"],
    b: ["AWSPREVIOUS"],
  });

  it.each<[string, boolean, string, string[]]>([
    ["are those that AWSCURRENT has left", false, "c", ["a"]],
    ["are also AWSPREVIOUS, where AWSCURRENT is refused", true, "c", ["a", "b"]],
    ["are also what was seen last, if that is not pending", true, "d", ["a", "b"]],
    ["are also what was seen last", true, "z", ["a", "z", "b"]],
  ])("%s", (_, isRefused, last, held) => {
    expect(heldVersions(secret, seen(last), isRefused).toSorted()).toEqual(held.toSorted());
  });

  it("are told where nothing was seen", () => {
    expect(heldVersions(secret, undefined, true)).toContain("b");
  });
});

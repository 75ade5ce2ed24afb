import { describe, expect, it } from "vitest";
import { decide } from "../../../lib/mirror/decide.ts";
import type { StoredParameter } from "../../../lib/mirror/parameters.ts";
import { Secret } from "../../../lib/secret/secret.ts";

const wanted = ["a", "b"].map((parameter) => ({
  field: parameter.toUpperCase(),
  parameter: `/${parameter}`,
  value: new Secret("new"),
}));
const stored = (values: Record<string, string>, secure = true) =>
  new Map(
    Object.entries(values).map(([name, value]): [string, StoredParameter] => [
      name,
      { name, value: new Secret(value), secure, version: 1, modifiedAt: new Date(0) },
    ]),
  );
const stale = (...names: string[]) =>
  names.map((parameter) => expect.objectContaining({ parameter }));

describe("a mirror decides", () => {
  it.each<[string, Record<string, string>, string[] | undefined, boolean, object]>([
    ["current", { "/a": "new", "/b": "new" }, undefined, false, { kind: "current" }],
    [
      "to make what is not there",
      {},
      undefined,
      false,
      { kind: "write", stale: stale("/a", "/b") },
    ],
    [
      "to leave alone what holds the value already",
      { "/a": "new" },
      undefined,
      false,
      { kind: "write", stale: stale("/b") },
    ],
    [
      "to compare another value with earlier versions first",
      { "/a": "old" },
      undefined,
      false,
      { kind: "compare", stale: stale("/a") },
    ],
    [
      "to replace what an earlier version held",
      { "/a": "old", "/b": "new" },
      ["/a"],
      false,
      { kind: "write", stale: stale("/a") },
    ],
    [
      "drift: nothing is written, not even what could be",
      { "/a": "old", "/b": "by hand" },
      ["/a"],
      false,
      { kind: "drift", parameters: ["/b"] },
    ],
    ["drift beside what is not there", { "/b": "by hand" }, [], false, { kind: "drift" }],
    [
      "to overwrite where it may, without a comparison",
      { "/a": "by hand" },
      undefined,
      true,
      { kind: "write", stale: stale("/a", "/b") },
    ],
  ])("%s", (_what, values, ours, overwrite, expected) => {
    const state = { wanted, stored: stored(values), ours: ours && new Set(ours) };
    expect(decide(state, { overwrite })).toMatchObject(expected);
  });

  it.each([false, true])(
    "against a parameter that anybody can read (overwrite: %s)",
    (overwrite) => {
      const insecure = stored({ "/a": "new" }, false);
      expect(() => decide({ wanted, stored: insecure }, { overwrite })).toThrow(
        expect.objectContaining({ code: "PARAMETER_NOT_SECURE" }),
      );
    },
  );
});

import { describe, expect, it } from "vitest";
import { select } from "../../../lib/emergency/selection.ts";
import type { Manifest, SecretEntry } from "../../../lib/manifest/manifest.ts";
import type { SecretState } from "../../../lib/secret/store.ts";

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:production/b-AbCdEf";
const entry = {} as SecretEntry;
const manifest: Manifest = {
  stage: "production",
  secrets: { "production/a": entry, [arn]: entry, "staging/a": entry },
  exempt: [],
};
const ids = (...args: Parameters<typeof select>) => select(...args).map(({ secretId }) => secretId);

const listed = [
  {
    arn: arn.replace("production/b", "production/a"),
    name: "production/a",
    tags: new Map([["t", "1"]]),
  },
  { arn, name: "production/b", tags: new Map([["t", "2"]]) },
] as unknown as SecretState[];

describe("a selection", () => {
  it.each([
    ["names", { secrets: ["staging/a", "production/a"] }, ["staging/a", "production/a"]],
    ["the name of an ARN", { secrets: ["production/b"] }, [arn]],
    ["an ARN", { secrets: [arn, "production/b"] }, [arn]],
    ["an ARN of a name", { secrets: [listed[0]?.arn ?? ""] }, ["production/a"]],
    ["a pattern", { pattern: "production/*" }, ["production/a", arn]],
    ["a pattern without a star", { pattern: "staging/a" }, ["staging/a"]],
    ["a tag", { tag: { key: "t" } }, ["production/a", arn]],
    ["a tag and its value", { tag: { key: "t", value: "2" } }, [arn]],
    ["everything", { all: true as const }, ["production/a", arn, "staging/a"]],
  ])("by %s", (_, selection, expected) => {
    expect(ids(selection, manifest, listed)).toEqual(expected);
  });

  it.each([
    ["an unknown name", { secrets: ["prodction/a"] }, 'did you mean "production/a"?'],
    ["one unknown name of two", { secrets: ["production/a", "x"] }, 'does not name the secret "x"'],
    ["a pattern that matches nothing", { pattern: "prod.*" }, "No secret in rotation.yml matches"],
    ["a pattern that matches everything", { pattern: "*" }, "matches all 2 secrets"],
    ["a tag that nothing has", { tag: { key: "u" } }, "has the tag u"],
    ["a value that nothing has", { tag: { key: "t", value: "3" } }, "has the tag t=3"],
  ])("by %s is refused", (_, selection, problem) => {
    const without = { ...manifest, secrets: { "production/a": entry, [arn]: entry } };
    expect(() => select(selection, without, listed)).toThrow(problem);
  });

  it.each([
    ["*", ["aaaa", "ab", "b"]],
    ["a*", ["aaaa", "ab"]],
    ["*b", ["ab", "b"]],
    ["a*b", ["ab"]],
    ["**a*a**", ["aaaa"]],
    ["aa*aaa", []],
    ["a", []],
    ["a.", []],
    [`${"*a".repeat(60)}*c`, []],
  ])("by the pattern %s is of names that have its parts in this order", (pattern, expected) => {
    const secrets = { aaaa: entry, ab: entry, b: entry, [`${"a".repeat(500)}z`]: entry };
    const chosen = () => ids({ pattern }, { ...manifest, secrets: { ...secrets, z: entry } });
    const short = () => chosen().filter((id) => id.length < 5 && id !== "z");
    if (expected.length === 0) expect(chosen).toThrow("matches");
    else if (pattern === "*") expect(chosen).toThrow("matches all");
    else expect(short()).toEqual(expected);
  });

  it("of a manifest without secrets is refused", () => {
    expect(() => select({ all: true }, { ...manifest, secrets: {} })).toThrow("names no secrets");
  });
});

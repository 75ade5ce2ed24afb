import { describe, expect, it } from "vitest";
import { payloadOf } from "../../cli/emergency/options.ts";

type Given = Parameters<typeof payloadOf>[0];

describe("what the function is asked", () => {
  it.each<[string, Given, string[], object]>([
    [
      "a leak of two secrets",
      { leaked: true, reason: "INC-1" },
      ["a", "b"],
      { action: "leaked", secrets: ["a", "b"], reason: "INC-1" },
    ],
    [
      "a leak of an old version",
      { leaked: true, reason: "INC-1", "version-id": "v1", "revoke-first": true },
      ["a"],
      { action: "leaked", secrets: ["a"], reason: "INC-1", version: "v1", revokeFirst: true },
    ],
    [
      "a rotation by a pattern, with an id",
      { rotate: true, reason: "check", pattern: "prod/*", id: "INC-1" },
      [],
      { action: "rotate", pattern: "prod/*", reason: "check", id: "INC-1" },
    ],
    [
      "a rollback by a tag",
      { rollback: true, reason: "check", tag: "team=shop=1" },
      [],
      { action: "rollback", tag: { key: "team", value: "shop=1" }, reason: "check" },
    ],
    [
      "a repair by a tag of any value, which may end sessions",
      { repair: true, reason: "check", tag: "team", "end-sessions": true },
      [],
      { action: "repair", tag: { key: "team" }, reason: "check", endSessions: true },
    ],
    ["a drill, which needs no reason", { drill: true }, ["a"], { action: "drill", secrets: ["a"] }],
    ["the state of everything", { status: true }, [], { action: "status" }],
    ["the state by an id", { status: true, id: "INC-1" }, [], { action: "status", id: "INC-1" }],
  ])("is %s", (_, given, secrets, payload) => {
    expect(payloadOf(given, secrets)).toEqual(payload);
  });

  it.each<[string, Given, string[], string]>([
    ["nothing to do", { reason: "x" }, ["a"], "Say what to do: one of --leaked, --rotate,"],
    [
      "two actions",
      { leaked: true, rotate: true, reason: "x" },
      ["a"],
      "--leaked cannot be combined with --rotate: choose one.",
    ],
    ["no reason", { leaked: true }, ["a"], 'Give a reason with --reason "…"'],
    ["a blank reason", { leaked: true, reason: " " }, ["a"], 'Give a reason with --reason "…"'],
    ["no secret", { leaked: true, reason: "x" }, [], "Name the secrets, or choose them with"],
    ["two selections", { rotate: true, reason: "x", all: true }, ["a"], "Choose one of: names"],
    ["a tag without a key", { rotate: true, reason: "x", tag: "=x" }, [], "--tag takes KEY"],
  ])("is refused with %s", (_, given, secrets, message) => {
    expect(() => payloadOf(given, secrets)).toThrow(message);
  });
});

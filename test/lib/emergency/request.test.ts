import { describe, expect, it } from "vitest";
import { parseRequest as parse } from "../../../lib/emergency/request.ts";

const now = new Date("2026-11-29T03:00:00Z");
const parseRequest = (payload: unknown) => parse(payload, now);

const leaked = { action: "leaked", secrets: ["app"], reason: "INC-1" };

describe("a request", () => {
  it("is read, and has the same id whenever the same reason is given", () => {
    const request = parseRequest(leaked);
    expect(request).toEqual({
      action: "leaked",
      selection: { secrets: ["app"] },
      reason: "INC-1",
      caller: "unknown",
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      dryRun: false,
      isDrill: false,
      endSessions: false,
      revokeFirst: false,
    });
    expect(parseRequest({ ...leaked, secrets: "app" })).toEqual(request);
    expect(parseRequest({ ...leaked, reason: " INC-1 " }).id).toBe(request.id);
    expect(parseRequest({ ...leaked, reason: "INC-2" }).id).not.toBe(request.id);
    expect(parseRequest({ ...leaked, action: "rotate" }).id).not.toBe(request.id);
    expect(parseRequest({ ...leaked, id: "INC-1" }).id).toBe("INC-1");
  });

  it.each([
    [{ pattern: "production/*" }, { pattern: "production/*" }],
    [{ tag: { key: "team", value: "shop" } }, { tag: { key: "team", value: "shop" } }],
    [{ tag: { key: "team" } }, { tag: { key: "team" } }],
    [{ all: true }, { all: true }],
    [{ secrets: ["a", "b", "a"] }, { secrets: ["a", "b"] }],
  ])("selects by %j", (given, selection) => {
    expect(parseRequest({ action: "rotate", reason: "r", ...given })).toMatchObject({ selection });
  });

  it("for a drill is a leak with an id of its own", () => {
    expect(parseRequest({ action: "drill", secrets: ["canary"] })).toMatchObject({
      action: "leaked",
      isDrill: true,
      reason: "drill",
      id: "drill-2026-11-29T03:00:00.000Z",
    });
  });

  it("of the state needs neither secrets nor a reason", () => {
    expect(parseRequest({ action: "status" })).toMatchObject({ selection: { all: true }, id: "" });
    expect(parseRequest({ action: "status", id: "x" })).toMatchObject({ id: "x" });
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "expected a JSON object"],
    ["a list", [], "expected a JSON object"],
    ["no action", {}, "action must be one of rotate, leaked, rollback, repair, status, drill"],
    [
      "a misspelt key",
      { ...leaked, secret: "b" },
      'unknown key "secret" (did you mean "secrets"?)',
    ],
    [
      "no secrets",
      { action: "rotate", reason: "r" },
      "by exactly one of secrets, pattern, tag, all",
    ],
    ["two selections", { ...leaked, all: true }, "by exactly one of secrets, pattern, tag, all"],
    ["an empty list", { ...leaked, secrets: [] }, "secrets must be a list of names or ARNs"],
    [
      "more names than an event holds",
      {
        ...leaked,
        secrets: Array.from({ length: 10_000 }, (_, i) => `production/secret-${i}-abcdef`),
      },
      "secrets lists 10000 names, more than one event holds: choose them by pattern, tag or all",
    ],
    ["a number", { ...leaked, secrets: [7] }, "secrets must be a list of names or ARNs"],
    ["all: false", { action: "rotate", reason: "r", all: false }, "all can only be true"],
    ["a tag as text", { action: "rotate", reason: "r", tag: "a=b" }, "tag must be"],
    ["no reason", { action: "leaked", secrets: ["a"] }, "reason is missing"],
    ["an empty reason", { ...leaked, reason: " " }, "reason must be a non-empty string"],
    ["two lines", { ...leaked, reason: "a\nb" }, "reason must be one line"],
    ["a long reason", { ...leaked, reason: "a".repeat(257) }, "longer than 256 characters"],
    ["half a character", { ...leaked, reason: "\ud83d" }, "reason has half a character"],
    ["another separator of lines", { ...leaked, reason: "a\u2028b" }, "must be one line"],
    ["an id with spaces", { ...leaked, id: "a b" }, "id may contain only letters, digits and"],
    ["text for a flag", { ...leaked, dryRun: "yes" }, "dryRun must be true or false"],
    ["a version of two", { ...leaked, secrets: ["a", "b"], version: "v" }, "exactly one secret"],
    [
      "a version to rotate",
      { ...leaked, action: "rotate", version: "v" },
      "is only for the action",
    ],
    [
      "keys to revoke first",
      { ...leaked, action: "rotate", revokeFirst: true },
      "is only for the action leaked",
    ],
    ["sessions to end", { ...leaked, endSessions: true }, "is only for the action repair"],
  ])("with %s is refused", (_, payload, problem) => {
    expect(() => parseRequest(payload)).toThrow(problem);
  });
});

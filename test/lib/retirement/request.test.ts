import { describe, expect, it } from "vitest";
import { actions, parseRequest } from "../../../lib/retirement/request.ts";

const request = { action: "probe", secret: "production/database/primary", version: "v1" };

describe("a request to the function that ends old credentials", () => {
  it.each(actions)("may ask for %s", (action) => {
    expect(parseRequest({ ...request, action, other: 1 })).toEqual({ ...request, action });
  });

  it.each([
    ["nothing", undefined, "it is no object"],
    ["null", null, "it is no object"],
    ["text", "retire", "it is no object"],
    ["an empty object", {}, "action is none of probe, quiet, retire, endSessions"],
    ["an unknown action", { ...request, action: "drop" }, "action is none of"],
    ["an action of another type", { ...request, action: ["retire"] }, "action is none of"],
    ["a member of every object", { ...request, action: "toString" }, "action is none of"],
    ["no secret", { ...request, secret: undefined }, "secret is no text"],
    ["an empty secret", { ...request, secret: "" }, "secret is no text"],
    ["no version", { action: "retire", secret: "s" }, "version is no text"],
    ["a version of another type", { ...request, version: 1 }, "version is no text"],
    ["a rotation event", { Step: "finishSecret", SecretId: "s" }, "action is none of"],
  ])("is refused when it is %s", (_, payload, problem) => {
    expect(() => parseRequest(payload)).toThrow(
      expect.objectContaining({
        code: "INVALID_REQUEST",
        retryable: false,
        message: expect.stringContaining(problem),
      }),
    );
  });
});

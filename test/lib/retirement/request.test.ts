import { describe, expect, it } from "vitest";
import { actions, parseRequest } from "../../../lib/retirement/request.ts";

const request = { action: "probe", secret: "production/database/primary", version: "v1" };

describe("a request to the function that ends old credentials", () => {
  it.each(actions)("may ask for %s", (action) => {
    expect(parseRequest({ ...request, action, other: 1 })).toEqual({ ...request, action });
  });

  it.each([
    ["nothing", undefined, "expected an object"],
    ["null", null, "expected an object"],
    ["text", "retire", "expected an object"],
    ["an empty object", {}, "action must be one of probe, quiet, retire, endSessions"],
    ["an unknown action", { ...request, action: "drop" }, "action must be one of"],
    ["an action of another type", { ...request, action: ["retire"] }, "action must be one of"],
    ["a member of every object", { ...request, action: "toString" }, "action must be one of"],
    ["no secret", { ...request, secret: undefined }, "secret must be a non-empty string"],
    ["an empty secret", { ...request, secret: "" }, "secret must be a non-empty string"],
    ["no version", { action: "retire", secret: "s" }, "version must be a non-empty string"],
    ["a version of another type", { ...request, version: 1 }, "version must be a non-empty string"],
    ["a rotation event", { Step: "finishSecret", SecretId: "s" }, "action must be one of"],
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

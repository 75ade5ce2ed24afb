import { describe, expect, it } from "vitest";
import { parseRequest, subjectOf } from "../../../lib/mirror/request.ts";

const request = { secret: "clip-it/production", version: "v1" };

describe("a request to the function that mirrors", () => {
  it("names a secret and a version", () => {
    expect(parseRequest({ ...request, other: 1 })).toEqual(request);
    const subject = { step: "mirror", secretId: request.secret, token: request.version };
    expect(subjectOf(request)).toEqual(subject);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "mirror"],
    ["an empty object", {}],
    ["no version", { secret: "s" }],
    ["a version of another type", { ...request, version: ["v1"] }],
    ["an empty secret", { ...request, secret: "" }],
    ["a rotation event", { Step: "finishSecret", SecretId: "s", ClientRequestToken: "t" }],
  ])("is refused when it is %s", (_, payload) => {
    expect(() => parseRequest(payload)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", retryable: false }),
    );
  });
});

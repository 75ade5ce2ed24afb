import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { parseEvent, steps } from "../../../lib/rotation/event.ts";
import { Secret } from "../../../lib/secret/secret.ts";

const payload = {
  Step: "createSecret",
  SecretId: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf",
  ClientRequestToken: "0b4e0c1e-3a53-4d0e-9d3e-6f5a2c1b7d80",
};
const event = {
  step: "createSecret",
  secretId: payload.SecretId,
  token: payload.ClientRequestToken,
};

describe("a rotation event", () => {
  it.each(steps)("is read with the step %s", (step) => {
    expect(parseEvent({ ...payload, Step: step })).toEqual({ ...event, step });
  });

  it("names the four steps in the order in which Secrets Manager calls them", () => {
    expect(steps).toEqual(["createSecret", "setSecret", "testSecret", "finishSecret"]);
  });

  it("keeps its RotationToken as a secret", () => {
    const token = randomUUID();
    const parsed = parseEvent({ ...payload, RotationToken: token });
    expect(parsed).toEqual({ ...event, rotationToken: new Secret<string>(token) });
    expect(inspect(parsed, { depth: null, showHidden: true })).not.toContain(token);
  });

  it.each([undefined, null])("has no RotationToken where that is %s", (RotationToken) => {
    expect(parseEvent({ ...payload, RotationToken })).toEqual(event);
  });

  it("may carry what we do not know", () => {
    expect(parseEvent({ ...payload, Reason: "x" })).toEqual(event);
  });

  it.each([32, 64])("has a token of %d characters", (length) => {
    const token = "t".repeat(length);
    expect(parseEvent({ ...payload, ClientRequestToken: token }).token).toBe(token);
  });
});

describe("what is no rotation event is refused", () => {
  it.each<[string, unknown, string]>([
    ["nothing", undefined, "expected an object"],
    ["null", null, "expected an object"],
    ["a text", "createSecret", "expected an object"],
    ["a list", [], "Step is missing"],
    ["an event of EventBridge", { source: "aws.events", detail: {} }, "Step is missing"],
    ["no step", { ...payload, Step: undefined }, "Step is missing"],
    ["a step that is no text", { ...payload, Step: 1 }, "Step must be a non-empty string"],
    ["no secret", { ...payload, SecretId: undefined }, "SecretId is missing"],
    ["an empty secret", { ...payload, SecretId: "" }, "SecretId must be a non-empty string"],
    ["no token", { ...payload, ClientRequestToken: undefined }, "ClientRequestToken is missing"],
    [
      "a null token",
      { ...payload, ClientRequestToken: null },
      "ClientRequestToken must be a non-empty string",
    ],
    ["a short token", { ...payload, ClientRequestToken: "t".repeat(31) }, "32 to 64 characters"],
    ["a long token", { ...payload, ClientRequestToken: "t".repeat(65) }, "32 to 64 characters"],
    [
      "a RotationToken that is no text",
      { ...payload, RotationToken: 1 },
      "RotationToken must be a non-empty string",
    ],
  ])("%s", (_, from, problem) => {
    expect(() => parseEvent(from)).toThrow(
      expect.objectContaining({
        code: "INVALID_EVENT",
        retryable: false,
        message: expect.stringContaining(problem),
      }),
    );
  });

  it.each(["CreateSecret", "create_secret", "rotate", "__proto__"])("the step %s", (Step) => {
    expect(() => parseEvent({ ...payload, Step })).toThrow(
      expect.objectContaining({
        code: "UNKNOWN_STEP",
        message: expect.stringContaining(`"${Step}"`),
      }),
    );
  });

  it("a step of any length, of which it repeats 40 characters", () => {
    expect(() => parseEvent({ ...payload, Step: "x".repeat(1000) })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("x".repeat(41)) }),
    );
  });

  it("without a word of its RotationToken", () => {
    const token = randomUUID();
    for (const wrong of [{ Step: "x" }, { SecretId: "" }, { ClientRequestToken: token.slice(1) }])
      try {
        parseEvent({ ...payload, RotationToken: token, ...wrong });
        expect.unreachable();
      } catch (error) {
        expect(inspect(error, { depth: null, showHidden: true })).not.toContain(token.slice(1));
      }
  });
});

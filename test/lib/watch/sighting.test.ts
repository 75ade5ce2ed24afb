import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readSighting } from "../../../lib/watch/sighting.ts";

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a/b-AbCdEf";
const token = randomUUID();
const lambda = "arn:aws:lambda:eu-central-1:123456789012:function:rotate-database";

/** As events that were recorded on AWS. */
const event = (detail: object = {}) => ({
  version: "0",
  "detail-type": "AWS Service Event via CloudTrail",
  source: "aws.secretsmanager",
  resources: [],
  detail: {
    eventName: "RotationFailed",
    errorMessage: `Error when executing lambda ${lambda} during setSecret step`,
    additionalEventData: { SecretId: arn },
    requestID: `Rotation-${arn}-${token}`,
    ...detail,
  },
});

describe("an event of Secrets Manager", () => {
  it("names the secret, the version and the step", () => {
    expect(readSighting(event())).toEqual({
      kind: "RotationFailed",
      secretId: arn,
      token,
      step: "setSecret",
    });
  });

  it("of an abandonment has no step", () => {
    const abandoned = event({ eventName: "RotationAbandoned", errorMessage: undefined });
    expect(readSighting(abandoned)).toEqual({ kind: "RotationAbandoned", secretId: arn, token });
  });

  it.each<[string, object]>([
    ["no request", { requestID: undefined }],
    ["a request of another form", { requestID: randomUUID() }],
    ["a request of another secret", { requestID: `Rotation-${arn}x-${token}` }],
    ["what is no version behind the ARN", { requestID: `Rotation-${arn}-$(${token})` }],
    ["a request that is no text", { requestID: { token } }],
  ])("with %s names no version", (_, detail) => {
    expect(readSighting(event(detail))).toMatchObject({ secretId: arn, token: undefined });
  });

  it.each<[string, unknown]>([
    ["another message", "Internal failure"],
    ["an unknown step", `Error when executing lambda ${lambda} during dropTables step`],
    ["no text", 7],
  ])("with %s names no step", (_, errorMessage) => {
    expect(readSighting(event({ errorMessage })).step).toBeUndefined();
  });
});

describe("what is none", () => {
  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /it has no eventName/],
    ["a text", "RotationFailed", /it has no eventName/],
    ["an empty event", {}, /it has no eventName/],
    ["a success", event({ eventName: "RotationSucceeded" }), /its eventName is RotationSucceeded/],
    ["a name that is none", event({ eventName: "a name: x" }), /it has no eventName\. EventBridge/],
    ["a name that is no text", event({ eventName: { a: 1 } }), /it has no eventName\. EventBridge/],
    [
      "no secret",
      event({ additionalEventData: null }),
      /detail\.additionalEventData\.SecretId is missing/,
    ],
    [
      "a secret that is no text",
      event({ additionalEventData: { SecretId: [arn] } }),
      /SecretId is missing/,
    ],
  ])("is refused: %s", (_, payload, message) => {
    const read = () => readSighting(payload);
    expect(read).toThrow(expect.objectContaining({ code: "INVALID_NOTICE" }));
    expect(read).toThrow(message);
  });
});

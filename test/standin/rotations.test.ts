/** What the stand-in adds to rotations: their steps with calls and errors, and how often they are tried. What AWS does is in test/facts/. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  RotateSecretCommand,
  type RotateSecretRequest,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, it } from "vitest";
import { type Call, startAws } from "../../standin/aws.ts";
import {
  createSecret,
  current,
  labels,
  rotationFunction,
  sdkClient,
  temporaryBundle,
} from "./fixtures.ts";

const INCOMPLETE = {
  name: "InvalidRequestException",
  message: "A previous rotation isn't complete. That rotation will be reattempted.",
};

const aws = await startAws({ rotation: { attempts: 2, retryDelayMs: 10 } });
const client = sdkClient(aws);
const bundle = await temporaryBundle(rotationFunction);
const working = aws.functions.register({ name: "working", bundle: bundle.path });
const failing = aws.functions.register({
  name: "failing",
  bundle: bundle.path,
  environment: { FAIL: "setSecret" },
});
const slow = aws.functions.register({
  name: "slow",
  bundle: bundle.path,
  environment: { SLOW: "setSecret" },
});
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  await bundle[Symbol.asyncDispose]();
});

async function rotate(SecretId: string, more: Partial<RotateSecretRequest> = {}) {
  const token = randomUUID();
  const input = { SecretId, ClientRequestToken: token, ...more };
  const answer = await client.send(new RotateSecretCommand(input));
  return { token, answer, outcome: aws.rotations.finished(SecretId, token) };
}

/** Resolves while the slow function is in setSecret. */
async function slowStepBegun(name: string): Promise<void> {
  const { ARN } = await describeSecret(name);
  const isBegun = () =>
    aws.calls.some((call) => call.principal.startsWith("slow-") && isDescribe(call, ARN));
  while (!isBegun()) await sleep(5);
}

function isDescribe(call: Call, arn: string | undefined): boolean {
  return call.operation === "DescribeSecret" && call.input["SecretId"] === arn;
}

const describeSecret = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));

describe("a rotation (API_RotateSecret, rotate-secrets_lambda-functions.html)", () => {
  it("answers at once and runs four steps with the token as the version", async () => {
    const { name, arn, version } = await createSecret(client);
    const events: unknown[] = [];
    using _ = aws.intercept({ before: (call) => void events.push(call.operation) });
    const { token, answer, outcome } = await rotate(name, {
      RotationLambdaARN: working,
      RotationRules: { AutomaticallyAfterDays: 90 },
    });
    expect(answer).toMatchObject({ ARN: arn, Name: name, VersionId: token });
    expect(events).toEqual(["RotateSecret"]);
    const { succeeded, attempts, steps } = await outcome;
    expect({ succeeded, attempts }).toEqual({ succeeded: true, attempts: 1 });
    expect(steps.map(({ step, calls }) => [step, calls.map(({ operation }) => operation)])).toEqual(
      [
        ["createSecret", ["GetSecretValue", "PutSecretValue"]],
        ["setSecret", []],
        ["testSecret", []],
        ["finishSecret", ["DescribeSecret", "UpdateSecretVersionStage"]],
      ],
    );
    expect(await labels(client, name)).toEqual({
      [version]: ["AWSPREVIOUS"],
      [token]: ["AWSCURRENT"],
    });
    expect(await current(client, name)).toBe("one+");
  });
});

describe("a rotation that fails (API_DescribeSecret, troubleshoot_rotation.html)", () => {
  it("is tried again from the first step, then left as it is", async () => {
    const { name, version } = await createSecret(client);
    const { token, outcome } = await rotate(name, { RotationLambdaARN: failing });
    const { succeeded, attempts, steps } = await outcome;
    expect({ succeeded, attempts }).toEqual({ succeeded: false, attempts: 2 });
    expect(steps.map(({ attempt, step }) => `${attempt} ${step}`)).toEqual([
      "1 createSecret",
      "1 setSecret",
      "2 createSecret",
      "2 setSecret",
    ]);
    expect(steps[1]?.error).toEqual({ errorType: "Error", errorMessage: "told to fail" });
    expect(await labels(client, name)).toEqual({
      [version]: ["AWSCURRENT"],
      [token]: ["AWSPENDING"],
    });
    expect(await describeSecret(name)).not.toHaveProperty("LastRotatedDate");
  });

  it("makes the next RotateSecret fail, and is reattempted with its own token", async () => {
    const { name } = await createSecret(client);
    const { token, outcome } = await rotate(name, { RotationLambdaARN: failing });
    await outcome;
    await expect(rotate(name)).rejects.toMatchObject(INCOMPLETE);
    const again = await aws.rotations.finished(name, token);
    expect(again.steps[0]?.step).toBe("createSecret");
    expect(again).not.toBe(await outcome);
  });

  it("has failed when the function returns without having moved AWSCURRENT", async () => {
    await using idle = await temporaryBundle("export const handler = () => undefined;");
    const arn = aws.functions.register({ name: "does-nothing", bundle: idle.path });
    const { name } = await createSecret(client);
    const { outcome } = await rotate(name, { RotationLambdaARN: arn });
    const { succeeded, steps } = await outcome;
    expect(succeeded).toBe(false);
    expect(steps).toHaveLength(8);
  });
});

describe("a rotation that is running", () => {
  it("refuses a second one (API_RotateSecret)", async () => {
    const { name } = await createSecret(client);
    const { outcome } = await rotate(name, { RotationLambdaARN: slow });
    await expect(rotate(name)).rejects.toMatchObject(INCOMPLETE);
    expect(await outcome).toMatchObject({ succeeded: true, attempts: 1 });
  });

  it("starts no further step once cancelled, and keeps its labels (API_CancelRotateSecret)", async () => {
    const { name, version } = await createSecret(client);
    const { token, outcome } = await rotate(name, { RotationLambdaARN: slow });
    await slowStepBegun(name);
    const cancelled = await client.send(new CancelRotateSecretCommand({ SecretId: name }));
    expect(cancelled.VersionId).toBe(token);
    const { succeeded, steps } = await outcome;
    expect(succeeded).toBe(false);
    expect(steps.map(({ step }) => step)).toEqual(["createSecret", "setSecret"]);
    expect(await labels(client, name)).toEqual({
      [version]: ["AWSCURRENT"],
      [token]: ["AWSPENDING"],
    });
    expect((await describeSecret(name)).RotationEnabled).toBe(false);
    // "Failing to clean up a cancelled rotation can block you from starting future rotations."
    await expect(rotate(name)).rejects.toMatchObject(INCOMPLETE);
  });
});

describe("a lone testSecret", () => {
  it.each([
    ["current", false],
    ["empty", true],
  ] as const)(
    "finds a version whose value is %s, as the host of the test says",
    async (testVersion, isEmpty) => {
      await using other = await startAws({ rotation: { testVersion } });
      const needsEmpty = rotationFunction.replace(
        "export async function handler({ Step, SecretId, ClientRequestToken, RotationToken }) {",
        `export async function handler({ SecretId, ClientRequestToken }) {
         const read = call("GetSecretValue", { SecretId, VersionId: ClientRequestToken });
         if (await read.then(() => true, () => false)) throw new Error("it has a value");
       }
       async function unused({ Step, SecretId, ClientRequestToken, RotationToken }) {`,
      );
      await using source = await temporaryBundle(needsEmpty);
      const RotationLambdaARN = other.functions.register({ name: "picky", bundle: source.path });
      const caller = sdkClient(other);
      const { name: SecretId } = await createSecret(caller);
      const ClientRequestToken = randomUUID();
      await caller.send(
        new RotateSecretCommand({
          SecretId,
          ClientRequestToken,
          RotationLambdaARN,
          RotateImmediately: false,
        }),
      );
      const { succeeded } = await other.rotations.finished(SecretId, ClientRequestToken);
      expect(succeeded).toBe(isEmpty);
    },
  );
});

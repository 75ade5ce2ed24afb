/**
 * What RotateSecret and CancelRotateSecret must do, driven by the real SDK client. Pages: see
 * secrets-manager.contract.test.ts.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretRequest,
  UpdateSecretVersionStageCommand,
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

const DAY = 86_400_000;
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

  it("registers the version before it has a value (API_DescribeSecret)", async () => {
    const { name } = await createSecret(client);
    const { token, outcome } = await rotate(name, { RotationLambdaARN: slow });
    expect((await labels(client, name))?.[token]).toEqual(["AWSPENDING"]);
    const read = new GetSecretValueCommand({ SecretId: name, VersionId: token });
    await expect(client.send(read)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await outcome;
    expect((await client.send(read)).SecretString).toBe("one+");
  });

  it("sets the dates (API_DescribeSecret, rotate-secrets_schedule.html)", async () => {
    const { name } = await createSecret(client);
    const rules = { ScheduleExpression: "rate(10 days)" };
    const run = await rotate(name, { RotationLambdaARN: working, RotationRules: rules });
    await run.outcome;
    const described = await describeSecret(name);
    expect(described).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: working,
      RotationRules: rules,
    });
    expect(described.LastRotatedDate?.getTime()).toBeCloseTo(Date.now(), -4);
    const rotatedOn = Math.floor(Number(described.LastRotatedDate) / DAY) * DAY;
    expect(described.NextRotationDate?.getTime()).toBe(rotatedOn + 11 * DAY - 1000);
  });

  it("needs a function, a known one, and a schedule that AWS accepts", async () => {
    const { name } = await createSecret(client);
    await expect(rotate(name)).rejects.toMatchObject({ name: "InvalidRequestException" });
    const unknown = `${working}-unknown`;
    await expect(rotate(name, { RotationLambdaARN: unknown })).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    for (const RotationRules of [
      {},
      { AutomaticallyAfterDays: 0 },
      { AutomaticallyAfterDays: 1001 },
      { AutomaticallyAfterDays: 90, ScheduleExpression: "rate(90 days)" },
      { ScheduleExpression: "rate(3 hours)" },
      { ScheduleExpression: "every now and then" },
      { ScheduleExpression: "cron(30 8 * * ? *)" },
      { ScheduleExpression: "cron(0 8 * * ? *)", Duration: "25h" },
    ]) {
      await expect(
        rotate(name, { RotationLambdaARN: working, RotationRules }),
        JSON.stringify(RotationRules),
      ).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
    expect(await describeSecret(name)).not.toHaveProperty("RotationEnabled");
    const cron = { ScheduleExpression: "cron(0 8 1 * ? *)", Duration: "3h" };
    const run = await rotate(name, { RotationLambdaARN: working, RotationRules: cron });
    expect(await run.outcome).toMatchObject({ succeeded: true });
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

  it("gives way to a fresh rotation once AWSPENDING is removed", async () => {
    const { name } = await createSecret(client);
    const { token, outcome } = await rotate(name, { RotationLambdaARN: failing });
    await outcome;
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: name,
        VersionStage: "AWSPENDING",
        RemoveFromVersionId: token,
      }),
    );
    const fresh = await rotate(name, { RotationLambdaARN: working });
    expect(await fresh.outcome).toMatchObject({ succeeded: true });
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

  it("is abandoned by a value written by hand (cloudtrail_log_entries.html: RotationAbandoned)", async () => {
    const { name, version } = await createSecret(client);
    const { token, outcome } = await rotate(name, { RotationLambdaARN: slow });
    await slowStepBegun(name);
    const put = new PutSecretValueCommand({ SecretId: name, SecretString: "by hand" });
    const { VersionId } = await client.send(put);
    expect((await outcome).succeeded).toBe(false);
    expect(await labels(client, name)).toEqual({
      [version]: ["AWSPREVIOUS"],
      [String(VersionId)]: ["AWSCURRENT"],
    });
    const read = new GetSecretValueCommand({ SecretId: name, VersionId: token });
    expect((await client.send(read)).SecretString).toBe("one+");
  });
});

describe("RotateImmediately=false (API_RotateSecret)", () => {
  it("runs testSecret alone, on a pending version that is removed again", async () => {
    const { name, version } = await createSecret(client);
    const { outcome } = await rotate(name, {
      RotationLambdaARN: working,
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediately: false,
    });
    const { succeeded, steps } = await outcome;
    expect(succeeded).toBe(true);
    expect(steps.map(({ step }) => step)).toEqual(["testSecret"]);
    expect(await labels(client, name)).toEqual({ [version]: ["AWSCURRENT"] });
    const described = await describeSecret(name);
    expect(described.RotationEnabled).toBe(true);
    expect(described).not.toHaveProperty("LastRotatedDate");
  });
});

describe("rotation of a secret without rotation", () => {
  it("cannot be cancelled (API_CancelRotateSecret)", async () => {
    const Name = `a/${randomUUID()}`;
    await client.send(new CreateSecretCommand({ Name }));
    const cancel = new CancelRotateSecretCommand({ SecretId: Name });
    await expect(client.send(cancel)).rejects.toMatchObject({ name: "InvalidRequestException" });
  });
});

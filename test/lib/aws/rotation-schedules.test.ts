import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { rotationSchedules } from "../../../lib/aws/rotation-schedules.ts";
import type { Schedules } from "../../../lib/schedules/port.ts";
import { type Aws, AwsError, startAws } from "../../../standin/aws.ts";
import { rotationFunction, sdkClient, temporaryBundle } from "../../standin/fixtures.ts";

const signal = AbortSignal.timeout(60_000);

let aws: Aws;
let store: Schedules;
let functionArn: string;
const disposables = new AsyncDisposableStack();
beforeAll(async () => {
  aws = disposables.use(await startAws({ inProcess: true }));
  for (const [name, value] of Object.entries(aws.env("schedule"))) vi.stubEnv(name, value);
  const bundle = disposables.use(await temporaryBundle(rotationFunction));
  functionArn = aws.functions.register({ name: "rotate", bundle: bundle.path });
  store = rotationSchedules();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await disposables.disposeAsync();
});

async function made(Name: string): Promise<string> {
  const command = new CreateSecretCommand({ Name, SecretString: "{}" });
  return (await sdkClient(aws).send(command)).ARN ?? "";
}

describe("schedules in Secrets Manager", () => {
  it("are set without a rotation, switched off, and tell what they were", async () => {
    const arn = await made("app");
    expect((await store.describe(arn, signal))?.rotation).toBeUndefined();
    const schedule = { functionArn, expression: "cron(0 3 1 * ? *)", duration: "3h" };
    await store.set(arn, schedule, signal);
    const [asked] = aws.calls.filter(({ operation }) => operation === "RotateSecret");
    expect(asked?.input).toMatchObject({ RotateImmediately: false });
    await aws.idle();
    expect(await store.describe("app", signal)).toEqual({
      arn,
      name: "app",
      rotation: { isOn: true, ...schedule },
      isManaged: false,
      isDeleted: false,
      mark: undefined,
    });
    await store.cancel(arn, signal);
    await store.cancel(arn, signal);
    const listed = await store.list(signal);
    expect(listed.find(({ name }) => name === "app")?.rotation).toEqual({
      isOn: false,
      ...schedule,
    });
  });

  it("are marked by a tag of theirs, beside those of others", async () => {
    const arn = await made("marked");
    const markNow = async () => (await store.describe(arn, signal))?.mark;
    await store.mark(arn, "off", signal);
    expect(await markNow()).toBe("off");
    await store.mark(arn, undefined, signal);
    await store.mark(arn, undefined, signal);
    expect(await markNow()).toBeUndefined();
  });

  it("tell which version is still to be retired", async () => {
    const client = sdkClient(aws);
    const value = { Name: "unsettled", SecretString: "{}" };
    const { ARN = "", VersionId } = await client.send(new CreateSecretCommand(value));
    expect((await store.describe(ARN, signal))?.unsettled).toBeUndefined();
    const put = (...VersionStages: string[]) =>
      client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: "{}", VersionStages }));
    const { VersionId: retiring } = await put("RETIRING");
    expect(retiring).not.toBe(VersionId);
    expect((await store.describe(ARN, signal))?.unsettled).toBe(retiring);
    const listed = await store.list(signal);
    expect(listed.find(({ arn }) => arn === ARN)?.unsettled).toBe(retiring);
  });

  it("of a secret that is to be deleted, or is not there, say so", async () => {
    const arn = await made("deleted");
    await sdkClient(aws).send(new DeleteSecretCommand({ SecretId: arn }));
    expect(await store.describe(arn, signal)).toMatchObject({ isDeleted: true });
    expect(await store.list(signal)).toContainEqual(
      expect.objectContaining({ name: "deleted", isDeleted: true }),
    );
    expect(await store.describe("absent", signal)).toBeUndefined();
  });

  it("that may not be set say which call was denied, on what", async () => {
    const arn = await made("denied");
    using _ = aws.intercept({
      before({ operation }) {
        if (operation === "RotateSecret") throw new AwsError("AccessDeniedException", "no", 400);
      },
    });
    const schedule = { functionArn, expression: "rate(90 days)" };
    await expect(store.set(arn, schedule, signal)).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      retryable: false,
      happened: expect.stringContaining(`secretsmanager:RotateSecret on ${arn} failed`),
    });
  });
});

import { randomUUID } from "node:crypto";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { databaseSecretId } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { StepWatch } from "../../../lab/step-watch.ts";
import { steps } from "../../../lib/rotation/event.ts";
import { AwsError } from "../../../standin/aws.ts";
import { linesOf, Stage } from "./stage.ts";

let server: PostgresServer;
let stage: Stage;
beforeAll(async () => {
  server = await startPostgres();
  stage = await Stage.open(server, "alternating-users", "alerts");
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => stage.begin());

describe("a rotation that fails", () => {
  it.each(steps)("in %s alerts once, however often it is tried", async (step) => {
    const { world } = stage;
    await world.label("AWSPENDING", stage.token);
    const { mark } = stage;
    const operation = step === "finishSecret" ? "UpdateSecretVersionStage" : "GetSecretValue";
    using watch = new StepWatch(world.aws, () => {});
    const token = randomUUID();
    using _ = stage.answer(new AwsError("AccessDeniedException", "no"), (call) => {
      return call.operation === operation && watch.step === step;
    });
    expect(await world.rotate(token)).toMatchObject({ succeeded: false, attempts: 3 });
    expect(stage.alerts(mark)).toEqual([
      expect.objectContaining({
        kind: "rotation-failed",
        severity: "error",
        code: "AWS_CALL_FAILED",
        secret: databaseSecretId,
        environment: "production",
        step,
        token,
        region: world.aws.region,
        logGroup: "/aws/lambda/rotate-database",
        productionSafe: true,
      }),
    ]);
    const [{ subject, attributes } = { subject: "", attributes: {} }] =
      world.aws.notifications.slice(mark);
    expect(subject).toBe(
      `[error] rotation failed in ${step} (AWS_CALL_FAILED): ${databaseSecretId}`,
    );
    expect(attributes).toMatchObject({ severity: "error", secret: databaseSecretId, step });
  });

  it("alerts anew for another reason, and for another token", async () => {
    const { mark } = stage;
    const reasons = () => stage.alerts(mark).map(({ code, token }) => [code, token]);
    const failing = async (operation: string) => {
      using _ = stage.deny(operation);
      for (const __ of [1, 2])
        expect((await stage.run("createSecret")).error?.errorType).toBe("AWS_CALL_FAILED");
    };
    const expected = [["AWS_CALL_FAILED", stage.token]];
    await failing("GetSecretValue");
    expect(reasons()).toEqual(expected);

    // The same step and code: the role lacks a second permission.
    await failing("PutSecretValue");
    expected.push(["AWS_CALL_FAILED", stage.token]);
    expect(reasons()).toEqual(expected);

    expect((await stage.run("createSecret")).error).toBeUndefined();
    {
      using _ = stage.proxy.intercept({ before: () => Promise.reject() });
      await stage.run("setSecret");
    }
    expected.push(["UNREACHABLE", stage.token]);
    expect(reasons()).toEqual(expected);

    await stage.begin();
    await failing("GetSecretValue");
    expected.push(["AWS_CALL_FAILED", stage.token]);
    expect(reasons()).toEqual(expected);
  });
});

describe("what is no rotation of ours", () => {
  it.each<[string, object, string]>([
    ["no event", {}, "INVALID_EVENT"],
    ["an unknown step", { Step: "rotate" }, "UNKNOWN_STEP"],
  ])("alerts once for %s, and looks at no secret", async (_, given, code) => {
    const { mark } = stage;
    const before = stage.world.aws.calls.length;
    const event =
      "Step" in given ? { SecretId: "s", ClientRequestToken: randomUUID(), ...given } : given;
    const { error } = await stage.invoke(event);
    expect(error?.errorType).toBe(code);
    expect(stage.alerts(mark)).toMatchObject([{ kind: "call-failed", code, secret: "unknown" }]);
    const calls = stage.world.aws.calls.slice(before);
    expect(calls.map(({ operation }) => operation)).toEqual(["Publish"]);
  });

  it("alerts once for a secret that the manifest does not name", async () => {
    const { mark } = stage;
    const Name = `stray/${randomUUID()}`;
    const created = await stage.world.client.send(
      new CreateSecretCommand({ Name, SecretString: "{}" }),
    );
    const event = { Step: "setSecret", SecretId: created.ARN, ClientRequestToken: stage.token };
    for (const _ of [1, 2])
      expect((await stage.invoke(event)).error?.errorType).toBe("NOT_IN_MANIFEST");
    expect(stage.alerts(mark)).toMatchObject([{ code: "NOT_IN_MANIFEST", secret: Name }]);
  });
});

describe("a deadline", () => {
  const short = () => stage.deploy({ environment: { ALERT_TOPIC_ARN: topic() }, timeoutMs: 6400 });

  it("alerts before the time is over when the database is a black hole", async () => {
    await stage.run("createSecret");
    const { mark } = stage;
    using _ = stage.proxy.intercept({ before: () => new Promise(() => {}) });
    const { error, ms } = await stage.run("setSecret", short());
    expect(error?.errorType).toBe("DEADLINE");
    expect(ms).toBeLessThan(3000);
    expect(stage.alerts(mark)).toMatchObject([{ code: "DEADLINE", step: "setSecret" }]);
  });

  it("alerts all the same when Secrets Manager is one", async () => {
    const { mark } = stage;
    using _ = stage.world.aws.intercept({
      before: ({ operation }) =>
        operation === "DescribeSecret" ? new Promise(() => {}) : undefined,
    });
    const { error, ms } = await stage.run("setSecret", short());
    expect(error?.errorType).toBe("DEADLINE");
    expect(ms).toBeLessThan(4000);
    expect(stage.alerts(mark)).toMatchObject([{ code: "DEADLINE", secret: databaseSecretId }]);
  });
});

/** The one that the function publishes to. */
function topic(name = "alerts"): string {
  return `arn:aws:sns:${stage.world.aws.region}:${stage.world.aws.accountId}:${name}`;
}

describe("an alert that fails", () => {
  it.each<[string, () => { arn?: string; hindrance?: Disposable }, RegExp]>([
    [
      "the topic is forbidden",
      () => ({ hindrance: stage.deny("Publish", "AuthorizationError") }),
      /^sns:Publish on arn:.*:alerts failed: AuthorizationErrorException\. Allow sns:Publish/,
    ],
    [
      "the topic is missing",
      () => ({ arn: stage.deploy({ environment: { ALERT_TOPIC_ARN: topic("gone") } }) }),
      /^sns:Publish on arn:.*:gone failed: NotFoundException\. Create the topic/,
    ],
    ["no topic is named", () => ({ arn: stage.deploy({}) }), /^ALERT_TOPIC_ARN is not set/],
  ])("hides nothing when %s", async (_, prepare, reason) => {
    const { mark } = stage;
    const { arn, hindrance } = prepare();
    using __ = hindrance;
    using ___ = stage.deny("GetSecretValue");
    const invocation = await stage.run("createSecret", arn);
    expect(invocation.error).toMatchObject({ errorType: "AWS_CALL_FAILED" });
    expect(invocation.error?.errorMessage).toMatch(/^secretsmanager:GetSecretValue on /);
    expect(linesOf(invocation).others).toMatchObject([
      {
        level: "ERROR",
        message: "the alert could not be sent or remembered",
        secret: databaseSecretId,
        errorMessage: expect.stringMatching(reason),
      },
    ]);
    expect(stage.alerts(mark)).toEqual([]);
  });

  it("is told again when it cannot be remembered", async () => {
    const { mark } = stage;
    using _ = stage.deny("TagResource");
    using __ = stage.deny("GetSecretValue");
    for (const ___ of [1, 2]) {
      const invocation = await stage.run("createSecret");
      expect(invocation.error?.errorMessage).toMatch(/^secretsmanager:GetSecretValue on /);
      expect(linesOf(invocation).others).toMatchObject([
        { errorMessage: expect.stringMatching(/^secretsmanager:TagResource on .*AccessDenied/) },
      ]);
    }
    expect(stage.alerts(mark)).toHaveLength(2);
  });

  it("needs no DescribeSecret", async () => {
    const { mark } = stage;
    using _ = stage.deny("DescribeSecret");
    const invocation = await stage.run("createSecret");
    expect(invocation.error?.errorMessage).toMatch(/^secretsmanager:DescribeSecret on /);
    expect(stage.alerts(mark)).toMatchObject([
      { code: "AWS_CALL_FAILED", secret: databaseSecretId },
    ]);
  });
});

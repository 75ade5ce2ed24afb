import { randomUUID } from "node:crypto";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { databaseSecretId } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { StepWatch } from "../../../lab/step-watch.ts";
import { steps } from "../../../lib/rotation/event.ts";
import { AwsError } from "../../../standin/aws.ts";
import { BuiltRotation, linesOf } from "./built-rotation.ts";

let server: PostgresServer;
let built: BuiltRotation;
beforeAll(async () => {
  server = await startPostgres();
  built = await BuiltRotation.open(server, "alternating-users", "alerts");
});
afterAll(async () => {
  await built?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => built.begin());

describe("a rotation that fails", () => {
  it.each(steps)("in %s alerts once, however often it is tried", async (step) => {
    const { world } = built;
    await world.label("AWSPENDING", built.token);
    const { mark } = built;
    const operation = step === "finishSecret" ? "UpdateSecretVersionStage" : "GetSecretValue";
    using watch = new StepWatch(world.aws, () => {});
    const token = randomUUID();
    using _ = built.answer(new AwsError("AccessDeniedException", "no"), (call) => {
      return call.operation === operation && watch.step === step;
    });
    expect(await world.rotate(token)).toMatchObject({ succeeded: false, attempts: 3 });
    expect(built.alerts(mark)).toEqual([
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
    const { mark } = built;
    const reasons = () => built.alerts(mark).map(({ code, token }) => [code, token]);
    const failing = async (operation: string) => {
      using _ = built.deny(operation);
      for (const __ of [1, 2])
        expect((await built.run("createSecret")).error?.errorType).toBe("AWS_CALL_FAILED");
    };
    const expected = [["AWS_CALL_FAILED", built.token]];
    await failing("GetSecretValue");
    expect(reasons()).toEqual(expected);

    // The same step and code: the role lacks a second permission.
    await failing("PutSecretValue");
    expected.push(["AWS_CALL_FAILED", built.token]);
    expect(reasons()).toEqual(expected);

    expect((await built.run("createSecret")).error).toBeUndefined();
    {
      using _ = built.proxy.intercept({ before: () => Promise.reject() });
      await built.run("setSecret");
    }
    expected.push(["UNREACHABLE", built.token]);
    expect(reasons()).toEqual(expected);

    await built.begin();
    await failing("GetSecretValue");
    expected.push(["AWS_CALL_FAILED", built.token]);
    expect(reasons()).toEqual(expected);
  });
});

describe("what is no rotation of ours", () => {
  it.each<[string, object, string]>([
    ["no event", {}, "INVALID_EVENT"],
    ["an unknown step", { Step: "rotate" }, "UNKNOWN_STEP"],
  ])("alerts once for %s, and looks at no secret", async (_, given, code) => {
    const { mark } = built;
    const before = built.world.aws.calls.length;
    const event =
      "Step" in given ? { SecretId: "s", ClientRequestToken: randomUUID(), ...given } : given;
    const { error } = await built.invoke(event);
    expect(error?.errorType).toBe(code);
    expect(built.alerts(mark)).toMatchObject([{ kind: "call-failed", code, secret: "unknown" }]);
    const calls = built.world.aws.calls.slice(before);
    expect(calls.map(({ operation }) => operation)).toEqual(["Publish"]);
  });

  it("alerts once for a secret that the manifest does not name", async () => {
    const { mark } = built;
    const Name = `stray/${randomUUID()}`;
    const created = await built.world.client.send(
      new CreateSecretCommand({ Name, SecretString: "{}" }),
    );
    const event = { Step: "setSecret", SecretId: created.ARN, ClientRequestToken: built.token };
    for (const _ of [1, 2])
      expect((await built.invoke(event)).error?.errorType).toBe("NOT_IN_MANIFEST");
    expect(built.alerts(mark)).toMatchObject([{ code: "NOT_IN_MANIFEST", secret: Name }]);
  });
});

describe("a deadline", () => {
  const short = () => built.deploy({ environment: { ALERT_TOPIC_ARN: topic() }, timeoutMs: 6400 });

  it("alerts before the time is over when the database is a black hole", async () => {
    await built.run("createSecret");
    const { mark } = built;
    using _ = built.proxy.intercept({ before: () => new Promise(() => {}) });
    const { error, ms } = await built.run("setSecret", short());
    expect(error?.errorType).toBe("DEADLINE");
    expect(ms).toBeLessThan(3000);
    expect(built.alerts(mark)).toMatchObject([{ code: "DEADLINE", step: "setSecret" }]);
  });

  it("alerts all the same when Secrets Manager is one", async () => {
    const { mark } = built;
    using _ = built.world.aws.intercept({
      before: ({ operation }) =>
        operation === "DescribeSecret" ? new Promise(() => {}) : undefined,
    });
    const { error, ms } = await built.run("setSecret", short());
    expect(error?.errorType).toBe("DEADLINE");
    expect(ms).toBeLessThan(4000);
    expect(built.alerts(mark)).toMatchObject([{ code: "DEADLINE", secret: databaseSecretId }]);
  });
});

/** The one that the function publishes to. */
function topic(name = "alerts"): string {
  return `arn:aws:sns:${built.world.aws.region}:${built.world.aws.accountId}:${name}`;
}

describe("an alert that fails", () => {
  it.each<[string, () => { arn?: string; hindrance?: Disposable }, RegExp]>([
    [
      "the topic is forbidden",
      () => ({ hindrance: built.deny("Publish", "AuthorizationError") }),
      /^sns:Publish on arn:.*:alerts failed: AuthorizationError\. Allow sns:Publish/,
    ],
    [
      "the topic is missing",
      () => ({ arn: built.deploy({ environment: { ALERT_TOPIC_ARN: topic("gone") } }) }),
      /^sns:Publish on arn:.*:gone failed: NotFound\. Create the topic/,
    ],
    ["no topic is named", () => ({ arn: built.deploy({}) }), /^ALERT_TOPIC_ARN is not set/],
  ])("hides nothing when %s", async (_, prepare, reason) => {
    const { mark } = built;
    const { arn, hindrance } = prepare();
    using __ = hindrance;
    using ___ = built.deny("GetSecretValue");
    const invocation = await built.run("createSecret", arn);
    expect(invocation.error).toMatchObject({ errorType: "AWS_CALL_FAILED" });
    expect(invocation.error?.errorMessage).toMatch(/^secretsmanager:GetSecretValue on /);
    // So the alarm on the function's errors speaks (F9).
    expect(linesOf(invocation).metrics.filter((line) => "FailuresTold" in line)).toEqual([]);
    expect(linesOf(invocation).others).toMatchObject([
      {
        level: "ERROR",
        message: "the alert could not be sent or remembered",
        secret: databaseSecretId,
        errorMessage: expect.stringMatching(reason),
      },
    ]);
    expect(built.alerts(mark)).toEqual([]);
  });

  it("is told again when it cannot be remembered", async () => {
    const { mark } = built;
    using _ = built.deny("PutParameter");
    using __ = built.deny("GetSecretValue");
    for (const ___ of [1, 2]) {
      const invocation = await built.run("createSecret");
      expect(invocation.error?.errorMessage).toMatch(/^secretsmanager:GetSecretValue on /);
      expect(linesOf(invocation).others).toMatchObject([
        { errorMessage: expect.stringMatching(/^ssm:PutParameter on .*AccessDenied/) },
      ]);
    }
    expect(built.alerts(mark)).toHaveLength(2);
  });

  it("is told again when what was told cannot be read, which forgets nothing", async () => {
    const { mark } = built;
    const failing = async (operation: string) => {
      using _ = built.deny(operation);
      await built.run("createSecret");
    };
    await failing("GetSecretValue");
    await failing("PutSecretValue");
    {
      using _ = built.deny("GetParametersByPath");
      await failing("PutSecretValue");
    }
    expect(built.alerts(mark)).toHaveLength(3);
    await failing("GetSecretValue");
    expect(built.alerts(mark)).toHaveLength(3);
  });

  it("is remembered afterwards when what was told cannot be read at first", async () => {
    const { mark } = built;
    const failing = async (operation: string) => {
      using _ = built.deny(operation);
      await built.run("createSecret");
    };
    await failing("GetSecretValue");
    {
      let reads = 0;
      const isFirst = (operation: string) => operation === "GetParametersByPath" && reads++ === 0;
      const error = new AwsError("AccessDeniedException", "not authorized");
      using _ = built.answer(error, ({ operation }) => isFirst(operation));
      await failing("PutSecretValue");
    }
    expect(built.alerts(mark)).toHaveLength(2);
    for (const operation of ["PutSecretValue", "GetSecretValue"]) await failing(operation);
    expect(built.alerts(mark)).toHaveLength(2);
  });

  it("needs no DescribeSecret", async () => {
    const { mark } = built;
    using _ = built.deny("DescribeSecret");
    const invocation = await built.run("createSecret");
    expect(invocation.error?.errorMessage).toMatch(/^secretsmanager:DescribeSecret on /);
    expect(built.alerts(mark)).toMatchObject([
      { code: "AWS_CALL_FAILED", secret: databaseSecretId },
    ]);
  });
});

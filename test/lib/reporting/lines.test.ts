import { randomUUID } from "node:crypto";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { databaseSecretId } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { steps } from "../../../lib/rotation/event.ts";
import { AwsError } from "../../../standin/aws.ts";
import { BuiltRotation, linesOf } from "./built-rotation.ts";

let server: PostgresServer;
let built: BuiltRotation;
beforeAll(async () => {
  server = await startPostgres();
  built = await BuiltRotation.open(server, "in-place", "lines");
});
afterAll(async () => {
  await built?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => built.begin());

const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);

/** What CloudWatch makes of the embedded metrics: name, dimensions and value of each. */
function metricsOf(invocation: { log: string }) {
  return linesOf(invocation).metrics.flatMap((line) => {
    const { CloudWatchMetrics } = line["_aws"] as {
      CloudWatchMetrics: {
        Namespace: string;
        Dimensions: string[][];
        Metrics: { Name: string }[];
      }[];
    };
    return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.map(({ Name }) => ({
        namespace: Namespace,
        name: Name,
        value: line[Name],
        dimensions: Dimensions.map((set) => set.map((name) => line[name])),
      })),
    );
  });
}

const metric = (name: string, value: unknown, ...step: string[]) => ({
  namespace: "Quarterturn",
  name,
  value,
  dimensions: [["quarterturn", "production", ...step]],
});

interface Emf {
  readonly _aws: { readonly Timestamp: number };
  readonly StepDuration: number;
}

/** On-call knows: the alarm on the function's errors is for the others (F9). */
const toldMetric = {
  ...metric("FailuresTold", 1),
  dimensions: [["quarterturn", "rotate-database"]],
};

describe("a step", () => {
  it("leaves one line, with the versions and how long it took", async () => {
    const { AWSCURRENT: currentId } = await built.world.labels();
    for (const step of steps) {
      const invocation = await built.run(step);
      expect(linesOf(invocation).steps).toEqual([
        {
          level: "INFO",
          message: `${step} done`,
          service: "quarterturn",
          sampling_rate: 0,
          timestamp: expect.any(String),
          environment: "production",
          requestId: uuid,
          secret: databaseSecretId,
          step,
          token: built.token,
          currentId,
          outcome: "done",
          ms: expect.any(Number),
        },
      ]);
      const done = step === "finishSecret" ? [metric("RotationSucceeded", 1)] : [];
      const duration = metric("StepDuration", expect.any(Number), step);
      expect(metricsOf(invocation)).toEqual([...done, duration]);
    }
    await built.world.settle();
  });

  it("that fails leaves one line with the error, its text included", async () => {
    const { AWSCURRENT: currentId } = await built.world.labels();
    using _ = built.deny("GetSecretValue");
    const invocation = await built.run("createSecret");
    expect(linesOf(invocation).steps).toMatchObject([
      {
        level: "ERROR",
        message: "createSecret failed",
        requestId: uuid,
        secret: databaseSecretId,
        token: built.token,
        currentId,
        outcome: "failed",
        ms: expect.any(Number),
        code: "AWS_CALL_FAILED",
        errorMessage: expect.stringMatching(/^secretsmanager:GetSecretValue on .*AccessDenied/),
      },
    ]);
    expect(metricsOf(invocation)).toEqual([
      metric("RotationFailed", 1),
      metric("StepDuration", expect.any(Number), "createSecret"),
      toldMetric,
    ]);
    // At the time at which CloudWatch has Lambda's own metric: when the invocation began.
    const [, { _aws: ended, StepDuration: ms }, { _aws: told }] = linesOf(invocation)
      .metrics as unknown as [object, Emf, Emf];
    expect(ended.Timestamp - told.Timestamp).toBeGreaterThanOrEqual(ms - 1);
  });

  it("of a retirement counts apart from rotations", async () => {
    const environment = { ALERT_TOPIC_ARN: topic("alerts") };
    const arn = built.deploy({ environment }, "retire-database");
    const { mark } = built;
    const request = { action: "retire", secret: databaseSecretId, version: randomUUID() };
    const invocation = await built.invoke(request, arn);
    expect(invocation.payload).toMatchObject({ outcome: "failed", code: "NOT_RETIRING" });
    expect(metricsOf(invocation)).toContainEqual(metric("RetirementFailed", 1));
    // Settlement alerts on-call.
    expect(built.alerts(mark)).toEqual([]);
  });
});

function topic(name: string): string {
  return `arn:aws:sns:${built.world.aws.region}:${built.world.aws.accountId}:${name}`;
}

async function createTopic(Name: string): Promise<string> {
  const { endpoint, region, env } = built.world.aws;
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = env("operator");
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const client = new SNSClient({ endpoint, region, credentials });
  await client.send(new CreateTopicCommand({ Name }));
  client.destroy();
  return topic(Name);
}

describe("a lone testSecret", () => {
  const run = (ALERT_TOPIC_ARN?: string) =>
    built.run(
      "testSecret",
      built.deploy({ environment: ALERT_TOPIC_ARN ? { ALERT_TOPIC_ARN } : {} }),
    );

  it("proves the topic, and says when nobody listens", async () => {
    const { mark } = built;
    const forbidden = await createTopic("forbidden");
    using _ = built.answer(
      new AwsError("AuthorizationError", "no", 403),
      ({ operation, input }) => {
        return operation === "ListSubscriptionsByTopic" && input["TopicArn"] === forbidden;
      },
    );
    const [heard, unheard, denied, missing, unset] = await Promise.all([
      run(topic("alerts")),
      run(await createTopic("unheard")),
      run(forbidden),
      run(topic("gone")),
      run(),
    ]);
    expect([heard?.error, linesOf(heard ?? { log: "" }).others]).toEqual([undefined, []]);
    expect(unheard?.error).toBeUndefined();
    expect(linesOf(unheard ?? { log: "" }).others).toMatchObject([
      {
        level: "WARN",
        message: expect.stringMatching(/no confirmed subscription/),
        secret: databaseSecretId,
      },
    ]);
    const failures = [denied, missing, unset].map((invocation) => invocation?.error);
    expect(failures).toEqual([
      {
        errorType: "AWS_CALL_FAILED",
        errorMessage: `sns:ListSubscriptionsByTopic on ${forbidden} failed: AuthorizationError. Allow sns:Publish and sns:ListSubscriptionsByTopic on this topic in the caller's role and in the topic's policy.`,
      },
      {
        errorType: "AWS_CALL_FAILED",
        errorMessage: `sns:ListSubscriptionsByTopic on ${topic("gone")} failed: NotFound. Create the topic, or correct its ARN (ALERT_TOPIC_ARN).`,
      },
      {
        errorType: "TOPIC_MISSING",
        errorMessage: expect.stringContaining("npx serverless deploy"),
      },
    ]);
    // To the one that may not be read, but may be published to.
    expect(built.alerts(mark)).toMatchObject([{ code: "AWS_CALL_FAILED", step: "testSecret" }]);
  });
});

describe("an outage", () => {
  const critical = (code: string, step: string) => ({
    severity: "critical",
    code,
    step,
    productionSafe: false,
    safe: "NO. New logins of consumers may be failing now.",
  });

  it("that a switch left behind is critical", async () => {
    for (const step of steps.slice(0, 3)) await built.run(step);
    const { mark } = built;
    let denied = false;
    using _ = built.answer(new AwsError("AccessDeniedException", "no"), ({ operation, input }) => {
      denied ||= operation === "UpdateSecretVersionStage" && input["VersionStage"] === "AWSCURRENT";
      return denied && operation !== "Publish";
    });
    expect((await built.run("finishSecret")).error?.errorType).toBe("SWITCH_UNDECIDED");
    expect(built.alerts(mark)).toMatchObject([critical("SWITCH_UNDECIDED", "finishSecret")]);
  });

  it("of a password that nobody knows is critical", async () => {
    await built.run("createSecret");
    const { mark } = built;
    await server.query(`ALTER ROLE lines_user PASSWORD '${randomUUID()}'`);
    expect((await built.run("setSecret")).error?.errorType).toBe("CREDENTIALS_REFUSED");
    expect(built.alerts(mark)).toMatchObject([critical("CREDENTIALS_REFUSED", "setSecret")]);
  });
});

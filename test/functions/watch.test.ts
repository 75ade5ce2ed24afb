/** The outside path from end to end: Secrets Manager → EventBridge → the built function → the topic. */
import { randomUUID } from "node:crypto";
import {
  CancelRotateSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { databaseSecretId } from "../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import type { Strategy } from "../../lab/server.ts";
import { connectWatch } from "../../lab/watch.ts";
import { startWorld, type World } from "../../lab/world.ts";
import { hourOf } from "../../lib/watch/probing.ts";
import { AwsError, type Call } from "../../standin/aws.ts";
import { clientConfig, temporaryBundle } from "../standin/fixtures.ts";

vi.setConfig({ testTimeout: 60_000 });

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.[Symbol.asyncDispose]());

/** What Lambda waits before it repeats an invocation is a minute on AWS. */
const lambda = { asyncRetryDelaysMs: [20, 40] };

async function start(strategy: Strategy, name: string): Promise<World> {
  const timing = { attempts: 2, retryDelayMs: 50 };
  const world = await startWorld({ server: postgres, strategy, name, timing, lambda });
  await connectWatch(world.aws, world.watchArn);
  return world;
}

const isRotating = ({ principal }: Call) => principal.startsWith("rotate-database-");
const isWatching = ({ principal }: Call) => principal.startsWith("watch-");

/** Until disposed of, the process that makes such a call dies of it: it can tell nobody. */
function killing(world: World, matches: (call: Call) => boolean): Disposable {
  return world.aws.intercept({
    before(call) {
      if (!isRotating(call) || !matches(call)) return;
      world.aws.functions.kill(call.principal);
      throw new AwsError("InternalServiceError", "The caller was killed.", 500);
    },
  });
}

/** Until disposed of, such calls are denied, or as many of them. */
function denying(world: World, matches: (call: Call) => boolean, times = Infinity): Disposable {
  let left = times;
  return world.aws.intercept({
    before(call) {
      if (!matches(call) || left === 0) return;
      left -= 1;
      throw new AwsError("AccessDeniedException", "not authorized");
    },
  });
}

const problemsPath = "/quarterturn";

/** What on-call was told and is not over, as `domain KIND`. */
async function remembered(world: World): Promise<string[]> {
  using ssm = ssmOf(world);
  const input = { Path: problemsPath, Recursive: true };
  const { Parameters = [] } = await ssm.client.getParametersByPath(input);
  return Parameters.flatMap(({ Value = "" }) => {
    const { domain, problems } = JSON.parse(Value);
    return problems.map(({ kind }: { kind: string }) => `${domain} ${kind}`);
  });
}

async function forget(world: World): Promise<void> {
  using ssm = ssmOf(world);
  const input = { Path: problemsPath, Recursive: true };
  const { Parameters = [] } = await ssm.client.getParametersByPath(input);
  for (const { Name } of Parameters) await ssm.client.deleteParameter({ Name });
}

function ssmOf(world: World) {
  const client = new SSM(clientConfig(world.aws, "operator"));
  return { client, [Symbol.dispose]: () => client.destroy() };
}

/** The alerts that have come since it was made, when all is quiet. */
function listen(world: World): () => Promise<Record<string, unknown>[]> {
  const { notifications } = world.aws;
  const mark = notifications.length;
  return async () => {
    await world.aws.idle();
    return notifications.slice(mark).map(({ message }) => JSON.parse(JSON.parse(message).default));
  };
}

async function failToRotate(world: World): Promise<string> {
  const token = randomUUID();
  expect(await world.rotate(token)).toMatchObject({ succeeded: false, attempts: 2 });
  return token;
}

describe("with two users", () => {
  let world: World;
  beforeAll(async () => {
    world = await start("alternating-users", "watched");
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    const { AWSPENDING: left, AWSCURRENT: current } = await world.labels();
    if (left && left !== current) await world.label("AWSPENDING", left);
    await world.settle();
    await forget(world);
  });

  const keyOf = (code: string) =>
    `123456789012/eu-central-1/production/${databaseSecretId}/${code}/`;

  const killed = {
    kind: "rotation-failed",
    code: "ROTATION_FAILED",
    severity: "error",
    secret: databaseSecretId,
    environment: "production",
    productionSafe: true,
    logGroup: "/aws/lambda/watch",
  };

  it("a function that is killed at every attempt is one alert, from outside", async () => {
    const alerts = listen(world);
    using _ = killing(world, () => true);
    const token = await failToRotate(world);
    expect(await alerts()).toEqual([
      expect.objectContaining({
        ...killed,
        step: "createSecret",
        token,
        deduplicationKey: keyOf("ROTATION_FAILED"),
      }),
    ]);
    expect(await remembered(world)).toEqual(["claims ROTATION_FAILED", "watch ROTATION_FAILED"]);
    const email = JSON.parse(world.aws.notifications.at(-1)?.message ?? "").email;
    expect(email).toContain("Is production safe: yes, as far as can be seen from outside");
    expect(email).toContain("aws logs tail /aws/lambda/rotate-database --since 2h");
  });

  it("and no further one until a rotation has succeeded, which is told", async () => {
    const removePending = async () => {
      const { AWSPENDING: left = "" } = await world.labels();
      await world.label("AWSPENDING", left);
    };
    {
      using _ = killing(world, () => true);
      await failToRotate(world);
      await world.aws.idle();
      const alerts = listen(world);
      await removePending();
      await failToRotate(world);
      expect(await alerts()).toEqual([]);
      await removePending();
    }
    const alerts = listen(world);
    expect(await world.rotate()).toMatchObject({ succeeded: true });
    await world.settle();
    const key = { deduplicationKey: keyOf("ROTATION_FAILED") };
    const over = { ...key, status: "over", severity: "info", kind: "rotation-failed" };
    expect(await alerts()).toMatchObject([over]);
    expect(await remembered(world)).toEqual([]);
    using _ = killing(world, () => true);
    await failToRotate(world);
    expect(await alerts()).toMatchObject([over, { ...killed, ...key, status: "begun" }]);
  });

  it("a failure that the function tells of is that one alert in all", async () => {
    const alerts = listen(world);
    using _ = denying(world, (call) => isRotating(call) && call.operation === "GetSecretValue");
    const token = await failToRotate(world);
    const inside = { code: "AWS_CALL_FAILED", step: "createSecret", token };
    expect(await alerts()).toMatchObject([{ ...inside, logGroup: "/aws/lambda/rotate-database" }]);
    expect(await remembered(world)).toEqual(["rotation AWS_CALL_FAILED"]);
  });

  it("a function that cannot start is one alert, which names its log", async () => {
    const alerts = listen(world);
    await using broken = await temporaryBundle('throw new Error("no start");');
    const name = `broken-${randomUUID()}`;
    const RotationLambdaARN = world.aws.functions.register({ name, bundle: broken.path });
    const [SecretId, ClientRequestToken] = [databaseSecretId, randomUUID()];
    const rotate = new RotateSecretCommand({ SecretId, ClientRequestToken, RotationLambdaARN });
    await world.client.send(rotate);
    await world.aws.rotations.finished(SecretId, ClientRequestToken);
    expect(await alerts()).toMatchObject([killed]);
    const email = JSON.parse(world.aws.notifications.at(-1)?.message ?? "").email;
    expect(email).toContain(`Where the log is: /aws/lambda/${name}; for this alert itself: `);
  });

  it("a failure that the next attempt makes good is none", async () => {
    const alerts = listen(world);
    // CloudTrail takes minutes; by then Secrets Manager has tried again.
    const { promise: over, resolve } = Promise.withResolvers<void>();
    using __ = world.aws.events.intercept((event) => over.then(() => [event]));
    let isFirst = true;
    using _ = killing(world, () => {
      const kills = isFirst;
      isFirst = false;
      return kills;
    });
    expect(await world.rotate()).toMatchObject({ succeeded: true, attempts: 2 });
    resolve();
    expect(await alerts()).toEqual([]);
    expect(await remembered(world)).toEqual([]);
  });

  it("a test of a rotation that dies is one alert; the next one that succeeds tells that it is over", async () => {
    const alerts = listen(world);
    const test = async () => {
      const [SecretId, ClientRequestToken] = [databaseSecretId, randomUUID()];
      const RotateImmediately = false;
      const input = { SecretId, ClientRequestToken, RotateImmediately };
      await world.client.send(new RotateSecretCommand(input));
      await world.aws.rotations.finished(SecretId, ClientRequestToken);
      return alerts();
    };
    const key = { deduplicationKey: keyOf("TEST_ROTATION_FAILED") };
    const begun = { ...key, status: "begun", kind: "rotation-test-failed", severity: "error" };
    {
      using _ = killing(world, () => true);
      for (const __ of [1, 2]) expect(await test()).toMatchObject([begun]);
    }
    expect(await test()).toMatchObject([begun, { ...key, status: "over", severity: "info" }]);
    expect(await remembered(world)).toEqual([]);
  });

  it("an abandonment is one alert, after the inside alert of the failure before it", async () => {
    {
      using _ = denying(world, (call) => isRotating(call) && call.operation === "GetSecretValue");
      await failToRotate(world);
    }
    await world.aws.idle();
    const alerts = listen(world);
    const SecretString = JSON.stringify(await world.secret());
    await world.client.send(
      new PutSecretValueCommand({ SecretId: databaseSecretId, SecretString }),
    );
    expect(await alerts()).toMatchObject([
      {
        kind: "rotation-abandoned",
        code: "ROTATION_ABANDONED",
        secret: databaseSecretId,
        productionSafe: false,
        deduplicationKey: keyOf("ROTATION_ABANDONED"),
      },
    ]);
  });

  it("every event twice, and all at once, are one alert", async () => {
    const alerts = listen(world);
    using _ = world.aws.events.intercept((event) => [event, event, { ...event, id: randomUUID() }]);
    using __ = killing(world, () => true);
    await failToRotate(world);
    expect(await alerts()).toMatchObject([killed]);
  });

  it("what the topic refuses is tried again, and told once", async () => {
    const alerts = listen(world);
    using _ = denying(world, (call) => isWatching(call) && call.operation === "Publish", 2);
    using __ = killing(world, () => true);
    await failToRotate(world);
    expect(await alerts()).toMatchObject([killed]);
  });

  it("a secret that it may not describe is told of all the same", async () => {
    const alerts = listen(world);
    using _ = denying(world, (call) => isWatching(call) && call.operation === "DescribeSecret");
    using __ = killing(world, () => true);
    await failToRotate(world);
    const told = await alerts();
    expect(told.length).toBeGreaterThan(0);
    for (const alert of told)
      expect(alert).toMatchObject({ code: "SECRET_UNSEEN", secret: databaseSecretId });
  });

  it("every hour it finds what nobody reports; the command of its alert cures it", async () => {
    const alerts = listen(world);
    const hour = String(hourOf(databaseSecretId)).padStart(2, "0");
    const look = async () => {
      const time = `2026-06-01T${hour}:17:00Z`;
      const event = { source: "aws.events", "detail-type": "Scheduled Event", time };
      const { error, log } = await world.aws.functions.invoke(world.watchArn, event);
      expect(error).toBeUndefined();
      expect(log).toContain('"Looked":1');
      return (await alerts()).map(({ status, code }) => `${status} ${code}`);
    };
    const SecretId = databaseSecretId;
    await world.client.send(new CancelRotateSecretCommand({ SecretId }));
    for (const _ of [1, 2]) expect(await look()).toEqual(["begun ROTATION_OFF"]);
    const text = () => JSON.parse(world.aws.notifications.at(-1)?.message ?? "").email;
    expect(text()).toContain(`rotate-secret --secret-id ${SecretId} --no-rotate-immediately`);
    await world.client.send(new RotateSecretCommand({ SecretId, RotateImmediately: false }));
    const told = ["begun ROTATION_OFF", "over ROTATION_OFF"];
    expect(await look()).toEqual(told);

    const good = await world.labels();
    const value = await world.secret();
    const password = String(value["password"]);
    const SecretString = JSON.stringify(value).replaceAll(password, "set-by-hand");
    await world.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    for (const _ of [1, 2]) expect(await look()).toEqual([...told, "begun CURRENT_DRIFTED"]);
    const { AWSCURRENT: bad = "" } = await world.labels();
    const to = `--remove-from-version-id ${bad} --move-to-version-id ${good["AWSCURRENT"]}`;
    expect(text()).toContain(`--version-stage AWSCURRENT ${to} --region`);
    await world.label("AWSCURRENT", bad, good["AWSCURRENT"]);
    expect(await look()).toEqual([...told, "begun CURRENT_DRIFTED", "over CURRENT_DRIFTED"]);
    await world.settle();
  });

  it("reads no value, and calls nothing but what it needs", () => {
    const operations = new Set(
      world.aws.calls.filter(isWatching).map(({ service, operation }) => `${service}:${operation}`),
    );
    expect([...operations].toSorted()).toEqual([
      "lambda:Invoke",
      "secretsmanager:DescribeSecret",
      "secretsmanager:ListSecrets",
      "sns:Publish",
      "ssm:DeleteParameter",
      "ssm:GetParametersByPath",
      "ssm:PutParameter",
    ]);
  });

  it("passes over secrets that are none of the manifest's, and says so in its log", async () => {
    const stray = world.secretArn.replace(databaseSecretId, "stray");
    const invoke = (detail: object) =>
      world.aws.functions.invoke(world.watchArn, { source: "aws.secretsmanager", detail });
    const before = world.aws.calls.length;
    const { error, log } = await invoke({
      eventName: "RotationFailed",
      additionalEventData: { SecretId: stray },
    });
    expect(error).toBeUndefined();
    expect(log).toContain("RotationFailed ignored: the manifest does not name it");
    expect(world.aws.calls.slice(before)).toEqual([]);
    expect((await invoke({ eventName: "RotationSucceeded" })).error).toMatchObject({
      errorType: "INVALID_NOTICE",
    });
  });
});

describe("in place", () => {
  it("a function that is killed inside its switch is one critical alert, and is completed at once", async () => {
    await using world = await start("in-place", "switched");
    const alerts = listen(world);
    {
      using _ = killing(
        world,
        ({ operation, input }) =>
          operation === "UpdateSecretVersionStage" && input["VersionStage"] === "AWSCURRENT",
      );
      await failToRotate(world);
      expect(await world.accepts(await world.secret())).toBe(false);
    }
    const { AWSPENDING: pending } = await world.labels();
    expect(await alerts()).toMatchObject([
      {
        code: "SWITCH_INTERRUPTED",
        severity: "critical",
        productionSafe: false,
        kind: "rotation-failed",
        secret: databaseSecretId,
      },
    ]);
    const { AWSCURRENT: current } = await world.labels();
    expect(current).toBe(pending);
    expect(await world.accepts(await world.secret())).toBe(true);
    expect(await alerts()).toHaveLength(1);
  });
});

/** The outside path from end to end: Secrets Manager → EventBridge → the built function → the topic. */
import { randomUUID } from "node:crypto";
import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { databaseSecretId } from "../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import type { Strategy } from "../../lab/server.ts";
import { connectWatch } from "../../lab/watch.ts";
import { startWorld, type World } from "../../lab/world.ts";
import { AwsError, type Call } from "../../standin/aws.ts";
import { temporaryBundle } from "../standin/fixtures.ts";

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

async function tags(world: World): Promise<Record<string, string>> {
  const described = await world.client.send(
    new DescribeSecretCommand({ SecretId: databaseSecretId }),
  );
  return Object.fromEntries((described.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
}

async function rememberTold(world: World, Value: string): Promise<void> {
  const Tags = [{ Key: "quarterturn:outside", Value }];
  await world.client.send(new TagResourceCommand({ SecretId: databaseSecretId, Tags }));
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

const day = () => new Date().toISOString().slice(0, 10);
const yesterday = "2020-01-01";

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
    await rememberTold(world, yesterday);
  });

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
        deduplicationKey: `${databaseSecretId}/${day()}`,
      }),
    ]);
    expect(await tags(world)).toMatchObject({ "quarterturn:outside": day() });
    const email = JSON.parse(world.aws.notifications.at(-1)?.message ?? "").email;
    expect(email).toContain("Is production safe: yes, as far as can be seen from outside");
    expect(email).toContain("aws logs tail /aws/lambda/rotate-database --since 2h");
  });

  it("and no further one on the same day, but on the next", async () => {
    using _ = killing(world, () => true);
    await failToRotate(world);
    await world.aws.idle();
    const alerts = listen(world);
    const { AWSPENDING: left = "" } = await world.labels();
    await world.label("AWSPENDING", left);
    await failToRotate(world);
    expect(await alerts()).toEqual([]);

    await rememberTold(world, yesterday);
    const { AWSPENDING: again = "" } = await world.labels();
    await world.label("AWSPENDING", again);
    await failToRotate(world);
    expect(await alerts()).toMatchObject([killed]);
  });

  it("a failure that the function tells of is that one alert in all", async () => {
    const alerts = listen(world);
    using _ = denying(world, (call) => isRotating(call) && call.operation === "GetSecretValue");
    const token = await failToRotate(world);
    const inside = { code: "AWS_CALL_FAILED", step: "createSecret", token };
    expect(await alerts()).toMatchObject([{ ...inside, logGroup: "/aws/lambda/rotate-database" }]);
    expect(await tags(world)).toMatchObject({ "quarterturn:outside": yesterday });
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
    expect(await tags(world)).toMatchObject({ "quarterturn:outside": yesterday });
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
        deduplicationKey: `${databaseSecretId}/${day()}`,
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

  it("reads no value, and calls nothing but what it needs", () => {
    const operations = new Set(
      world.aws.calls.filter(isWatching).map(({ service, operation }) => `${service}:${operation}`),
    );
    expect([...operations].toSorted()).toEqual([
      "secretsmanager:DescribeSecret",
      "secretsmanager:TagResource",
      "sns:Publish",
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
  it("a function that is killed inside its switch is one critical alert; then it heals", async () => {
    await using world = await start("in-place", "switched");
    const alerts = listen(world);
    {
      using _ = killing(world, ({ input }) => input["VersionStage"] === "AWSCURRENT");
      await failToRotate(world);
      expect(await world.accepts(await world.secret())).toBe(false);
    }
    expect(await alerts()).toMatchObject([
      {
        code: "SWITCH_INTERRUPTED",
        severity: "critical",
        productionSafe: false,
        kind: "rotation-failed",
        secret: databaseSecretId,
      },
    ]);
    const { AWSPENDING: pending = "" } = await world.labels();
    await expect(world.rotate()).rejects.toThrow("will be reattempted");
    expect(await world.aws.rotations.finished(databaseSecretId, pending)).toMatchObject({
      succeeded: true,
    });
    expect(await world.accepts(await world.secret())).toBe(true);
    expect(await alerts()).toHaveLength(1);
  });
});

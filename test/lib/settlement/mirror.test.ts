import { randomBytes } from "node:crypto";
import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { type Parameter, SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { databaseSecretId } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import type { Strategy } from "../../../lab/server.ts";
import { AwsError, type Call } from "../../../standin/aws.ts";
import { everything } from "../../everything.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { clientConfig } from "../../standin/fixtures.ts";
import { cluster, Production } from "./production.ts";

vi.setConfig({ testTimeout: 300_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const url = "/clip-it/mongodb-url";
const jwt = "/clip-it/jwt-secret-key";
const parameterOf = (field: string) => `/clip-it/${field}`;
const random = () => randomBytes(18).toString("base64url");

/** Clip-It's parameters: everything below one path, the connection URL under the name that it has there. */
const clipIt = { prefix: "/clip-it/", parameters: { connection_string: url } };

/** As Clip-It does it: a secret whose fields are parameters. */
class Mirrored implements AsyncDisposable {
  readonly production: Production;
  readonly ssm: SSM;

  private constructor(production: Production) {
    this.production = production;
    this.ssm = new SSM(clientConfig(production.world.aws, "operator"));
  }

  /** With parameters that were adopted: they hold what the secret does. */
  static async open(strategy?: Strategy, mirror: object = clipIt): Promise<Mirrored> {
    const beside = async () => ({ fields: { JWT_SECRET_KEY: random() }, credentials: [] });
    const mirrored = new Mirrored(await Production.open(server, strategy, { mirror, beside }));
    await mirrored.production.settle();
    return mirrored;
  }

  async parameter(Name: string): Promise<Parameter | undefined> {
    const { Parameters = [] } = await this.ssm.getParameters({
      Names: [Name],
      WithDecryption: true,
    });
    return Parameters[0];
  }

  async value(name: string): Promise<string | undefined> {
    return (await this.parameter(name))?.Value;
  }

  /** By hand. */
  async put(Name: string, Value: string): Promise<void> {
    await this.ssm.putParameter({ Name, Value, Overwrite: true, Type: "SecureString" });
  }

  /** Of the mirror function. */
  calls(operation: string): readonly Call[] {
    return this.production.world.aws.calls.filter(
      (call) => call.principal.startsWith("mirror-") && call.operation === operation,
    );
  }

  async expectInStep(): Promise<void> {
    const secret = await this.production.world.secret();
    for (const [field, value] of Object.entries(secret)) {
      const name =
        field === "connection_string" ? url : parameterOf(field.toLowerCase().replaceAll("_", "-"));
      expect(await this.parameter(name), name).toMatchObject({
        Value: value,
        Type: "SecureString",
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.production[Symbol.asyncDispose]();
  }
}

function disturbing(
  { production }: Mirrored,
  disturb: (call: Call) => void | Promise<void>,
): Disposable {
  return production.world.aws.intercept({
    async before(call) {
      if (call.principal.startsWith("mirror-")) await disturb(call);
    },
  });
}

describe("a secret that parameters mirror", () => {
  it("is rotated: parameters written, their readers rolled after that, and no login failed", async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await mirrored.expectInStep();
    await production.serveConsumers("web", 3, parameterOf);
    const replaced = new Set(production.logins.keys());
    const before = await mirrored.parameter(url);
    const unchanged = await mirrored.parameter(jwt);
    let writtenAtRoll: string | undefined;
    using _ = production.world.aws.intercept({
      async before({ operation }) {
        if (operation === "UpdateService") writtenAtRoll ??= await mirrored.value(url);
      },
    });
    await production.connect();
    await production.rotate();
    await production.settled();
    const secret = await production.world.secret();
    expect(writtenAtRoll).toBe(secret.connection_string);
    await mirrored.expectInStep();
    expect(await mirrored.parameter(url)).toMatchObject({ Version: Number(before?.Version) + 1 });
    expect(await mirrored.parameter(jwt)).toEqual(unchanged);
    expect(production.rolled()).toEqual(["web"]);
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.alerts()).toEqual([]);
    const { logins } = production;
    await until(async () => logins.size === 6 && [...logins.values()].every(({ ok }) => ok > 0));
    expect([...logins.values()].reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
    const left = (await production.tasks()).filter(({ taskArn = "" }) => replaced.has(taskArn));
    expect(left).toEqual([]);
    // Settlement itself sees no value, neither of the secret nor of a parameter.
    const asked = new Set(production.calls().map(({ operation }) => operation));
    for (const operation of ["GetSecretValue", "GetParameters", "GetParameter", "PutParameter"])
      expect(asked).not.toContain(operation);
  });

  it("rolls a task that began between the promotion and the write, and not what reads other parameters", async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    const reads = (valueFrom: string) => ({ secrets: [{ name: "P", valueFrom }] });
    await production.serve("other", reads(jwt));
    await production.rotate();
    // It holds the old value, although it is younger than the promotion.
    await production.serve("late", reads(url));
    await production.settle();
    expect(production.rolled()).toEqual(["late"]);
    expect(await production.oldIsAccepted()).toBe(true);
    await production.settleToTheEnd();
    expect(production.rolled()).toEqual(["late"]);
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.alerts()).toEqual([]);
  });

  it("waits for a standalone task that began between the promotion and the write", {
    tags: "ci",
  }, async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await production.define("job", { secrets: [{ name: "P", valueFrom: url }] });
    await production.rotate();
    await production.ecs.runTask({ cluster, taskDefinition: "job" });
    await until(async () => (await production.tasks())[0]?.lastStatus === "RUNNING");
    expect(await production.settle()).toEqual([
      expect.stringMatching(/^waiting: standalone task /),
    ]);
    expect(await production.oldIsAccepted()).toBe(true);
    const [{ taskArn } = {}] = await production.tasks();
    await production.ecs.stopTask({ cluster, task: taskArn });
    await production.settleToTheEnd();
    expect(await production.oldIsAccepted()).toBe(false);
  });

  it("takes over parameters that held the value before, and makes those that are missing", async () => {
    await using mirrored = await Mirrored.open();
    await mirrored.ssm.deleteParameter({ Name: jwt });
    await mirrored.production.rotate();
    await mirrored.production.settleToTheEnd();
    await mirrored.expectInStep();
    expect(await mirrored.parameter(jwt)).toMatchObject({ Version: 1 });
    expect(mirrored.production.alerts()).toEqual([]);
  });

  it("knows what it wrote by versions without a label, too", async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    const { client } = production.world;
    const secret = await production.world.secret();
    const first = secret.connection_string;
    for (const note of ["1", "2", "3"])
      await client.send(
        new PutSecretValueCommand({
          SecretId: databaseSecretId,
          SecretString: JSON.stringify({ ...secret, connection_string: `${first}?note=${note}` }),
        }),
      );
    expect(await mirrored.value(url)).toBe(first);
    await production.settle();
    expect(await mirrored.value(url)).toBe(`${first}?note=3`);
    expect(production.alerts()).toEqual([]);
  });

  it("is followed when it is edited by hand, by the event of its label", async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await production.connect();
    const secret = { ...(await production.world.secret()), JWT_SECRET_KEY: random() };
    const SecretString = JSON.stringify(secret);
    const edit = new PutSecretValueCommand({ SecretId: databaseSecretId, SecretString });
    await production.world.client.send(edit);
    await until(async () => (await mirrored.value(jwt)) === secret.JWT_SECRET_KEY);
    expect(production.alerts()).toEqual([]);
  });

  it("keeps the key and the tier that a parameter has, unless the manifest says others", {
    tags: "ci",
  }, async () => {
    await using mirrored = await Mirrored.open();
    const kept = { KeyId: "alias/clip-it", Tier: "Advanced" } as const;
    const Value = await mirrored.value(url);
    await mirrored.ssm.putParameter({ Name: url, Value, ...kept, Overwrite: true });
    await mirrored.production.rotate();
    await mirrored.production.settleToTheEnd();
    await mirrored.expectInStep();
    const filter = { Key: "Name", Values: [url] };
    const { Parameters } = await mirrored.ssm.describeParameters({ ParameterFilters: [filter] });
    expect(Parameters).toMatchObject([kept]);
  });

  it("in place: whoever reads parameters is rolled, and works then", { tags: "ci" }, async () => {
    await using mirrored = await Mirrored.open("in-place");
    const { production } = mirrored;
    await production.serveConsumers("web", 1, parameterOf);
    await production.connect();
    await production.rotate();
    await production.settled();
    await mirrored.expectInStep();
    expect(production.rolled()).toEqual(["web"]);
    await until(
      async () => [...production.logins.values()].filter(({ ok }) => ok > 0).length === 2,
    );
    expect(production.logins.size).toBe(2);
    expect([...production.logins.values()].at(-1)?.failed).toBe(0);
  });

  it("that leaked: the old credential dies even where a parameter drifted", {
    tags: "ci",
  }, async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await mirrored.put(url, "by hand");
    await production.world.rotate(`leaked-${crypto.randomUUID()}`);
    await production.settle();
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.alerts()).toEqual(["PARAMETER_DRIFT"]);
    expect(await mirrored.value(url)).toBe("by hand");
  });
});

describe("a parameter that was changed by hand", () => {
  it("is reported once and kept, with all others, and nothing is retired; the secret's value settles it", async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await production.serve("web", { secrets: [{ name: "P", valueFrom: url }] });
    const user = await mirrored.value(parameterOf("username"));
    await mirrored.put(url, "by hand");
    await production.rotate();
    for (const _ of [1, 2, 3]) await production.settle();
    expect(production.alerts()).toEqual(["PARAMETER_DRIFT"]);
    const alert = production.world.aws.notifications[0];
    expect(alert?.message).toContain(url);
    expect(alert?.message).toContain("yes: both credentials work");
    expect(alert?.message).not.toContain('by hand"');
    expect(await mirrored.value(url)).toBe("by hand");
    expect(await mirrored.value(parameterOf("username"))).toBe(user);
    expect(production.rolled()).toEqual([]);
    expect(await production.retiring()).toBeDefined();
    expect(await production.oldIsAccepted()).toBe(true);
    await mirrored.put(url, (await production.world.secret()).connection_string);
    await production.settleToTheEnd();
    await mirrored.expectInStep();
    expect(production.rolled()).toEqual(["web"]);
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.alerts()).toHaveLength(1);
    expect(production.over()).toEqual(["PARAMETER_DRIFT"]);
  });

  it("is replaced where the manifest says overwrite", { tags: "ci" }, async () => {
    await using mirrored = await Mirrored.open(undefined, { ...clipIt, overwrite: true });
    await mirrored.put(url, "by hand");
    await mirrored.production.rotate();
    await mirrored.production.settleToTheEnd();
    await mirrored.expectInStep();
    expect(await mirrored.production.oldIsAccepted()).toBe(false);
    expect(mirrored.production.alerts()).toEqual([]);
  });

  it("is reported while the secret is settled, too, by its own event", { tags: "ci" }, async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await production.connect();
    await mirrored.put(url, "by hand");
    await until(async () => production.alerts().length > 0);
    expect(production.alerts()).toEqual(["PARAMETER_DRIFT"]);
    const message = String(production.world.aws.notifications[0]?.message);
    expect(message).toContain("A parameter no longer mirrors production/database/primary");
    expect(message).not.toContain("not settled");
    await production.settle();
    expect(production.alerts()).toHaveLength(1);
  });

  it("in the moment of the write is replaced, and on-call told which version it was", {
    tags: "ci",
  }, async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await production.rotate();
    let done = false;
    using _ = disturbing(mirrored, async ({ operation, input }) => {
      if (operation !== "PutParameter" || input["Name"] !== url || done) return;
      done = true;
      await mirrored.put(url, "by hand");
    });
    await production.settle();
    expect(production.alerts()).toEqual(["PARAMETER_OVERWRITTEN"]);
    expect(production.world.aws.notifications[0]?.message).toContain(`${url}:2`);
    await production.settleToTheEnd();
    await mirrored.expectInStep();
    expect(production.alerts()).toHaveLength(1);
    expect(await production.oldIsAccepted()).toBe(false);
  });

  it("again and again is left alone, and on-call told", { tags: "ci" }, async () => {
    await using mirrored = await Mirrored.open(undefined, { ...clipIt, overwrite: true });
    const { production } = mirrored;
    await production.rotate();
    {
      using _ = production.world.aws.intercept({
        async after({ operation, input, principal }) {
          if (operation !== "PutParameter" || input["Name"] !== url) return;
          if (principal.startsWith("mirror-")) await mirrored.put(url, random());
        },
      });
      for (const __ of [1, 2]) await production.settle();
      expect(production.alerts()).toEqual(["PARAMETER_CONTESTED"]);
      expect(await production.oldIsAccepted()).toBe(true);
    }
    await production.settleToTheEnd();
    await mirrored.expectInStep();
  });

  it("to a plain String is not written to", { tags: "ci" }, async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await mirrored.ssm.deleteParameter({ Name: jwt });
    const Value = "plain";
    await mirrored.ssm.putParameter({ Name: jwt, Value, Type: "String" });
    await production.rotate();
    for (const _ of [1, 2]) await production.settle();
    expect(production.alerts()).toEqual(["PARAMETER_NOT_SECURE"]);
    expect(await production.oldIsAccepted()).toBe(true);
    await mirrored.ssm.deleteParameter({ Name: jwt });
    await production.settleToTheEnd();
    await mirrored.expectInStep();
  });
});

describe("when Parameter Store fails", () => {
  it.each([
    ["GetParameters", "AccessDeniedException", "Allow ssm:GetParameters in the function's role"],
    ["DescribeParameters", "AccessDeniedException", "Allow ssm:DescribeParameters in"],
    ["PutParameter", "AccessDeniedException", "Allow ssm:PutParameter in the function's role"],
    ["PutParameter", "InvalidKeyId", "PutParameter"],
  ])("%s: %s, on-call hears once and nothing is retired", async (operation, type, told) => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await production.rotate();
    {
      using _ = disturbing(mirrored, (call) => {
        if (call.operation === operation) throw new AwsError(type, "no");
      });
      for (const __ of [1, 2]) await production.settle();
      expect(production.alerts()).toEqual(["AWS_CALL_FAILED"]);
      expect(production.world.aws.notifications[0]?.message).toContain(told);
      expect(production.world.aws.notifications[0]?.subject).toContain(
        "parameters were not mirrored",
      );
      expect(await production.oldIsAccepted()).toBe(true);
    }
    await production.settleToTheEnd();
    await mirrored.expectInStep();
    expect(production.alerts()).toHaveLength(1);
  });

  it("by throttling for a moment, nobody hears of it", { tags: "ci" }, async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    await production.rotate();
    const seen = new Map<string, number>();
    using _ = disturbing(mirrored, ({ operation }) => {
      seen.set(operation, (seen.get(operation) ?? 0) + 1);
      if (/Parameter/.test(operation) && (seen.get(operation) ?? 0) <= 2)
        throw new AwsError("ThrottlingException", "Rate exceeded");
    });
    await production.settleToTheEnd();
    await mirrored.expectInStep();
    expect(production.alerts()).toEqual([]);
  });
});

describe("mirroring twice", () => {
  /**
   * Rotates, disturbs one call of the mirror, and lets it recover: each call of this way, or, without EVERYTHING, each
   * fourth.
   */
  async function atEveryCall(
    mirrored: Mirrored,
    [way, when]: readonly [number, "before" | "after"],
    disturb: (call: Call) => "lose" | undefined | Promise<undefined>,
  ): Promise<Set<string>> {
    const { production } = mirrored;
    const points = new Set<string>();
    const stride = everything ? 1 : ways;
    for (let at = 1 + (way % stride); ; at += stride) {
      await production.rotate();
      let [count, first] = [0, ""];
      let hit = false;
      {
        using _ = production.world.aws.intercept({
          async [when](call: Call) {
            if (!call.principal.startsWith("mirror-")) return;
            first ||= call.principal;
            if (call.principal !== first) return;
            count += 1;
            if (count !== at) return;
            hit = true;
            points.add(call.operation);
            return disturb(call);
          },
        });
        await production.settle();
      }
      await production.settleToTheEnd();
      await mirrored.expectInStep();
      expect(await production.oldIsAccepted()).toBe(false);
      if (!hit) return points;
    }
  }
  /** Without EVERYTHING they share the calls. */
  const ways = 4;
  const every = [
    "DescribeSecret",
    "GetSecretValue",
    "GetParameters",
    "DescribeParameters",
    "PutParameter",
  ];

  const expectEvery = (points: ReadonlySet<string>) => {
    if (everything) expect([...points]).toEqual(expect.arrayContaining(every));
    else expect(points.size).toBeGreaterThan(1);
  };

  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("killed %s any of its calls, it converges", { tags: "ci" }, async (when, way) => {
    await using mirrored = await Mirrored.open();
    const { functions } = mirrored.production.world.aws;
    const points = await atEveryCall(mirrored, [way, when], ({ principal }) => {
      functions.kill(principal);
      return undefined;
    });
    expectEvery(points);
    // It is over by the next look (A18).
    expect(mirrored.production.alerts()).toEqual([]);
  });

  it("with the reply of any of its calls lost, it converges, and nobody hears of it", async () => {
    await using mirrored = await Mirrored.open();
    const points = await atEveryCall(mirrored, [2, "after"], () => "lose");
    expectEvery(points);
    expect(mirrored.production.alerts()).toEqual([]);
  });

  it("while the first one stands still at any of its calls, both do no harm", {
    tags: "ci",
  }, async () => {
    await using mirrored = await Mirrored.open();
    const { world } = mirrored.production;
    const points = await atEveryCall(mirrored, [3, "before"], async () => {
      const { AWSCURRENT: version } = await world.labels();
      const request = { secret: databaseSecretId, version };
      const { payload } = await world.aws.functions.invoke(world.mirrorArn, request);
      expect(payload).toMatchObject({ mirror: expect.stringMatching(/^(current|written)$/) });
      return undefined;
    });
    expectEvery(points);
    expect(mirrored.production.alerts()).toEqual([]);
  });

  it("a late one of a version that is AWSCURRENT no more is told so, and the next one puts it right", {
    tags: "ci",
  }, async () => {
    await using mirrored = await Mirrored.open();
    const { production } = mirrored;
    const { world } = production;
    await production.rotate();
    const { AWSCURRENT: version } = await world.labels();
    const mirror = () =>
      world.aws.functions.invoke(world.mirrorArn, { secret: databaseSecretId, version });
    let edited = false;
    using _ = disturbing(mirrored, async ({ operation }) => {
      if (operation !== "PutParameter" || edited) return;
      edited = true;
      const SecretString = JSON.stringify({ ...(await world.secret()), JWT_SECRET_KEY: random() });
      const SecretId = databaseSecretId;
      await world.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    });
    expect((await mirror()).payload).toMatchObject({ mirror: "superseded" });
    const written = mirrored.calls("PutParameter").length;
    expect((await mirror()).payload).toMatchObject({ mirror: "superseded" });
    expect(mirrored.calls("PutParameter")).toHaveLength(written);
    await production.settleToTheEnd();
    await mirrored.expectInStep();
  });
});

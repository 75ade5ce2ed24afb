import { randomUUID } from "node:crypto";
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { databaseSecretId as secret } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { noteOf } from "../../../lib/emergency/note.ts";
import { sampled } from "../../everything.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { Production } from "../settlement/production.ts";

vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const leaked = { action: "leaked", secrets: [secret], reason: "INC-1" };

async function ask({ world }: Production, request: object = leaked) {
  const { error, payload } = await world.aws.functions.invoke(world.emergencyArn, request);
  if (error) throw new Error(`${error.errorType}: ${error.errorMessage}`);
  return payload;
}

const described = ({ world }: Production) =>
  world.client.send(new DescribeSecretCommand({ SecretId: secret }));

/** Until the emergency has nothing left to do, and on-call was told so. */
async function finished(production: Production): Promise<void> {
  await until(async () => {
    const { Tags = [] } = await described(production);
    const tags = new Map(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    return noteOf({ tags })?.state === "done" && production.over().includes("EMERGENCY");
  });
}

describe("what leaked", () => {
  it("is dead in seconds, its consumers are rolled at the same time, and on-call hears of both", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    await production.serveConsumers();
    await production.connect(5);
    const { AWSCURRENT: version = "" } = await world.labels();
    const answer = await ask(production);
    expect(answer).toMatchObject({ outcome: "started", secrets: [{ secret, plan: "start" }] });
    await until(async () => !(await world.versionAccepted(version)));
    await finished(production);
    expect(production.rolled()).toEqual(["web"]);
    expect(production.alerts()).toEqual(["EMERGENCY"]);
    expect(await world.accepts(await world.secret())).toBe(true);
  });

  it("shows what it would do, and does nothing, where only that is asked for", async () => {
    await using production = await Production.open(server);
    const before = await described(production);
    const answer = await ask(production, { ...leaked, dryRun: true });
    expect(answer).toMatchObject({ outcome: "planned", secrets: [{ secret, plan: "start" }] });
    expect(JSON.stringify(answer)).toContain("the other user takes over with a new password");
    expect(await described(production)).toEqual({ ...before, $metadata: expect.anything() });
  });
});

describe("an old version that leaked", { tags: "ci" }, () => {
  it("is dead already, or ended with AWSCURRENT", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const { AWSCURRENT: version = "" } = await world.labels();
    await production.rotate();
    const unsettled = await ask(production, { ...leaked, version, dryRun: true });
    expect(unsettled).toMatchObject({ secrets: [{ plan: "start" }] });
    await production.settleToTheEnd();
    const before = await world.labels();
    expect(await ask(production, { ...leaked, version })).toMatchObject({
      outcome: "done",
      secrets: [{ plan: "done", says: expect.stringContaining("is dead already") }],
    });
    expect(await world.labels()).toEqual(before);
    expect(production.alerts()).toEqual([]);
  });
});

interface Situation {
  readonly strategy?: "in-place" | "alternating-users";
  /** @returns further versions that must be dead in the end */
  readonly before: (production: Production) => Promise<readonly string[]>;
  /** Whether rotation is on in the end. */
  readonly isOn?: boolean;
}

const cancel = ({ world }: Production) =>
  world.client.send(new CancelRotateSecretCommand({ SecretId: secret }));

/** AWSPENDING without a value, or with one that createSecret did not make. */
async function leftBehind({ world }: Production, isEmpty: boolean): Promise<void> {
  const value = isEmpty ? {} : { ...(await world.secret()), password: `x${randomUUID()}` };
  await world.client.send(
    new PutSecretValueCommand({
      SecretId: secret,
      SecretString: JSON.stringify(value),
      VersionStages: ["AWSPENDING"],
      ClientRequestToken: randomUUID(),
    }),
  );
}

const situations: Readonly<Record<string, Situation>> = {
  "rotation was never enabled": { before: async () => [] },
  "all is settled": {
    async before(production) {
      await production.rotate();
      await production.settleToTheEnd();
      return [];
    },
  },
  "a rotation is under way": {
    async before({ world }) {
      const { AWSCURRENT: old = "" } = await world.labels();
      await world.client.send(
        new RotateSecretCommand({
          SecretId: secret,
          ClientRequestToken: randomUUID(),
          RotationLambdaARN: world.functionArn,
          RotationRules: { AutomaticallyAfterDays: 90 },
        }),
      );
      return [old];
    },
  },
  "the last rotation is not settled": {
    async before(production) {
      const { AWSCURRENT: old = "" } = await production.world.labels();
      await production.rotate();
      return [old];
    },
  },
  "AWSPENDING was left behind": {
    async before(production) {
      await production.rotate();
      await production.settleToTheEnd();
      await leftBehind(production, false);
      return [];
    },
  },
  "an empty AWSPENDING was left behind, and rotation is off": {
    isOn: false,
    async before(production) {
      await production.rotate();
      await production.settleToTheEnd();
      await cancel(production);
      await leftBehind(production, true);
      return [];
    },
  },
  "its schedule is off and the last rotation is not settled": {
    isOn: false,
    async before(production) {
      const { AWSCURRENT: old = "" } = await production.world.labels();
      await production.rotate();
      await cancel(production);
      return [old];
    },
  },
  "AWSCURRENT is refused": {
    async before(production) {
      await production.rotate();
      await production.settleToTheEnd();
      const { world } = production;
      const value = await world.secret();
      const text = JSON.stringify(value).replaceAll(value.password, `x${randomUUID()}`);
      await world.put(JSON.parse(text));
      return [];
    },
  },
  "it is switched in place": { strategy: "in-place", before: async () => [] },
  "it is switched in place, and the last rotation is not settled": {
    strategy: "in-place",
    async before(production) {
      const { AWSCURRENT: old = "" } = await production.world.labels();
      await production.rotate();
      return [old];
    },
  },
};

describe("what leaked is dead, and production works, though", () => {
  it.each(sampled(Object.entries(situations), 6))(
    "%s",
    async (_, { strategy, before, isOn = true }) => {
      await using production = await Production.open(server, strategy);
      const { world } = production;
      const others = await before(production);
      await production.connect(1);
      const { AWSCURRENT: version = "" } = await world.labels();
      expect(await ask(production)).toMatchObject({ outcome: "started" });
      await finished(production);
      for (const each of [version, ...others])
        expect(await world.versionAccepted(each)).toBe(false);
      expect(await world.accepts(await world.secret())).toBe(true);
      expect(await described(production)).toMatchObject({ RotationEnabled: isOn });
      const { AWSCURRENT: after, RETIRING, AWSPENDING } = await world.labels();
      expect(after).toMatch(/^leaked-/);
      expect(RETIRING).toBeUndefined();
      expect(AWSPENDING === undefined || AWSPENDING === after).toBe(true);
      expect(await ask(production)).toMatchObject({ outcome: "done", secrets: [{ plan: "done" }] });
    },
  );

  it("two ask for it at once: one rotation serves both", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    await production.connect(1);
    await Promise.all([
      ask(production),
      ask(production),
      ask(production, { ...leaked, id: "two" }),
    ]);
    await finished(production);
    // Two who start the same one within the same moment may both tell.
    await until(async () => production.over().length >= 2);
    const versions = (await world.versionIds()).filter((id) => id.startsWith("leaked-"));
    expect(versions).toHaveLength(1);
    const keys = world.aws.notifications.map(({ attributes }) => attributes);
    expect(keys.every(({ secret: of, code }) => of === secret && code === "EMERGENCY")).toBe(true);
  });
});

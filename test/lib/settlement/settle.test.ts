import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import type { Call } from "../../../standin/aws.ts";
import { everything } from "../../everything.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { Production } from "./production.ts";

vi.setConfig({ testTimeout: 300_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const isOfSettle = ({ principal }: Call) => principal.startsWith("settle-");

describe("after a rotation", () => {
  it("with two users: rolled, proven, then the old one dead, and no task failed to log in", async () => {
    await using production = await Production.open(server);
    const { world, logins } = production;
    await production.serveConsumers();
    const replaced = new Set(logins.keys());
    let whenRetired: { left: number; isOldAccepted: boolean } | undefined;
    using _ = world.aws.intercept({
      async before({ operation, input }) {
        if (operation !== "Invoke" || !String(input["Payload"]).includes('"retireUnused"')) return;
        const left = (await production.tasks()).filter(({ taskArn = "" }) => replaced.has(taskArn));
        const isOldAccepted = await production.oldIsAccepted();
        whenRetired ??= { left: left.length, isOldAccepted };
      },
    });
    await production.connect();
    await production.rotate();
    await production.settled();
    expect(whenRetired).toEqual({ left: 0, isOldAccepted: true });
    expect(production.rolled()).toEqual(["web"]);
    expect(await production.newestDeployment("web")).toMatchObject({ status: "SUCCESSFUL" });
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.alerts()).toEqual([]);
    await until(async () => logins.size === 6 && [...logins.values()].every(({ ok }) => ok > 0));
    expect([...logins.values()].reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
    // It may read no value, and needs none.
    const asked = new Set(production.calls().map(({ operation }) => operation));
    expect(asked).toContain("UpdateSecretVersionStage");
    expect(asked).not.toContain("GetSecretValue");
    expect(asked).not.toContain("BatchGetSecretValue");
  });

  it("in place: tasks with the old password fail until they are rolled, the new ones never", async () => {
    await using production = await Production.open(server, "in-place");
    const { logins } = production;
    await production.serveConsumers();
    const replaced = new Set(logins.keys());
    await production.connect();
    await production.rotate();
    await production.settled();
    await until(async () => logins.size === 6 && [...logins.values()].every(({ ok }) => ok > 0));
    const failed = (isOld: boolean) =>
      [...logins]
        .filter(([arn]) => replaced.has(arn) === isOld)
        .reduce((sum, [, login]) => sum + login.failed, 0);
    expect(failed(true)).toBeGreaterThan(0);
    expect(failed(false)).toBe(0);
    expect(production.rolled()).toEqual(["web"]);
    expect(production.alerts()).toEqual([]);
  });

  it("without consumers the old credential dies at once", async () => {
    await using production = await Production.open(server);
    await production.connect();
    await production.rotate();
    await production.settled();
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.rolled()).toEqual([]);
  });

  it("a service scaled to zero is not rolled", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    await production.serve("asleep", {}, { desiredCount: 0 });
    await production.connect();
    await production.rotate();
    await production.settled();
    expect(production.rolled()).toEqual([]);
    expect(production.alerts()).toEqual([]);
  });
});

describe("events", () => {
  it("that are doubled, turned round and late change nothing", async () => {
    await using production = await Production.open(server);
    const { aws } = production.world;
    await production.serveConsumers("web", 2);
    const kept: Parameters<typeof aws.events.emit>[0][] = [];
    let count = 0;
    using _ = aws.events.intercept(async (event) => {
      kept.push(event);
      count += 1;
      // Each other one is overtaken by those after it; each comes twice, under two ids.
      if (count % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 150));
      return [event, { ...event, id: crypto.randomUUID() }];
    });
    await production.connect();
    await production.rotate();
    await production.settled();
    expect(kept.length).toBeGreaterThan(2);
    const before = await production.world.labels();
    for (const event of kept.toReversed()) await production.settle(event);
    expect(await production.world.labels()).toEqual(before);
    expect(production.rolled()).toEqual(["web"]);
    const removed = production
      .calls("UpdateSecretVersionStage")
      .map(({ input }) => input["VersionStage"]);
    expect(removed).toEqual([expect.stringMatching(/^FROM-/), "RETIRING"]);
    expect(production.alerts()).toEqual([]);
  });

  it("about a secret that the manifest does not name are no reason to look", async () => {
    await using production = await Production.open(server);
    await production.rotate();
    const stray = (more: object) => ({ source: "aws.secretsmanager", ...more });
    const lines = await production.settle(
      stray({ detail: { name: "stray", labelUpdated: "AWSCURRENT" } }),
      stray({
        resources: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:stray-AbCdEf"],
      }),
    );
    expect(lines).toEqual([]);
    expect(production.calls().map(({ operation }) => operation)).toEqual(["GetParametersByPath"]);
    expect(await production.retiring()).toBeDefined();
  });

  it("that are forged are believed in nothing but the name", async () => {
    await using production = await Production.open(server);
    await production.serve("web");
    await production.rotate();
    await production.settleToTheEnd();
    const before = await production.world.labels();
    const invoked = production.calls("Invoke").length;
    const { AWSCURRENT: versionId } = before;
    const name = "production/database/primary";
    const detail = { name, labelUpdated: "RETIRING", versionId };
    const lines = await production.settle(
      { source: "aws.secretsmanager", detail },
      { source: "aws.ecs", detail: { eventName: "SERVICE_DEPLOYMENT_COMPLETED" } },
      { source: "aws.secretsmanager", detail: { ...detail, labelUpdated: "AWSCURRENT" } },
      { secret: name, version: versionId, action: "retire" },
      "no JSON",
      [null],
    );
    expect(lines).toEqual(["settled"]);
    expect(await production.world.labels()).toEqual(before);
    expect(await production.world.versionAccepted(versionId ?? "")).toBe(true);
    expect(production.rolled()).toEqual(["web"]);
    expect(production.calls("Invoke")).toHaveLength(invoked);
  });
});

describe("settling twice", () => {
  const everyOperation = [
    "DescribeSecret",
    "ListSecrets",
    "TagResource",
    "Invoke",
    "UpdateSecretVersionStage",
    "ListTasks",
    "ListServices",
    "DescribeServices",
    "ListClusters",
    "UpdateService",
  ];
  /** The calls that were disturbed, each as its operation and how often the invocation had made that call. */
  const points = new Set<string>();
  const expectEveryPoint = () => {
    const operations = Array.from(points, (point) => point.split(" ")[1]);
    if (everything) expect(operations).toEqual(expect.arrayContaining(everyOperation));
    else expect(operations.length).toBeGreaterThan(1);
  };
  /** Without EVERYTHING every twelfth, or those in the middle between them. */
  const isChosen = (at: number, isEven: boolean) => everything || at % 12 === (isEven ? 0 : 6);
  beforeEach(() => points.clear());

  /** Something happens, once, ahead of a call that was not disturbed yet, or behind its effect. */
  async function disturbed(
    production: Production,
    pass: "rolls" | "retires",
    when: "before" | "after",
    disturb: (principal: string) => Promise<void> | void,
  ): Promise<boolean> {
    const { aws, settleArn } = production.world;
    const counts = new Map<string, number>();
    let made = 0;
    let first: string | undefined;
    let isDisturbed = false;
    using _ = aws.intercept({
      async [when](call: Call) {
        if (!isOfSettle(call)) return;
        first ??= call.principal;
        if (call.principal !== first || isDisturbed) return;
        const count = (counts.get(call.operation) ?? 0) + 1;
        counts.set(call.operation, count);
        made += 1;
        // Together the two tests disturb each operation.
        if (!isChosen(made, pass === "rolls" || when === "before")) return;
        const point = `${pass} ${call.operation} ${count}`;
        if (points.has(point)) return;
        points.add(point);
        isDisturbed = true;
        await disturb(first);
      },
    });
    await aws.functions.invoke(settleArn, { Records: [{ messageId: "1", body: "{}" }] });
    return isDisturbed;
  }

  /** Disturbs both passes, the one that rolls and the one that retires, at each of their calls. */
  async function atEveryPoint(
    production: Production,
    when: "before" | "after",
    disturb: (principal: string) => Promise<void> | void,
  ): Promise<number> {
    for (let rotations = 1; ; rotations += 1) {
      const rolls = production.rolled().length;
      // Once the call that remembers the promotion has been disturbed, nothing need wait for it.
      await production.rotate({ unseen: !points.has("rolls TagResource 1") });
      const first = await disturbed(production, "rolls", when, disturb);
      if (production.rolled().length === rolls) await production.settle();
      // Complete, and nobody left who is still draining: a pass that waits makes fewer calls.
      await until(async () => (await production.newestDeployment("web")).status === "SUCCESSFUL");
      await until(async () => (await production.tasks()).length === 1);
      const second = await disturbed(production, "retires", when, disturb);
      await production.settleToTheEnd();
      expect(await production.oldIsAccepted()).toBe(false);
      if (!first && !second) return rotations;
    }
  }

  it("after the first one died at any point, it rolls once, retires and tells nobody", async () => {
    await using production = await Production.open(server);
    await production.serve("web");
    const { functions } = production.world.aws;
    const rotations = await atEveryPoint(production, "after", (it) => functions.kill(it));
    expectEveryPoint();
    expect(production.rolled()).toHaveLength(rotations);
    expect(production.alerts()).toEqual([]);
  });

  it("while the first one stands still at any point, it does no harm", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    await production.serveConsumers("web", 1);
    const rotations = await atEveryPoint(production, "before", async () => {
      await production.settle();
    });
    expectEveryPoint();
    const failed = [...production.logins.values()].reduce((sum, login) => sum + login.failed, 0);
    expect(failed).toBe(0);
    // Between the look at the deployments and the roll, and between the labels and the question about the
    // old credential, two can be in each other's way: the queue gives out one batch at a time.
    expect(production.rolled().length - rotations).toBeLessThanOrEqual(2);
    expect(production.alerts()).toEqual([]);
  });
});

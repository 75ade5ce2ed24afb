import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { databaseSecretId as canary } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { drillOf, drillTag, drillText } from "../../../lib/emergency/drill-record.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { Production } from "../settlement/production.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("a drill", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const drill = { action: "drill", secrets: [canary] };

  async function ask({ world }: Production, request: object) {
    return (await world.aws.functions.invoke(world.emergencyArn, request)).payload;
  }

  async function recordOf({ world }: Production) {
    const command = new DescribeSecretCommand({ SecretId: canary });
    const { Tags = [] } = await world.client.send(command);
    return drillOf({ tags: new Map(Tags.map(({ Key = "", Value = "" }) => [Key, Value])) });
  }

  it("replaces a canary as if it had leaked, records how long that took, and alerts nobody", async () => {
    await using production = await Production.open(server, "in-place", { drill: "rate(30 days)" });
    const { world } = production;
    await production.connect(1);
    const { AWSCURRENT: old = "" } = await world.labels();
    expect(await ask(production, drill)).toMatchObject({ outcome: "started", action: "leaked" });
    const ok = await until(async () => {
      const record = await recordOf(production);
      return record?.state === "ok" && record;
    });
    const { promotedMs = -1, deadMs = -1, settledMs } = ok;
    expect(promotedMs).toBeGreaterThanOrEqual(0);
    expect(deadMs).toBeGreaterThanOrEqual(promotedMs);
    expect(settledMs).toBeGreaterThanOrEqual(deadMs);
    expect(await world.versionAccepted(old)).toBe(false);
    expect(production.alerts()).toEqual([]);
    // The next one is one of its own.
    expect(await ask(production, drill)).toMatchObject({ secrets: [{ plan: "start" }] });
  });

  it("is refused of any other secret", async () => {
    await using production = await Production.open(server, "in-place");
    const answer = await ask(production, drill);
    expect(answer).toMatchObject({ outcome: "failed", code: "NOT_A_CANARY" });
  });
});

describe("its record", () => {
  const at = new Date("2026-11-29T03:00:00.000Z");
  it.each([
    ["begun 2026-11-29T03:00:00.000Z", { state: "begun", at }],
    [
      "ok 2026-11-29T03:00:00.000Z promoted=812 dead=1230 settled=4100",
      { state: "ok", at, promotedMs: 812, deadMs: 1230, settledMs: 4100 },
    ],
    ["ok 2026-11-29T03:00:00.000Z settled=0", { state: "ok", at, settledMs: 0 }],
  ] as const)("%s is read as it was written", (text, record) => {
    expect(drillText(record)).toBe(text);
    expect(drillOf({ tags: new Map([[drillTag, text]]) })).toEqual(record);
  });

  it.each(["", "ok", "ok yesterday settled=1", "ok 2026-11-29T03:00:00.000Z", "done 2026-11-29"])(
    "%j is none",
    (text) => {
      expect(drillOf({ tags: new Map([[drillTag, text]]) })).toBeUndefined();
    },
  );
});

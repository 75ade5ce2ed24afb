import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import type { StatusAnswer } from "../../../lib/emergency/status.ts";
import { AwsError } from "../../../standin/aws.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { Production } from "../settlement/production.ts";

vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const secret = "production/database/primary";

async function ask<Answer>(production: Production, request: object): Promise<Answer> {
  const { aws, emergencyArn } = production.world;
  const { error, payload } = await aws.functions.invoke(emergencyArn, request);
  if (error) throw new Error(`${error.errorType}: ${error.errorMessage}`);
  return payload as Answer;
}

const look = (production: Production, request: object = {}) =>
  ask<StatusAnswer>(production, { action: "status", ...request });

const denying = (production: Production, operation: string, principal: string): Disposable =>
  production.world.aws.intercept({
    before(call) {
      if (call.operation === operation && call.principal.startsWith(principal))
        throw new AwsError("AccessDeniedException", "no");
    },
  });

describe("the action status", () => {
  it("tells of a leak from before it to its end, and changes nothing", async () => {
    await using production = await Production.open(server);
    await production.serveConsumers();
    await production.connect(5);
    const quiet = { consumers: [], problems: [], left: [] };
    expect(await look(production)).toEqual({
      outcome: "status",
      id: "",
      at: expect.stringMatching(/Z$/),
      secrets: [{ secret, state: "untouched", waitsFor: "nothing", ...quiet }],
    });
    const { AWSCURRENT: leaked = "" } = await production.world.labels();
    const id = "0123456789ab";
    const seen = new Set<string>();
    const see = async () => {
      const [status] = (await look(production, { id })).secrets;
      if (status) seen.add(`${status.state}: ${status.consumers.map(({ state }) => state)}`);
      return status;
    };
    // A deployment is quick here: seen as it begins.
    using _ = production.world.aws.intercept({
      async after({ operation }) {
        if (operation === "UpdateService") await see();
        return undefined;
      },
    });
    const request = { action: "leaked", secrets: [secret], reason: "INC-2", id };
    expect((await ask<StatusAnswer>(production, request)).id).toBe(id);
    const end = await until(async () => {
      const status = await see();
      return status?.state === "settled" ? status : undefined;
    });
    expect([...seen].map((each) => each.split(":")[0])).toEqual(
      expect.arrayContaining(["rotating", "dead", "settled"]),
    );
    // The promotion or the death may be known first.
    // On a busy machine the deployment is over before anybody looks again.
    expect([...seen].join()).toMatch(/: (old|rolling)/);
    expect(end).toMatchObject({ id, action: "leaked", waitsFor: "nothing", left: [] });
    expect(end.consumers).toEqual([{ name: "service production/web", state: "proven" }]);
    const [started = 0, promoted = 0, dead = 0] = [end.startedAt, end.promotedAt, end.deadAt].map(
      (time) => Date.parse(time ?? ""),
    );
    expect([started, promoted, dead].toSorted((a, b) => a - b)).toEqual([started, promoted, dead]);
    const { AWSCURRENT: version } = await production.world.labels();
    expect(end.version).toBe(version);
    expect(await production.world.versionAccepted(leaked)).toBe(false);
    await until(async () => production.over().includes("EMERGENCY"));
    await production.world.aws.idle();
    const { length } = production.world.aws.calls;
    await look(production, { id });
    await look(production, { secrets: [secret], id: "another" });
    const since = production.world.aws.calls.slice(length).map(({ operation }) => operation);
    expect(since.filter((each) => !/^(Describe|Get|List|Invoke)/.test(each))).toEqual([]);
    expect((await look(production, { id: "another" })).secrets).toEqual([]);
    const [other] = (await look(production, { secrets: [secret], id: "another" })).secrets;
    expect(other).toMatchObject({ state: "untouched" });
  });

  it("says that the consumers cannot be read, and what is left for a person", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    await production.serveConsumers();
    await production.connect(5);
    using _ = denying(production, "UpdateService", "settle-");
    const { id } = await ask<StatusAnswer>(production, {
      action: "leaked",
      secrets: [secret],
      reason: "INC-3",
    });
    const stuck = await until(async () => {
      const [status] = (await look(production, { id })).secrets;
      return status?.problems.length ? status : undefined;
    });
    expect(stuck).toMatchObject({ state: "dead", problems: [{ code: "AWS_CALL_FAILED" }] });
    expect(stuck.left.join()).toMatch(
      /^AWS_CALL_FAILED \(ecs:UpdateService .*\) has been open since /,
    );
    using __ = denying(production, "ListClusters", "emergency-");
    const [blind] = (await look(production, { id })).secrets;
    expect(blind).toMatchObject({ state: "dead", consumers: [] });
    expect(blind?.unread).toContain("ecs:ListClusters");
  });
});

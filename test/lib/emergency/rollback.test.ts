import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { databaseSecretId } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { Production } from "../settlement/production.ts";
import { ask, asked, isAccepted, planned } from "./on-production.ts";

vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const isOn = async ({ world }: Production) =>
  (await world.client.send(new DescribeSecretCommand({ SecretId: databaseSecretId })))
    .RotationEnabled === true;

describe("a rollback", () => {
  it("brings the previous version back and its consumers with it, and suspends the schedule", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    await production.serveConsumers();
    const { AWSCURRENT: before = "" } = await world.labels();
    await production.connect(5);
    await production.rotate();
    const { AWSCURRENT: rotated = "" } = await world.labels();
    expect(await planned(production, "rollback")).toContain(`Version ${before} works`);
    expect((await world.labels())["AWSCURRENT"]).toBe(rotated);

    await asked(production, { action: "rollback" });
    expect((await world.labels())["AWSCURRENT"]).toBe(before);
    expect((await world.labels())["AWSPENDING"]).toBeUndefined();
    expect(await isOn(production)).toBe(false);
    expect(await isAccepted(production)).toBe(true);
    await production.settled();
    expect(await world.versionAccepted(rotated)).toBe(false);
    expect(await isAccepted(production)).toBe(true);
    expect([...production.logins.values()].reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
    expect(production.alerts()).toEqual(["EMERGENCY"]);
  });

  it("of a rollback leads forward again", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const { AWSCURRENT: before = "" } = await world.labels();
    await production.rotate();
    const { AWSCURRENT: rotated = "" } = await world.labels();
    await asked(production, { action: "rollback" });
    expect((await world.labels())["AWSCURRENT"]).toBe(before);
    await asked(production, { action: "rollback" });
    expect((await world.labels())["AWSCURRENT"]).toBe(rotated);
    await production.settleToTheEnd();
    expect(await world.versionAccepted(before)).toBe(false);
    expect(await isAccepted(production)).toBe(true);
  });

  it("is refused, and changes nothing, where the previous credential is dead, or leaked, or there is none", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const refused = async (why: string) => {
      const labels = await world.labels();
      const answer = await ask(production, { action: "rollback" });
      expect(answer).toMatchObject({
        outcome: "refused",
        secrets: [{ code: "ROLLBACK_IMPOSSIBLE", says: expect.stringContaining(why) }],
      });
      expect(await world.labels()).toEqual(labels);
      expect(production.alerts()).toEqual([]);
    };
    await refused("no earlier version");
    await production.rotate();
    await production.settleToTheEnd();
    await refused("is refused (user ");
    await world.rotate(`leaked-${crypto.randomUUID()}`);
    await refused("leaked: version leaked-");
    expect(await isOn(production)).toBe(true);
  });

  it("is refused of an in-place rotation", async () => {
    await using production = await Production.open(server, "in-place");
    await production.rotate();
    const answer = await ask(production, { action: "rollback" });
    expect(answer.secrets[0]).toMatchObject({ code: "ROLLBACK_IMPOSSIBLE" });
    expect(answer.secrets[0]?.says).toContain("at the moment of promotion");
  });
});

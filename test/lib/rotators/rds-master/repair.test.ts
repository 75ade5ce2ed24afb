import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../../../../lab/postgres/server.ts";
import { asked, isAccepted, planned } from "../../emergency/on-production.ts";
import { Production } from "../../settlement/production.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** In milliseconds. */
const master = { beginMs: 20, changeMs: 80, endMs: 160 };

describe("a repair of a master user that nobody can log in as", { timeout: 60_000 }, () => {
  it("has RDS set a new password", async () => {
    await using production = await Production.open(server, "in-place", { master, pace: 20 });
    const { world } = production;
    const { username } = await world.secret();
    await server.setPassword(username, "nobody-knows-this-one");
    expect(await isAccepted(production)).toBe(false);
    expect(await planned(production, "repair")).toContain("the server refuses it");
    await asked(production, { action: "repair" });
    expect(await isAccepted(production)).toBe(true);
    await production.settleToTheEnd();
    const asks = world.aws.calls.filter(({ operation }) => operation === "ModifyDBInstance");
    expect(asks).toHaveLength(1);
  });
});

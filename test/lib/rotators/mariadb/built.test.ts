/** @module-tag ci */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import { type MariadbServer, startMariadb } from "../../../../lab/mariadb/server.ts";
import { connect } from "../../../../lab/mysql-protocol/client.ts";
import type { Strategy } from "../../../../lab/server.ts";
import { startWorld } from "../../../../lab/world.ts";
import type { Action } from "../../../../lib/retirement/request.ts";
import { describeNeeding } from "../../../needing.ts";

describeNeeding(whatIsMissing(), "the built functions on MariaDB", {}, () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  describe.each<[Strategy, number | null]>([
    ["two-passwords", null],
    ["alternating-users", 1],
  ])("%s", (strategy, sessions) => {
    it("rotate within the budgets; end the old credential, and the sessions that it opened", async () => {
      const name = strategy.replace("-", "_");
      await using proxy = await server.proxy();
      await using world = await startWorld({ server, address: proxy, strategy, name });
      const { username, password } = await world.secret();
      const login = { host: server.host, port: server.port, database: name, username, password };
      const consumer = await connect(login, server.ca);
      const ended = new Promise<void>((resolve) => {
        for (const event of ["end", "error"] as const) consumer.on(event, () => resolve());
      });
      const calls = { aws: 0, connections: 0 };
      {
        using _ = proxy.intercept({
          before: ({ kind }) => {
            if (kind === "connect") calls.connections += 1;
          },
        });
        using __ = world.aws.intercept({
          before: ({ principal }) => {
            if (principal !== "operator") calls.aws += 1;
          },
        });
        expect(await world.rotate()).toMatchObject({ succeeded: true, attempts: 1 });
      }
      expect(calls.aws).toBeLessThanOrEqual(13);
      expect(calls.connections).toBeLessThanOrEqual(4);
      const { RETIRING: old = "", AWSCURRENT: current = "" } = await world.labels();
      const answer = async (action: Action) => (await world.retire(action, old)).payload;
      expect(await answer("probe")).toMatchObject({ outcome: "done", accepted: true });
      expect(await answer("quiet")).toMatchObject({ sessions });
      expect(await answer("retire")).toMatchObject({ accepted: false });
      await consumer.query("SELECT 1");
      expect(await answer("endSessions")).toMatchObject({ ended: 1 });
      await ended;
      expect(await answer("endSessions")).toMatchObject({ ended: 0 });
      expect(await world.versionAccepted(old)).toBe(false);
      expect(await world.versionAccepted(current)).toBe(true);
      expect(await world.settle()).toBe(true);
      expect(await world.rotate()).toMatchObject({ succeeded: true });
      expect(await world.settle()).toBe(true);
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import { startWorld, type World } from "../../lab/world.ts";
import type { Action } from "../../lib/retirement/request.ts";

let postgres: PostgresServer;
let world: World;
beforeAll(async () => {
  postgres = await startPostgres();
  world = await startWorld({ server: postgres, strategy: "alternating-users", name: "retiring" });
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
});

describe("the built function that ends old credentials", () => {
  it("ends the old user of a rotation by the other bundle, and its sessions", async () => {
    expect(await world.rotate()).toMatchObject({ succeeded: true });
    const { RETIRING: old = "", AWSCURRENT: current = "" } = await world.labels();
    const answer = async (action: Action) => (await world.retire(action, old)).payload;
    expect(await answer("probe")).toMatchObject({ outcome: "done", accepted: true });
    expect(await answer("quiet")).toMatchObject({ sessions: 0 });
    expect(await answer("retire")).toMatchObject({ accepted: false });
    expect(await answer("endSessions")).toMatchObject({ ended: 0 });
    expect(await world.versionAccepted(old)).toBe(false);
    expect(await world.versionAccepted(current)).toBe(true);
    const { error, payload } = await world.retire("retire", current);
    expect(error).toBeUndefined();
    expect(payload).toEqual({
      outcome: "failed",
      code: "NOT_RETIRING",
      happened: expect.stringContaining(current),
      remedy: expect.stringMatching(/^Rotate the secret first/),
      subject: "",
      retryable: true,
      lasting: false,
      impact: "unchanged",
    });
    expect(await world.versionAccepted(current)).toBe(true);
  });

  it.each([{}, { action: "retire" }, { Step: "finishSecret", SecretId: "s" }, "retire"])(
    "refuses %j",
    async (request) => {
      const { payload } = await world.aws.functions.invoke(world.retireArn, request);
      expect(payload).toMatchObject({ outcome: "failed", code: "INVALID_REQUEST" });
    },
  );
});

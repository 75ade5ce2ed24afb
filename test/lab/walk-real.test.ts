/** @module-tag ci */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { operations } from "../../lab/walk/generate.ts";
import { perform } from "../../lab/walk/perform.ts";
import { Random } from "../../lab/walk/random.ts";
import { RealAccount } from "../../lab/walk/real/account.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** On PostgreSQL servers, the stand-in over the wire, and the built functions. */
describe("a real walk", () => {
  let account: RealAccount;
  beforeAll(async () => {
    account = await RealAccount.start(1);
  });
  afterAll(() => account?.[Symbol.asyncDispose]());

  it("rotates and settles, and breaks no promise", async () => {
    await perform({ kind: "rotate", secret: 1, leaked: false }, account);
    let steps = 0;
    for (const operation of operations(new Random(1))) {
      if (operation.kind !== "calm") await perform(operation, account);
      steps += 1;
      if (steps === 12) break;
    }
    await perform({ kind: "calm" }, account);
    expect(account.oracle.broken).toEqual([]);
    expect(account.gate.calls).toBeGreaterThan(40);
    const stock = account.secrets.find("shop/stock");
    expect(stock?.rotatedAt).toBeDefined();
  });

  it("sees when a login is ended that a task holds", async () => {
    const [database] = account.databases.list;
    const current = account.truth.of(account.secrets.find("shop/orders") ?? never()).current;
    await database?.server.query(`ALTER ROLE "${current?.username}" NOLOGIN`);
    await perform({ kind: "rotate", secret: 1, leaked: false }, account);
    await perform({ kind: "pass", ms: 300_000 }, account);
    const promises = account.oracle.broken.map(({ promise }) => promise);
    expect(promises).toContain("2 AWSCURRENT works");
  });
});

function never(): never {
  throw new Error("There is no such secret.");
}

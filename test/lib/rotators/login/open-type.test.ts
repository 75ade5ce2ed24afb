import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Server } from "../../../../lab/server.ts";
import { missingServer, serverType } from "../../../../lab/servers.ts";
import { startWorld } from "../../../../lab/world.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { typeList } from "../../../../lib/types.ts";
import { sampled } from "../../../everything.ts";
import { cannotRun } from "../../../needing.ts";

const { alternatives = [], types } = typeList;

describe.each(alternatives)("a %s login whose type the manifest leaves open", (type) => {
  const missing = missingServer(type);
  if (missing !== undefined) return cannotRun(missing);

  let server: Server;
  beforeAll(async () => {
    server = await serverType(type).start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it.each(sampled(["alternating-users", "in-place"] as const, 2))(
    "rotates and settles by %s",
    async (strategy) => {
      const name = `open_${strategy.slice(0, 2)}`;
      await using world = await startWorld({ server, strategy, name, isTypeOpen: true });
      expect(await world.rotate()).toMatchObject({ succeeded: true, attempts: 1 });
      expect(await world.settle()).toBe(true);
    },
  );
});

it("has only alternatives with every strategy of the default type", () => {
  const strategies = Object.keys(strategyTraits).filter((strategy) => strategy !== "two-passwords");
  expect(alternatives).not.toEqual([]);
  for (const type of alternatives)
    for (const strategy of strategies) {
      const complaints: string[] = [];
      types[type]?.complete({
        ...{ type, isTypeDeclared: false, secret: "app", stage: "production", folder: "." },
        keys: { strategy, admin: "admin" },
        isOwn: () => true,
        kmsKeyOf: () => undefined,
        oneHome() {},
        complain: (_, problem) => complaints.push(problem),
      });
      expect(complaints).toEqual([]);
    }
});

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Attempt } from "../../../local/consumer/messages.ts";
import { startPostgres } from "../../../local/postgres/server.ts";
import { connectSettlement, createConsumerService } from "../../../local/settlement.ts";
import { World } from "../../../local/world.ts";

/** The queue's event, or the watcher's tick: the body is only a reason to look. */
const tick = { Records: [{ messageId: "tick", body: "{}" }] };

it("rolls the consumers, proves them, and only then ends the old credential", {
  timeout: 120_000,
}, async () => {
  await using postgres = await startPostgres();
  await using world = await World.start({ postgres, strategy: "alternating-users" });
  const attempts: Attempt[] = [];
  using _output = world.aws.ecs.onOutput(({ line }) => void attempts.push(JSON.parse(line)));
  await connectSettlement(world.aws, world.settleArn, { delaySeconds: 1, visibilitySeconds: 30 });
  const { secretArn } = world;
  const service = { cluster: "production", name: "web", tasks: 2, secretArn, ca: postgres.ca };
  await createConsumerService(world.aws, service);
  while (attempts.filter(({ code }) => !code).length < 10) await sleep(50);

  const old = await world.secret();
  expect((await world.rotate()).succeeded).toBe(true);
  expect(await world.accepts(old)).toBe(true);
  for (let look = 0; look < 60 && (await world.labels())["RETIRING"]; look += 1) {
    await sleep(1000);
    await world.aws.functions.invoke(world.settleArn, tick);
  }
  expect(await world.labels()).not.toHaveProperty("RETIRING");
  expect(await world.accepts(old)).toBe(false);
  expect(await world.accepts(await world.secret())).toBe(true);
  expect(attempts.filter(({ code }) => code)).toEqual([]);
  const calls = world.aws.calls.filter(({ principal }) => principal.startsWith("settle"));
  const operations = calls.map(({ operation }) => operation);
  expect(operations.filter((name) => name === "UpdateService")).toHaveLength(1);
  expect(operations).not.toContain("GetSecretValue");
});

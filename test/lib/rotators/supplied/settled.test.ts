import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readManifest } from "../../../../build/manifest-plugin.ts";
import { databaseSecretId } from "../../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../../lab/postgres/server.ts";
import { SecretsManagerStore } from "../../../../lib/aws/secrets-manager.ts";
import { confirmDeleted } from "../../../../lib/rotators/supplied/deleted.ts";
import { wantedIn } from "../../../../lib/rotators/supplied/find.ts";
import { supply } from "../../../../lib/rotators/supplied/supply.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { contextFor } from "../../../context.ts";
import { until } from "../../../standin/ecs-fixtures.ts";
import { sdkClient } from "../../../standin/fixtures.ts";
import { Production } from "../../settlement/production.ts";
import { newKey } from "./scene.ts";

vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

it("what a person hands over is settled by the label's event: rolled, proven, and the old key followed to its end", async () => {
  const old = newKey();
  const beside = async () => ({
    fields: { api_key: old },
    credentials: [{ type: "supplied", field: "api_key", console: "https://acme.example/keys" }],
  });
  await using production = await Production.open(server, "alternating-users", { beside });
  const { world } = production;
  await production.serve("web");
  await production.connect();

  await production.rotate();
  await production.settled();
  const rotated = await world.secret();
  expect(rotated).toMatchObject({ api_key: old });

  const client = sdkClient(world.aws, "person");
  const ports = { store: new SecretsManagerStore(() => client) };
  const manifest = readManifest(join(world.folder, "rotation.yml"), "production");
  const wanted = wantedIn(manifest, { secret: databaseSecretId });
  const key = newKey();
  const context = contextFor();
  await supply(wanted, new Map([["secret", new Secret(key)]]), ports, context);
  expect(await world.secret()).toEqual({
    ...rotated,
    api_key: key,
    rotated_at: expect.any(String),
  });

  await until(async () => production.alerts().includes("SUPPLIED_KEY_LEFT"));
  expect(production.rolled()).toEqual(["web", "web"]);
  expect(await production.retiring()).toBeDefined();
  const told = JSON.stringify(world.aws.notifications);
  expect(told).not.toContain(old);
  expect(told).toContain("it checks every five minutes whether this is done");
  expect(told).toContain("the new credential is in use, and the old one still works");

  await confirmDeleted(wanted, ports, context);
  // The clock's tick, which the stand-in does not send.
  await production.settleToTheEnd();
  expect(await production.retiring()).toBeUndefined();
  await until(async () => production.over().includes("SUPPLIED_KEY_LEFT"));
  expect(production.alerts()).toEqual(["SUPPLIED_KEY_LEFT"]);
  client.destroy();
});

import { CreateSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { played } from "../../../../lab/providers/played.ts";
import { type ProviderServer, playProviders } from "../../../../lab/providers/server.ts";
import { bundledPresets } from "../../../../lib/rotators/http/presets.ts";
import type { KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { type PlayedService, playedService, TestClock } from "../http/played-service.ts";
import { SupplyScene, spec } from "./scene.ts";

const week = 7 * 24 * 3600e3;

let server: ProviderServer;
let service: PlayedService;
let scene: SupplyScene;
const clock = new TestClock();
beforeAll(async () => {
  server = await playProviders(played, clock.now);
});
afterAll(() => server?.[Symbol.asyncDispose]());

beforeEach(async () => {
  const preset = bundledPresets().get("anthropic");
  if (!preset) throw new Error("no preset");
  service = playedService(server, clock, preset, {});
  const { secret = "", id = "" } = textsOf(service.access.current);
  scene = await SupplyScene.open(() => ({ api_key: secret, api_key_id: id }));
  scene.now = clock.now();
  scene.provider = service.provider;
  scene.spec = spec({ prefix: "sk-ant-api03-", fields: { secret: "api_key", id: "api_key_id" } });
  const admin = await service.access.readSecret("admin", service.access.signal);
  const create = new CreateSecretCommand({ Name: "admin", SecretString: admin?.reveal() });
  await scene.client.send(create);
});
afterEach(async () => {
  expect(service.mistakes()).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

const textsOf = (key: KeyParts): Record<string, string> =>
  Object.fromEntries([...key].map(([part, value]) => [part, value.reveal()]));

async function supply(key: KeyParts) {
  const { secret = "", id = "" } = textsOf(key);
  return scene.supply(secret, { id });
}

it("a key that its provider accepts is taken, and the old one disabled, deleted and seen dead by the provider's API", async () => {
  const key = await service.handOut("made by a person");
  await supply(key);
  const { secret, id } = textsOf(key);
  expect(JSON.parse(await scene.text())).toEqual({ api_key: secret, api_key_id: id });

  const disabled = await scene.retire();
  expect(disabled).toMatchObject({ refused: true });
  expect(disabled.waiting).toContain("is disabled, and is deleted at");
  const since = new Date(scene.now);
  const old = service.access.current.get("id")?.reveal();
  expect(await service.ids()).toContain(old);
  scene.now += week;
  clock.time += week;
  expect(await scene.retire(since)).toEqual({
    outcome: "done",
    secret: scene.name,
    accepted: false,
  });
  expect(await service.ids()).toEqual([id]);
});

it("one that its provider does not know is refused", async () => {
  await expect(supply(service.unknown())).rejects.toThrow("Anthropic does not accept the key");
  expect(Object.keys(await scene.labels())).toHaveLength(1);
});

it.each(["down", "html 200", "another form", "busy"] as const)(
  "nothing is taken while the provider answers: %s",
  async (trouble) => {
    const key = await service.handOut("made by a person");
    service.begin(trouble);
    await expect(supply(key)).rejects.toMatchObject({
      code: expect.stringMatching(/^PROVIDER_(UNAVAILABLE|BUSY)$/),
    });
    expect(Object.keys(await scene.labels())).toHaveLength(1);
    service.end();
    await supply(key);
  },
);

it("without its id at hand, the old one is found by the key itself", async () => {
  const { secret = "", id = "" } = textsOf(service.access.current);
  const { SecretString } = await scene.client.send(
    new GetSecretValueCommand({ SecretId: "admin" }),
  );
  await using bare = await SupplyScene.open(() => ({ api_key: secret }));
  await bare.client.send(new CreateSecretCommand({ Name: "admin", SecretString }));
  bare.now = clock.now();
  bare.provider = service.provider;
  bare.spec = spec({ prefix: "sk-ant-api03-" });
  await bare.supply(textsOf(await service.handOut("made by a person"))["secret"] ?? "");
  const { waiting } = await bare.retire();
  expect(waiting).toContain(`the old key ${id} is disabled`);
});

it("where the provider has no API for keys, the old one is a person's to delete, and is tried until it is refused", async () => {
  const preset = bundledPresets().get("huggingface");
  if (!preset) throw new Error("no preset");
  service = playedService(server, clock, preset, {});
  const { secret = "" } = textsOf(service.access.current);
  await using bare = await SupplyScene.open(() => ({ api_key: secret }));
  bare.now = clock.now();
  bare.provider = service.provider;
  bare.spec = spec({ prefix: "hf_" });
  await bare.supply(textsOf(await service.handOut("made by a person"))["secret"] ?? "");
  expect(await bare.retire()).toMatchObject({
    refused: false,
    task: { code: "SUPPLIED_KEY_LEFT" },
  });
});

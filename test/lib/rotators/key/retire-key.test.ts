import { expect, it } from "vitest";
import type { KeySpec } from "../../../../lib/rotators/key/key.ts";
import type { Access, Provider } from "../../../../lib/rotators/key/provider.ts";
import { retireKey } from "../../../../lib/rotators/key/retire-key.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

const spec: KeySpec = {
  type: "acme",
  strategy: "issue",
  traits: { oldWorksBeside: true, changesUsername: false, switches: false },
  fields: { secret: "api_key", id: "api_key_id" },
  adopt: true,
};

const steady = { times: 1, every: 0, within: 0 };

const documentOf = (key: string) =>
  new SecretDocument(key, new Secret(JSON.stringify({ api_key: key, api_key_id: `id-${key}` })));

it("an old key is deleted by its id where the provider lists no keys", async () => {
  const removed: string[] = [];
  const provider: Provider = {
    name: "Acme",
    scope: "acme",
    traits: { nameLength: 64, alive: steady, dead: steady },
    probe: async (key) => {
      const isRemoved = removed.includes(`id-${key.get("secret")?.reveal()}`);
      return { is: isRemoved ? "dead" : "alive" };
    },
    remove: async (id) => void removed.push(id),
  };
  const at: Access = {
    now: () => new Date(),
    sleep: async () => {},
    signal: AbortSignal.timeout(5_000),
    readSecret: async () => undefined,
    warn: () => {},
    leaked: false,
    current: new Map([["secret", new Secret("new")]]),
  };
  const step = { leaked: false, token: "old", secret: { name: "app", arn: "arn:app" } };
  const owner = { secret: { name: "app", arn: "arn:app" }, field: "api_key" };
  const retirement = { current: documentOf("new"), old: documentOf("old") };
  expect(await retireKey({ spec, provider, owner }, retirement, at, step)).toBeUndefined();
  expect(removed).toEqual(["id-old"]);
});

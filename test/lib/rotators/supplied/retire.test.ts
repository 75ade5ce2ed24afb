import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyEntry, KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { confirmDeleted } from "../../../../lib/rotators/supplied/deleted.ts";
import { refusedSince } from "../../../../lib/secret/refusal.ts";
import { Acme, newKey, SupplyScene, spec } from "./scene.ts";

let scene: SupplyScene;
beforeEach(async () => {
  scene = await SupplyScene.open();
});
afterEach(() => scene[Symbol.asyncDispose]());

const confirm = () =>
  confirmDeleted(
    { secretId: scene.name, entry: scene.entry, spec: scene.spec },
    scene.ports,
    scene.context(),
  );

describe("the key before, where nobody can ask its provider,", () => {
  it("is a task for a person, with the date, the link and the command, until the person says that it is deleted", async () => {
    await scene.supply(newKey());
    const command = `npm run supply -- ${scene.name} --field api_key --deleted`;
    for (let look = 0; look < 2; look += 1) {
      const result = await scene.retire();
      expect(result).toMatchObject({ refused: false, task: { code: "SUPPLIED_KEY_LEFT" } });
      expect(result.waiting).toContain(command);
      expect(result.task?.happened).toContain(new Date(scene.now).toISOString().slice(0, 10));
      expect(result.task?.remedy).toContain("https://acme.example/keys");
      expect(result.task?.remedy).toContain(command);
      expect(JSON.stringify(result)).not.toContain(scene.old);
    }
    const version = await confirm();
    expect(version).toBe(scene.first);
    const since = refusedSince(
      new Map(Object.entries(await scene.tags())),
      version,
      new Date(scene.now),
    );
    expect(since).toEqual(new Date(Math.ceil(scene.now / 1000) * 1000));
    expect(await scene.retire(since)).toEqual({
      outcome: "done",
      secret: scene.name,
      accepted: false,
    });
    expect(await confirm()).toBe(version);
  });

  it("cannot be said to be deleted where there is none", async () => {
    await expect(confirm()).rejects.toThrow("has no old key");
    await scene.supply(newKey());
    await scene.settle();
    await expect(confirm()).rejects.toThrow("has no old key");
    expect(Object.keys(await scene.tags())).not.toContain("quarterturn:refused");
  });

  it("is none where the field was empty", async () => {
    await using empty = await SupplyScene.open(() => ({ api_key: "" }));
    await empty.supply(newKey());
    expect(await empty.retire()).toEqual({ outcome: "done", secret: empty.name, accepted: false });
  });

  it("is not ended while AWSCURRENT holds it again", async () => {
    await scene.supply(newKey());
    await scene.put({ api_key: scene.old, note: "back" }, ["AWSCURRENT"]);
    expect(await scene.retire()).toMatchObject({ heldBy: "AWSCURRENT" });
  });
});

describe("the key before, where its provider can be asked,", () => {
  let acme: Acme;
  beforeEach(() => {
    acme = new Acme();
    acme.keys.set(scene.old, "account-1");
    scene.provider = acme;
  });

  async function replace(): Promise<void> {
    const key = newKey();
    acme.keys.set(key, "account-1");
    await scene.supply(key);
  }

  it("is a task for a person until it is refused", async () => {
    await replace();
    const alive = await scene.retire();
    expect(alive).toMatchObject({ refused: false, task: { code: "SUPPLIED_KEY_LEFT" } });
    expect(alive.task?.remedy).toContain("You are reminded until it is refused.");
    await expect(confirm()).rejects.toThrow("Acme reports whether a key works");
    acme.keys.delete(scene.old);
    expect(await scene.retire()).toEqual({ outcome: "done", secret: scene.name, accepted: false });
  });

  it("is deleted by the provider's API, where that knows it, and nothing else is", async () => {
    const other = newKey();
    acme.keys.set(other, "account-1");
    const idOf = (text: string) => `id-${text.slice(-6)}`;
    const removable = Object.assign(acme, {
      list: async (): Promise<readonly KeyEntry[]> =>
        [...acme.keys.keys()].map((text) => ({ id: idOf(text) })),
      identify: async (key: KeyParts) => idOf(key.get("secret")?.reveal() ?? ""),
      remove: async (id: string) => {
        for (const text of acme.keys.keys()) if (idOf(text) === id) acme.keys.delete(text);
      },
    });
    scene.provider = removable;
    await replace();
    expect(await scene.retire()).toEqual({ outcome: "done", secret: scene.name, accepted: false });
    expect(acme.keys.has(scene.old)).toBe(false);
    expect(acme.keys.size).toBe(2);
  });

  it("is not said to be dead while the provider is down", async () => {
    await replace();
    acme.keys.delete(scene.old);
    acme.isDown = true;
    await expect(scene.retire()).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
  });
});

describe("a rotation of what stands beside it", () => {
  beforeEach(async () => {
    await scene[Symbol.asyncDispose]();
    scene = await SupplyScene.open((api_key) => ({ api_key, token: "", note: api_key }));
    scene.spec = spec();
    const traits = { oldWorksBeside: false, changesUsername: false, switches: false };
    const generated = { type: "generated", strategy: "generate", traits, field: "token" };
    const format = { prefix: "", format: { kind: "hex", bytes: 32 } };
    scene.beside = [{ ...generated, ...format }];
  });

  it("leaves the key as it is, copies of it included, and retires nothing", async () => {
    await scene.rotate();
    const { api_key, token, note } = JSON.parse(await scene.text());
    expect({ api_key, note }).toEqual({ api_key: scene.old, note: scene.old });
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(await scene.holder("RETIRING")).toBe(scene.first);
    expect(await scene.retire()).toEqual({ outcome: "done", secret: scene.name, accepted: false });
    expect(scene.warnings).toEqual([]);
  });

  it("in leaked mode says that the key stays", async () => {
    await scene.rotate(`leaked-${crypto.randomUUID()}`);
    expect(JSON.parse(await scene.text()).api_key).toBe(scene.old);
    expect(scene.warnings.join()).toContain("only a person can replace it");
  });

  it("carries the key that was handed over last", async () => {
    await scene.put({ api_key: scene.old, token: "", note: "" }, ["AWSCURRENT"]);
    const key = newKey();
    await scene.supply(key);
    await scene.settle();
    await scene.rotate();
    expect(JSON.parse(await scene.text()).api_key).toBe(key);
    expect(await scene.retire()).toMatchObject({ accepted: false });
  });
});

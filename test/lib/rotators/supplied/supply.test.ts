import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AwsError } from "../../../../standin/aws.ts";
import { Acme, newKey, SupplyScene, spec } from "./scene.ts";

let scene: SupplyScene;
beforeEach(async () => {
  scene = await SupplyScene.open();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Nothing was written, and nothing moved. */
async function untouched() {
  expect(await scene.labels()).toEqual({ [scene.first]: ["AWSCURRENT"] });
  expect(JSON.parse(await scene.text())).toEqual({ api_key: scene.old, note: "kept" });
  expect(await scene.tags()).toEqual({});
}

describe("a key that a person hands over", () => {
  it("becomes AWSCURRENT as by a rotation, and the rest of the secret stays", async () => {
    const key = newKey();
    const { outcome, version } = await scene.supply(key);
    expect(outcome).toBe("done");
    expect(version).toMatch(/^supply-[\w-]{36}$/);
    expect(await scene.text()).toBe(JSON.stringify({ api_key: key, note: "kept" }));
    const { [version]: now = [], [scene.first]: before = [] } = await scene.labels();
    expect(now.toSorted()).toEqual(["AWSCURRENT", `FROM-${scene.first}`, "PREPARED"]);
    expect(before.toSorted()).toEqual(["AWSPREVIOUS", "RETIRING"]);
    const seen = `${version}/${new Date(scene.now).toISOString()}`;
    expect(await scene.tags()).toEqual({
      "quarterturn:supplied:api_key": seen,
      "quarterturn:promoted": seen,
    });
    for (const text of [key, scene.old]) expect(scene.sent()).not.toContain(text);
  });

  it("is not forgotten where AWSCURRENT is moved on before settlement's first look, nor is what was seen before it", async () => {
    const tags = { "quarterturn:promoted": `other/${new Date(scene.now).toISOString()}` };
    await scene.tag(tags);
    const { version } = await scene.supply(newKey());
    expect(await scene.tags()).toMatchObject({
      "quarterturn:promoted": expect.stringContaining(`${version}/`),
      "quarterturn:left": "other",
    });
    await scene.settle();
    const { version: next } = await scene.supply(newKey());
    expect(await scene.tags()).toMatchObject({
      "quarterturn:promoted": expect.stringContaining(`${next}/`),
      "quarterturn:left": "other",
    });
  });

  it("may be the whole secret, or have several parts", async () => {
    await using plain = await SupplyScene.open((old) => `${old}\n`);
    plain.spec = spec({ fields: { secret: "" }, supply: { field: "" } });
    const key = newKey();
    await plain.supply(key);
    expect(await plain.text()).toBe(`${key}\n`);
    expect(Object.keys(await plain.tags())).toContainEqual(
      expect.stringMatching(/^quarterturn:supplied:[0-9a-f]{32}$/),
    );

    await using parts = await SupplyScene.open((secret) => ({ secret, more: 1 }));
    parts.spec = spec({ fields: { secret: "secret", id: "client" } });
    await parts.supply(key, { id: "client-2" });
    expect(JSON.parse(await parts.text())).toEqual({ secret: key, client: "client-2", more: 1 });
  });

  it("may be the first one", async () => {
    await using empty = await SupplyScene.open(() => ({ api_key: "" }));
    empty.provider = new Acme();
    const acme = new Acme();
    empty.provider = acme;
    const key = newKey();
    acme.keys.set(key, "account-1");
    await empty.supply(key);
    expect(JSON.parse(await empty.text())).toEqual({ api_key: key });
  });

  it("follows one that is settled", async () => {
    const [one, two] = [newKey(), newKey()];
    const { version } = await scene.supply(one);
    await scene.settle();
    await scene.supply(two);
    expect(JSON.parse(await scene.text()).api_key).toBe(two);
    expect(await scene.holder("RETIRING")).toBe(version);
  });

  it("writes rotated_at where the secret has it", async () => {
    await using dated = await SupplyScene.open((api_key) => ({
      api_key,
      rotated_at: "2024-01-01T00:00:00Z",
    }));
    await dated.supply(newKey());
    const { rotated_at } = JSON.parse(await dated.text());
    expect(rotated_at).toBe(new Date(dated.now).toISOString().replace(/\.\d+Z/, "Z"));
  });
});

describe("is refused, and nothing is changed, when", () => {
  it.each<[string, () => string, Partial<Parameters<typeof spec>[0]>]>([
    ["it is empty", () => "", {}],
    ["it is white space", () => "  ", {}],
    ["it has another prefix", () => "rk_0123456789abcdef", {}],
    ["it has another shape", () => "sk_0123", { shape: "[0-9a-f]{32}" }],
    ["it matches only in part", () => `sk_${"a".repeat(32)}\n`, { shape: "a{32}" }],
    ["it is two", () => `${newKey()} ${newKey()}`, {}],
  ])("%s", async (_, key, more) => {
    scene.spec = spec(more);
    await expect(scene.supply(key())).rejects.toMatchObject({ code: "SUPPLY_REFUSED" });
    await untouched();
  });

  it("a part is missing", async () => {
    scene.spec = spec({ fields: { secret: "api_key", id: "key_id" } });
    await expect(scene.supply(newKey())).rejects.toThrow("The part id of the key is empty");
    await expect(scene.supply(newKey(), { id: "a b" })).rejects.toThrow("white space");
    await untouched();
  });

  it("it is the old one", async () => {
    await expect(scene.supply(scene.old)).rejects.toThrow("AWSCURRENT holds this very key already");
    await untouched();
  });

  it("an earlier version held it, labelled or not", async () => {
    const [one, two] = [newKey(), newKey()];
    await scene.supply(one);
    await scene.settle();
    await scene.supply(two);
    await scene.settle();
    for (const key of [scene.old, one])
      await expect(scene.supply(key)).rejects.toThrow("held this key before");
    await expect(scene.supply(two)).rejects.toThrow("holds this very key already");
    expect(JSON.parse(await scene.text()).api_key).toBe(two);
  });

  it("another field holds the key that it replaces", async () => {
    await using copied = await SupplyScene.open((api_key) => ({
      api_key,
      url: `https://x/?k=${api_key}`,
    }));
    await expect(copied.supply(newKey())).rejects.toMatchObject({ code: "COPY_UNDECLARED" });
    expect(Object.keys(await copied.labels())).toHaveLength(1);
  });

  it("the field does not exist", async () => {
    scene.spec = spec({ fields: { secret: "other" }, supply: { field: "other" } });
    await expect(scene.supply(newKey())).rejects.toMatchObject({ code: "FIELD_MISSING" });
    await untouched();
  });

  it("a rotation is under way", async () => {
    const pending = await scene.put({ api_key: scene.old }, ["AWSPENDING"]);
    await expect(scene.supply(newKey())).rejects.toThrow(
      `A rotation of ${scene.name} is under way, or was left behind: AWSPENDING is on version ${pending}.`,
    );
    expect(await scene.holder("AWSPENDING")).toBe(pending);
    expect(await scene.holder("RETIRING")).toBeUndefined();
  });

  it("the last change is not settled", async () => {
    const { version } = await scene.supply(newKey());
    await expect(scene.supply(newKey())).rejects.toMatchObject({ code: "UNSETTLED" });
    expect(await scene.holder("AWSCURRENT")).toBe(version);
  });

  it("the secret does not exist, or may not be written", async () => {
    using _ = scene.aws.intercept({
      before(call) {
        if (call.operation === "PutSecretValue") throw new AwsError("AccessDeniedException", "no");
      },
    });
    await expect(scene.supply(newKey())).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    await untouched();
  });
});

describe("with a provider that can be asked, it", () => {
  let acme: Acme;
  beforeEach(() => {
    acme = new Acme();
    acme.keys.set(scene.old, "account-1");
    scene.provider = acme;
  });

  const made = (account = "account-1") => {
    const key = newKey();
    acme.keys.set(key, account);
    return key;
  };

  it("is taken when it is alive and of the same account", async () => {
    const key = made();
    await scene.supply(key);
    expect(JSON.parse(await scene.text()).api_key).toBe(key);
    expect(acme.probed).toContain(key);
  });

  it("is refused when it is dead", async () => {
    await expect(scene.supply(newKey())).rejects.toThrow("Acme does not accept the key");
    await untouched();
  });

  it("is refused when it is of another account", async () => {
    await expect(scene.supply(made("account-2"))).rejects.toMatchObject({
      code: "SUPPLY_REFUSED",
      message: expect.stringContaining("account-2"),
    });
    await untouched();
  });

  it("is refused while the provider is down", async () => {
    const key = made();
    acme.isDown = true;
    await expect(scene.supply(key)).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    await untouched();
  });

  it("is taken when the old one is dead, though nobody can compare them", async () => {
    acme.keys.delete(scene.old);
    const key = made();
    await scene.supply(key);
    expect(JSON.parse(await scene.text()).api_key).toBe(key);
    expect(scene.warnings.join()).toContain("nobody can tell");
  });
});

describe("interrupted", () => {
  const disturbed = ["before", "after"] as const;

  /** Runs it with its nth call cut off. @returns whether there was such a call */
  async function cut(when: "before" | "after", point: number, key: string): Promise<boolean> {
    let calls = 0;
    using _ = scene.aws.intercept({
      [when](call: { principal: string }) {
        if (call.principal !== "person") return;
        calls += 1;
        if (calls === point) throw new AwsError("InternalServiceError", "cut off");
      },
    });
    await scene.supply(key).catch(() => {});
    return calls >= point;
  }

  /** Killed when the key is staged. */
  async function stageOnly(key: string): Promise<void> {
    using _ = scene.aws.intercept({
      before(call) {
        if (call.operation === "UpdateSecretVersionStage" && call.principal === "person")
          throw new AwsError("InternalServiceError", "cut off");
      },
    });
    await expect(scene.supply(key)).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
  }

  it.each(disturbed)("%s any call, it comes to the same end when it is run again", async (when) => {
    let points = 0;
    for (let point = 1; ; point += 1) {
      await scene[Symbol.asyncDispose]();
      scene = await SupplyScene.open();
      const key = newKey();
      if (!(await cut(when, point, key))) break;
      points += 1;
      await scene.supply(key);
      const version = String(await scene.holder("AWSCURRENT"));
      expect(JSON.parse(await scene.text()), `${when} ${point}`).toEqual({
        api_key: key,
        note: "kept",
      });
      const labels = await scene.labels();
      expect(labels[version]?.toSorted(), `${when} ${point}`).toEqual([
        "AWSCURRENT",
        `FROM-${scene.first}`,
        "PREPARED",
      ]);
      expect(labels[scene.first]?.toSorted()).toEqual(["AWSPREVIOUS", "RETIRING"]);
      expect(Object.keys(labels)).toHaveLength(2);
      expect((await scene.tags())["quarterturn:supplied:api_key"]).toContain(version);
      await scene.settle();
      await expect(scene.supply(key)).rejects.toThrow("holds this very key already");
      await scene.supply(newKey());
    }
    expect(points).toBeGreaterThan(6);
  });

  it("after its end and before anybody heard of it, it is done", async () => {
    const key = newKey();
    const { version } = await scene.supply(key);
    expect(await scene.supply(key)).toEqual({ outcome: "already", version });
  });

  it("with a key staged, it does not take another one", async () => {
    const key = newKey();
    await stageOnly(key);
    const staged = await scene.holder("AWSPENDING");
    await expect(scene.supply(newKey())).rejects.toThrow(`Another key is staged`);
    expect(await scene.holder("AWSPENDING")).toBe(staged);
    await scene.supply(key);
    expect(await scene.holder("AWSCURRENT")).toBe(staged);
  });

  it("with a key staged, and AWSCURRENT edited since, it stages anew", async () => {
    const key = newKey();
    await stageOnly(key);
    const staged = await scene.holder("AWSPENDING");
    const edited = await scene.put({ api_key: scene.old, note: "edited" }, ["AWSCURRENT"]);
    const { version } = await scene.supply(key);
    expect(version).not.toBe(staged);
    expect(JSON.parse(await scene.text())).toEqual({ api_key: key, note: "edited" });
    expect(await scene.holder("RETIRING")).toBe(edited);
    expect(await scene.holder("AWSPENDING")).toBeUndefined();
  });

  it.each([
    ["the same key", true],
    ["two keys", false],
  ])(
    "by another one at once, with %s: one is AWSCURRENT, and nothing is left half done",
    async (_, isSame) => {
      for (let round = 0; round < 5; round += 1) {
        const key = newKey();
        const keys = [key, isSame ? key : newKey()];
        const before = await scene.holder("AWSCURRENT");
        const ended = await Promise.allSettled(keys.map((each) => scene.supply(each)));
        for (const each of ended)
          if (each.status === "rejected")
            expect(each.reason.code).toMatch(/^(SUPPLY_REFUSED|UNSETTLED|SECRET_CHANGED)$/);
        expect(keys).toContain(JSON.parse(await scene.text()).api_key);
        expect(await scene.holder("RETIRING")).toBe(before);
        expect(await scene.holder("AWSPENDING")).toBeUndefined();
        if (isSame) expect(await scene.supply(key)).toMatchObject({ outcome: "already" });
        await scene.settle();
        const prepared = await scene.holder("PREPARED");
        await scene.move("PREPARED", prepared);
      }
    },
  );

  it("and given up, it may be handed over again", async () => {
    const key = newKey();
    await stageOnly(key);
    await scene.move("AWSPENDING", await scene.holder("AWSPENDING"));
    await scene.supply(key);
    expect(JSON.parse(await scene.text()).api_key).toBe(key);
  });

  it("by somebody who moves AWSCURRENT, it promotes nothing and leaves no AWSPENDING", async () => {
    let edited = "";
    using _ = scene.aws.intercept({
      async before(call) {
        const isMove = call.operation === "UpdateSecretVersionStage";
        if (!isMove || call.principal !== "person" || edited) return;
        edited = "soon";
        edited = await scene.put({ api_key: scene.old, note: "edited" }, ["AWSCURRENT"]);
      },
    });
    await expect(scene.supply(newKey())).rejects.toThrow("moved by somebody else meanwhile");
    expect(await scene.holder("AWSCURRENT")).toBe(edited);
    expect(await scene.holder("AWSPENDING")).toBeUndefined();
  });
});

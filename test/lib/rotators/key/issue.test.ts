import { describe, expect, it } from "vitest";
import { KeyAccount } from "../../../../lab/keys/key-account.ts";
import type { KeyAccountOptions } from "../../../../lab/keys/key-manifest.ts";
import type { GeneratedSpec } from "../../../../lib/rotators/generated/value.ts";
import { keyName } from "../../../../lib/rotators/key/name.ts";

const done = { kind: "done" };
const failed = (code: string) => ({ kind: "failed", error: expect.objectContaining({ code }) });
const names = ({ service }: KeyAccount) => service.existing.map(({ name }) => name);

describe("a key that its provider issues", () => {
  it("is created, proven, promoted, and the old one deleted", async () => {
    const account = new KeyAccount();
    const { api_key: old = "" } = account.value();
    expect(await account.rotate("one")).toMatchObject(done);
    const { api_key: key = "", api_key_id: id, note } = account.value();
    expect([account.service.works(key), account.service.works(old)]).toEqual([true, true]);
    expect([id, note]).toEqual(["key-2", "untouched"]);
    await account.settle();
    expect([account.service.works(key), account.service.works(old)]).toEqual([true, false]);
    expect(account.versions.get("one")).toContain("AWSCURRENT");
  });

  it("is named after the secret and the token, in at most 40 characters", () => {
    const secret = { name: `shop/${"A long name ".repeat(9)}`, arn: "arn:1" };
    const name = keyName({ secret, field: "api_key" }, "token");
    expect(name).toMatch(/^qt-[a-z0-9-]{1,14}-[a-z2-7]{10}-[a-z2-7]{10}$/);
    expect(keyName({ secret, field: "api_key" }, "other")).not.toBe(name);
    const elsewhere = { ...secret, arn: "arn:2" };
    expect(keyName({ secret: elsewhere, field: "api_key" }, "token")).not.toBe(name);
  });

  it("waits until the new one works steadily", async () => {
    const account = new KeyAccount({ activation: 20_000 });
    const before = account.clock.now;
    expect(await account.rotate("one", 1)).toMatchObject(done);
    expect(account.clock.now - before).toBeGreaterThan(20_000);
    expect(account.service.use(account.value()["api_key"] ?? "")).toBe(true);
  });

  it("that never works is not promoted", async () => {
    const account = new KeyAccount({ activation: 10 ** 9 });
    expect(await account.rotate("one", 1)).toMatchObject(failed("KEY_NOT_ALIVE"));
    expect(account.service.works(account.value()["api_key"] ?? "")).toBe(true);
    expect(account.value()["api_key_id"]).toBe("key-1");
  });

  it("of another account is not promoted", async () => {
    const account = new KeyAccount();
    const { service } = account;
    const add = service.add.bind(service);
    service.add = (name) => add(name, "somebody else's");
    expect(await account.rotate("one", 1)).toMatchObject(failed("KEY_DIFFERS"));
  });

  it("takes over what a lost reply has left, where the provider shows it again", async () => {
    const account = new KeyAccount({ showsAgain: true });
    account.begin("one");
    account.gate.arm({ calls: 5, fault: "reply lost" });
    await account.step("createSecret", "one");
    const left = names(account);
    expect(await account.rotate("one")).toMatchObject(done);
    expect(names(account)).toEqual(left);
    expect(left).toHaveLength(2);
  });

  it("deletes what an abandoned rotation has left, and nothing else", async () => {
    const account = new KeyAccount();
    const foreign = account.service.add("qt-acme-somebody-elses");
    account.begin("one");
    await account.step("createSecret", "one");
    account.label("AWSPENDING");
    expect(await account.rotate("two")).toMatchObject(done);
    await account.settle();
    expect(account.service.existing.map(({ id }) => id)).toEqual([
      foreign.id,
      account.value()["api_key_id"],
    ]);
    expect(account.printed).toContainEqual(expect.stringContaining("interrupted rotation"));
  });

  it("keeps a key whose value somebody copied into AWSCURRENT without its id", async () => {
    const account = new KeyAccount();
    await account.rotate("one");
    await account.settle();
    const { api_key_id: _, ...copied } = account.value();
    account.put("by-hand", copied);
    account.label("AWSPREVIOUS");
    account.label("PREPARED");
    account.label("FROM-one");
    const used = account.value()["api_key"] ?? "";
    account.begin("two");
    await account.step("createSecret", "two");
    await account.step("setSecret", "two");
    expect(account.service.works(used)).toBe(true);
  });

  it("stops at the provider's cap, and says what is there", async () => {
    const account = new KeyAccount({ maxKeys: 2 });
    account.service.add("somebody's");
    const ran = await account.rotate("one", 1);
    expect(ran).toMatchObject(failed("KEYS_FULL"));
    expect(String("error" in ran && ran.error)).toContain(
      "made by hand (key-1), somebody's (key-2)",
    );
    expect(account.service.existing).toHaveLength(2);
  });

  it("that leaked finds room where settlement has disabled the key before it, and else does not", async () => {
    const account = new KeyAccount({ disables: true, maxKeys: 2 });
    await account.rotate("one");
    const [, one] = account.service.existing;
    await account.settle();
    await account.rotate("two");
    expect(await account.rotate("leaked-three", 1)).toMatchObject(failed("KEYS_FULL"));
    expect(account.service.existing).toHaveLength(2);
    account.label("AWSPENDING");
    await account.retire();
    expect(one?.disabledAt).toEqual(expect.any(Number));
    expect(await account.rotate("leaked-four")).toMatchObject(done);
    expect(one?.deletedAt).toEqual(expect.any(Number));
    expect(account.printed).toContainEqual(expect.stringContaining("to make room"));
  });

  it("finds room for a second attempt where the first one's reply was lost at the cap", async () => {
    const account = new KeyAccount({ maxKeys: 2 });
    account.begin("one");
    account.gate.arm({ calls: 6, fault: "reply lost" });
    await account.step("createSecret", "one");
    expect(account.service.existing).toHaveLength(2);
    expect(await account.rotate("one")).toMatchObject(done);
    expect(account.service.works(account.value()["api_key"] ?? "")).toBe(true);
  });

  it("is made again at once where AWSCURRENT's is refused", async () => {
    const account = new KeyAccount();
    const [old] = account.service.existing;
    if (old) old.deletedAt = account.clock.now;
    account.begin("one");
    await account.step("createSecret", "one");
    expect(await account.step("setSecret", "one")).toMatchObject(done);
    expect(account.versions.get("one")).toContain("AWSCURRENT");
  });

  it("is not created by an administrator who is refused, and nothing changes", async () => {
    const account = new KeyAccount({ adminRefused: true });
    const before = account.value();
    expect(await account.rotate("one", 1)).toMatchObject(failed("ADMIN_KEY_REFUSED"));
    expect([account.value(), names(account)]).toEqual([before, ["made by hand"]]);
  });

  it("createSecret run twice at once leaves one new key", async () => {
    for (const options of [{}, { showsAgain: true }, { maxKeys: 3 }] as KeyAccountOptions[]) {
      const account = new KeyAccount(options);
      account.begin("one");
      const both = ["createSecret", "createSecret"] as const;
      const ran = await Promise.all(both.map((step) => account.step(step, "one")));
      expect(ran).toMatchObject([done, done]);
      expect(await account.rotate("one")).toMatchObject(done);
      await account.settle();
      expect(account.service.existing).toHaveLength(1);
      expect(account.service.works(account.value()["api_key"] ?? "")).toBe(true);
    }
  });
});

describe("an old key", () => {
  it("is disabled first where that can be undone, and deleted an hour later", async () => {
    const account = new KeyAccount({ disables: true });
    await account.rotate("one");
    const [old] = account.service.existing;
    expect(await account.retire()).toMatchObject({ result: { refused: true } });
    expect([old?.disabledAt, old?.deletedAt]).toEqual([expect.any(Number), undefined]);
    account.clock.pass(30 * 60_000);
    await account.retire();
    expect(old?.deletedAt).toBeUndefined();
    account.clock.pass(31 * 60_000);
    expect(await account.retire()).toMatchObject({ result: { accepted: false } });
    expect(old?.deletedAt).toBeDefined();
  });

  it("that somebody used a moment ago is left alone", async () => {
    const account = new KeyAccount({ tellsUse: true });
    const { api_key: old = "" } = account.value();
    await account.rotate("one");
    for (let hour = 0; hour < 3; hour += 1) {
      account.service.use(old);
      expect(await account.retire()).toMatchObject({
        result: { waiting: expect.stringContaining("was used at"), refused: false },
      });
      expect(account.service.works(old)).toBe(true);
      account.clock.pass(5 * 60_000);
    }
    account.clock.pass(20 * 60_000);
    expect(await account.retire()).toMatchObject({ result: { accepted: false } });
  });

  it("counts as dead only after it was refused for long enough", async () => {
    const account = new KeyAccount({ revocation: 20 * 60_000, deadFor: 30 * 60_000 });
    await account.rotate("one");
    const before = account.clock.now;
    await account.settle();
    expect(account.clock.now - before).toBeGreaterThan(30 * 60_000);
    expect(account.service.existing).toHaveLength(1);
  });

  it("that Quarterturn did not create is a person's to delete, and then proven dead", async () => {
    const account = new KeyAccount({ adopted: false });
    const [old] = account.service.existing;
    await account.rotate("one");
    const asked = await account.retire();
    expect(asked).toMatchObject({ result: { task: { code: "KEY_FOREIGN" }, refused: false } });
    expect(old?.deletedAt).toBeUndefined();
    if (old) old.deletedAt = account.clock.now;
    expect(await account.retire()).toMatchObject({ result: { accepted: false } });
  });

  it("that AWSCURRENT holds beside another value that was replaced is held", async () => {
    const traits = { oldWorksBeside: true, changesUsername: false, switches: false };
    const jwt: GeneratedSpec = {
      type: "generated",
      strategy: "generate",
      traits,
      field: "jwt",
      prefix: "",
      format: { kind: "hex", bytes: 32 },
    };
    const account = new KeyAccount({
      adopted: false,
      fields: { jwt: "0".repeat(64) },
      credentials: [jwt],
    });
    const [old = ""] = account.versions.keys();
    account.put("by-hand", { ...account.value(), jwt: "1".repeat(64) });
    account.label("RETIRING", old);
    expect(await account.retire()).toMatchObject({ result: { accepted: false } });
    expect(account.service.works(account.value()["api_key"] ?? "")).toBe(true);
  });

  it("of Quarterturn's own needs no word in the manifest", async () => {
    const account = new KeyAccount({ adopted: false });
    await account.rotate("one");
    const [first] = account.service.existing;
    if (first) first.deletedAt = account.clock.now;
    await account.settle();
    await account.rotate("two");
    await account.settle();
    expect(account.service.existing.map(({ id }) => id)).toEqual([account.value()["api_key_id"]]);
  });
});

describe("a key that leaked and is revoked before there is another one", () => {
  const token = "leaked-first-one";

  /** Whether the old key worked when the new one was created. */
  function watched(account: KeyAccount) {
    const { api_key: old = "" } = account.value();
    const seen: boolean[] = [];
    const add = account.service.add.bind(account.service);
    account.service.add = (...args) => {
      seen.push(account.service.works(old));
      return add(...args);
    };
    return { old, seen };
  }

  it.each([{}, { disables: true }])(
    "is dead before, and AWSCURRENT works after (%j)",
    async (more) => {
      const account = new KeyAccount(more);
      const { old, seen } = watched(account);
      expect(await account.rotate(token)).toMatchObject(done);
      expect(seen).toEqual([false]);
      expect(account.service.works(account.value()["api_key"] ?? "")).toBe(true);
      await account.settle();
      expect(account.service.works(old)).toBe(false);
      expect(account.service.existing).toHaveLength(1);
    },
  );

  it("stays the outage that it is while no other one can be made, and the next attempt ends it", async () => {
    const account = new KeyAccount();
    const { old } = watched(account);
    const { add } = account.service;
    account.service.add = () => {
      throw new Error("no");
    };
    const failed = await account.rotate(token, 1);
    expect(failed).toMatchObject({ kind: "failed", error: { impact: "outage" } });
    expect(account.service.works(old)).toBe(false);
    account.service.add = add;
    expect(await account.rotate(token)).toMatchObject(done);
    expect(account.service.works(account.value()["api_key"] ?? "")).toBe(true);
  });

  it.each([
    ["it creates the next one", { actsByKey: true }],
    ["Quarterturn may not end it", { adopted: false }],
  ])("is revoked afterwards where %s", async (why, more) => {
    const account = new KeyAccount(more);
    const { seen } = watched(account);
    expect(await account.rotate(token)).toMatchObject(done);
    expect(seen).toEqual([true]);
    expect(account.printed).toContainEqual(expect.stringContaining(why));
  });

  it("is revoked afterwards in any other emergency", async () => {
    const account = new KeyAccount();
    const { seen } = watched(account);
    expect(await account.rotate("leaked-one")).toMatchObject(done);
    expect(seen).toEqual([true]);
  });
});

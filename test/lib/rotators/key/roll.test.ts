import { describe, expect, it } from "vitest";
import { KeyAccount } from "../../../../lab/keys/key-account.ts";

const done = { kind: "done" };
const held = (account: KeyAccount) => account.value()["api_key"] ?? "";

describe("a key that its provider replaces by one call", () => {
  it("is replaced in finishSecret, and nothing before it changes anything", async () => {
    const account = new KeyAccount({ rolls: true });
    const before = account.value();
    account.begin("one");
    for (const step of ["createSecret", "setSecret", "testSecret"] as const)
      expect(await account.step(step, "one")).toMatchObject(done);
    expect([account.value(), account.value("one"), account.service.existing.length]).toEqual([
      before,
      {},
      1,
    ]);
    expect(await account.step("finishSecret", "one")).toMatchObject(done);
    expect(account.service.works(held(account))).toBe(true);
    expect(account.service.existing).toHaveLength(1);
    await account.settle();
    expect(account.versions.get("one")).toContain("AWSCURRENT");
  });

  it("is rolled once by two attempts at once, and AWSCURRENT works", async () => {
    const account = new KeyAccount({ rolls: true });
    account.begin("one");
    await Promise.all([account.step("finishSecret", "one"), account.step("finishSecret", "one")]);
    await account.rotate("one");
    expect(account.service.works(held(account))).toBe(true);
    expect(account.service.keys).toHaveLength(2);
  });

  it("is rolled at once where AWSCURRENT's is refused", async () => {
    const account = new KeyAccount({ rolls: true });
    const [old] = account.service.existing;
    if (old) old.deletedAt = account.clock.now;
    account.begin("one");
    expect(await account.step("setSecret", "one")).toMatchObject(done);
    expect(account.service.works(held(account))).toBe(true);
  });

  it("that comes later than another attempt waits is not written", async () => {
    const account = new KeyAccount({ rolls: true });
    const { service, clock } = account;
    const add = service.add.bind(service);
    service.add = (name) => {
      const key = add(name);
      clock.pass(26_000);
      return key;
    };
    account.begin("one");
    const late = { kind: "failed", error: expect.objectContaining({ code: "ROTATION_UNDER_WAY" }) };
    expect(await account.step("finishSecret", "one")).toMatchObject(late);
    expect(account.value("one")).toEqual({});
    service.add = add;
    expect(await account.rotate("one")).toMatchObject(done);
    expect(service.works(held(account))).toBe(true);
  });

  it("is rolled again by a fresh rotation where the value of the last call was lost", async () => {
    const account = new KeyAccount({ rolls: true });
    account.begin("one");
    for (const step of ["createSecret", "setSecret", "testSecret"] as const)
      await account.step(step, "one");
    const { add } = account.service;
    let isKilled = false;
    account.service.add = (...made) => {
      isKilled = true;
      account.gate.arm({ calls: 0, fault: "killed before" });
      return add.apply(account.service, made);
    };
    expect(await account.step("finishSecret", "one")).toMatchObject({ kind: "killed" });
    expect([isKilled, account.service.works(held(account))]).toEqual([true, false]);
    account.service.add = add;
    account.label("AWSPENDING");
    expect(await account.rotate("two")).toMatchObject(done);
    expect(account.service.works(held(account))).toBe(true);
  });
});

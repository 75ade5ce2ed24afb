import { describe, expect, it } from "vitest";
import { KeyAccount } from "../../../../lab/keys/key-account.ts";
import type { KeyAccountOptions } from "../../../../lab/keys/key-manifest.ts";
import { CurrentDrifted } from "../../../../lib/watch/secret-findings.ts";

const failed = (code: string) => ({ result: { outcome: "failed", code } });

/** As a console that gives the same key another value. */
function newValue({ service }: KeyAccount, id = ""): string {
  const index = service.keys.findIndex((key) => key.id === id);
  const key = service.keys[index];
  const secret = `sk_rolled_${crypto.randomUUID()}`;
  if (key) service.keys[index] = { ...key, secret };
  return secret;
}

describe("what people do to keys by hand", () => {
  it("another value of the same key in AWSCURRENT keeps that key alive", async () => {
    const account = new KeyAccount();
    await account.rotate("one");
    await account.settle();
    const value = account.value();
    const rolled = newValue(account, value["api_key_id"]);
    account.put("by-hand", { ...value, api_key: rolled });
    account.label("RETIRING", "one");
    expect(await account.retire()).toMatchObject({ result: { heldBy: "AWSCURRENT" } });
    expect(account.service.works(rolled)).toBe(true);
  });

  it("an old key is not ended while AWSCURRENT's is refused", async () => {
    for (const disables of [false, true]) {
      const account = new KeyAccount({ disables });
      const { api_key: old = "" } = account.value();
      await account.rotate("one");
      const key = account.service.existing.find(({ id }) => id === account.value()["api_key_id"]);
      if (key) key.deletedAt = account.clock.now;
      expect(await account.retire()).toMatchObject(failed("KEY_REFUSED"));
      expect(account.service.works(old)).toBe(true);
    }
  });

  it("a disabled key stays while AWSCURRENT's is refused: it can be enabled again", async () => {
    const account = new KeyAccount({ disables: true });
    await account.rotate("one");
    const [old] = account.service.existing;
    await account.retire();
    const key = account.service.existing.find(({ id }) => id === account.value()["api_key_id"]);
    if (key) key.deletedAt = account.clock.now;
    account.clock.pass(2 * 60 * 60_000);
    expect(await account.retire()).toMatchObject(failed("KEY_REFUSED"));
    expect([old?.disabledAt, old?.deletedAt]).toEqual([expect.any(Number), undefined]);
  });

  it("a key that is another secret's, by its name, is a person's to delete, though adopted", async () => {
    const account = new KeyAccount();
    const other = account.service.add("qt-mail-aaaaaaaaaa-bbbbbbbbbb");
    account.put("copied", { api_key: other.secret, api_key_id: other.id });
    await account.rotate("one");
    expect(await account.retire()).toMatchObject({ result: { task: { code: "KEY_OF_ANOTHER" } } });
    expect(account.service.works(other.secret)).toBe(true);
  });

  it("a key that AWSCURRENT holds in another field is neither swept away nor retired", async () => {
    const account = new KeyAccount();
    await account.rotate("one");
    await account.settle();
    const { api_key: moved = "" } = account.value();
    const mine = account.service.add("made by hand, too");
    const document = { api_key: mine.secret, api_key_id: mine.id, mailer_key: moved };
    account.put("by-hand", document);
    account.label("RETIRING", "one");
    expect(await account.retire()).toMatchObject({ result: { heldBy: "AWSCURRENT" } });
    account.label("AWSPREVIOUS");
    account.begin("two");
    await account.step("createSecret", "two");
    await account.step("setSecret", "two");
    expect(account.service.works(moved)).toBe(true);
  });

  it("a last use that nobody can read is no proof that a key is quiet", async () => {
    const account = new KeyAccount({ tellsUse: true });
    const { api_key: old = "" } = account.value();
    await account.rotate("one");
    const [first] = account.service.existing;
    if (first) first.lastUsedAt = Number.NaN;
    const { existing } = account.service;
    expect(existing[0]?.lastUsedAt).toBeNaN();
    expect(await account.retire()).toMatchObject({ result: { refused: false } });
    expect(account.service.works(old)).toBe(true);
  });
});

describe("what to do where the key of AWSCURRENT is refused while an old one is to be retired", () => {
  async function refused(options: KeyAccountOptions = {}) {
    const account = new KeyAccount(options);
    await account.rotate("one");
    const current = account.service.existing.find(({ id }) => id === account.value()["api_key_id"]);
    if (current) current.deletedAt = account.clock.now;
    return account;
  }

  /** As settlement tells on-call. */
  async function remedyOf(account: KeyAccount): Promise<string> {
    const answer = await account.retire();
    expect(answer).toMatchObject(failed("KEY_REFUSED"));
    const { remedy }: { remedy: string } = Object(answer && "result" in answer && answer.result);
    return remedy;
  }

  it("AWSCURRENT goes back to the version whose key works, with the command as printed", async () => {
    const account = await refused();
    const remedy = await remedyOf(account);
    const [, secret, to] =
      /--secret-id (\S+) --version-stage AWSCURRENT --move-to-version-id (\S+)/.exec(remedy) ?? [];
    expect(secret).toBe("shop/acme");
    account.label("AWSCURRENT", to);
    expect(account.works()).toBe(true);
    await account.settle();
    expect(await account.rotate("two")).toMatchObject({ kind: "done" });
    expect(account.isSettled).toBe(false);
    await account.settle();
    expect(account.service.existing.map(({ id }) => id)).toEqual([account.value()["api_key_id"]]);
  });

  it("both are replaced where neither works, with the token as printed", async () => {
    const account = await refused({ disables: true });
    const [old] = account.service.existing;
    if (old) old.disabledAt = account.clock.now;
    // It is to be deleted then, which cannot be undone.
    await account.retire();
    account.clock.pass(2 * 3_600_000);
    const remedy = await remedyOf(account);
    expect(remedy).not.toContain("--move-to-version-id");
    expect(await account.rotate("two", 1)).toMatchObject({ error: { code: "UNSETTLED" } });
    account.label("AWSPENDING");
    const [, token = ""] = /--client-request-token (\S+)\$\(date \+%s\)/.exec(remedy) ?? [];
    expect(await account.rotate(`${token}${account.clock.now / 1000}`)).toMatchObject({
      kind: "done",
    });
    await account.settle();
    expect(account.service.existing.map(({ id }) => id)).toEqual([account.value()["api_key_id"]]);
  });

  it("a person supplies one where people make them", async () => {
    const account = new KeyAccount({ supplied: true, disables: true });
    await account.supply(account.service.add("first"));
    for (const key of account.service.existing) key.disabledAt = account.clock.now;
    await account.settle(1);
    await account.retire();
    account.clock.pass(2 * 3_600_000);
    const remedy = await remedyOf(account);
    expect(remedy).toContain("npm run supply -- shop/acme");
    const made = account.service.add("second");
    expect(await account.supply(made)).toMatchObject({ error: { code: "UNSETTLED" } });
    expect(remedy).toContain("PutSecretValue");
    account.put("by-hand", { api_key: made.secret, api_key_id: made.id, note: "untouched" });
    await account.settle();
    expect(account.isSettled).toBe(true);
    expect(account.service.existing.map(({ id }) => id)).toEqual([made.id]);
  });
});

it("what `watch` says of it names the token, too", () => {
  const { remedy, cure } = new CurrentDrifted(
    "app",
    "the key in api_key",
    "v1",
    undefined,
    "unsettled",
  );
  expect(remedy).toContain("--secret-id app --client-request-token leaked-");
  expect(cure).toBeUndefined();
});

it("an old key that a person made and its provider still accepts is told of when the deadline has passed", async () => {
  const told: string[] = [];
  const account = new KeyAccount(
    // Every second answer is that it is accepted.
    { supplied: true, revocation: 10 ** 12 },
    { alert: ({ event }) => void told.push(`${event["status"]} ${event["code"]}`) },
  );
  await account.supply(account.service.add("made for it"));
  await account.settle(280);
  expect([told, account.isSettled]).toEqual([[], false]);
  await account.settle(20);
  expect(told).toEqual(["begun DEADLINE_PASSED"]);
});

describe("an old key that somebody enables again", () => {
  const again = { result: { task: { code: "KEY_ENABLED_AGAIN" }, refused: false } };

  it.each(["an issued one", "a supplied one"])(
    "is not disabled again, until a person disables it: %s",
    async (which) => {
      const supplied = which === "a supplied one";
      const account = new KeyAccount({ disables: true, supplied, deadFor: 60_000 });
      if (supplied) await account.supply(account.service.add("made for it"));
      else await account.rotate("one");
      const [old] = account.service.existing;
      account.clock.pass(600_000);
      expect(await account.retire()).toMatchObject({ result: { refused: true } });
      expect(old?.disabledAt).toBeDefined();
      delete old?.disabledAt;
      for (let look = 0; look < 30; look += 1) {
        account.clock.pass(3_600_000);
        expect(await account.retire()).toMatchObject(again);
      }
      expect(old?.disabledAt).toBeUndefined();
      if (old) old.disabledAt = account.clock.now;
      await account.settle();
      expect([account.isSettled, old?.deletedAt]).toEqual([true, expect.any(Number)]);
    },
  );

  it("is deleted all the same where it leaked", async () => {
    const account = new KeyAccount({ disables: true });
    await account.rotate("one");
    const [old] = account.service.existing;
    await account.retire();
    delete old?.disabledAt;
    await account.retire();
    expect(await account.rotate("leaked-two")).toMatchObject({ kind: "done" });
    await account.settle();
    expect(old?.deletedAt).toEqual(expect.any(Number));
  });
});

import { describe, expect, it } from "vitest";
import { Account, denied, failing, hour, minute, throttled } from "./account.ts";

const nothing = { batchItemFailures: [] };
const outcomes = ({ lines }: Account) => lines.map(({ message }) => message);

describe("a pass", () => {
  it("finds what is not settled by one list, and describes nothing else", async () => {
    const account = new Account();
    for (let index = 0; index < 50; index += 1)
      account.add(`settled${index}`, { v: ["AWSCURRENT"] });
    account.rotated("app");
    await account.settle();
    expect(account.retired).toEqual(["app old"]);
    expect(account.retiring("app")).toEqual([]);
    expect(account.calls).toEqual(["list", "describe app", "describe app", "retire app old"]);
  });

  it("describes what events name without listing, and each once however many name it", async () => {
    const account = new Account();
    account.rotated("app");
    account.rotated("other");
    const event = account.moveCurrent("app", "new");
    account.entry = { grace: hour };
    await account.settle(event, { ...event, id: 2 }, { ...event, id: 3 });
    expect(account.calls).toEqual(["describe app"]);
  });

  it("looks at all consumers once, for however many secrets (A8)", async () => {
    const account = new Account();
    for (let index = 0; index < 60; index += 1) {
      account.rotated(`app${index}`);
      account.toys.start(`toy${index}`, "nursery", [{ arn: `arn:app${index}`, name: "" }]);
    }
    account.pass(minute);
    await account.settle();
    expect(account.toys.looks).toBe(1);
    expect(account.toys.toys.every(({ rolls }) => rolls === 1)).toBe(true);
    expect(account.retired).toEqual([]);
    account.pass(6 * minute);
    await account.settle({ source: "aws.ecs" });
    expect(account.toys.looks).toBe(2);
    expect(account.retired).toHaveLength(60);
  });

  describe("rolls what several secrets share once", () => {
    /** So many that a pass does not see all of them at once, each promoted some milliseconds after the last. */
    const promoted = (account: Account, count: number) => {
      const names = Array.from({ length: count }, (_, index) => `app${index}`);
      account.entry = { grace: hour };
      const events = names.map((name) => {
        account.pass(30);
        account.rotated(name, { changes: true });
        return account.movedCurrent(name, "new");
      });
      const all = names.map((name) => ({ arn: `arn:${name}`, name }));
      account.toys.start("shared", "nursery", all);
      if (account.toys.toys[0]) account.toys.toys[0].startedAt = new Date(account.now - hour);
      return events;
    };
    const rolls = ({ toys }: Account) => toys.toys[0]?.rolls;

    it("when all were promoted just now", async () => {
      const account = new Account();
      const events = promoted(account, 50);
      await account.settle(...events.slice(0, 10));
      expect(rolls(account)).toBe(1);
      await account.settle(...events.slice(10, 20));
      account.pass(5 * minute);
      await account.settle();
      expect(rolls(account)).toBe(1);
    });

    it("when their events come one after the other, and the tick before some of them", async () => {
      const account = new Account();
      const events = promoted(account, 50);
      account.pass(15_000);
      await account.settle(events[0]);
      expect(rolls(account)).toBe(1);
      account.pass(1000);
      await account.settle();
      for (const event of events.slice(1)) await account.settle(event);
      expect(rolls(account)).toBe(1);
    });
  });

  it("takes a burst of deployment events for one look (A9)", async () => {
    const account = new Account();
    account.rotated("app");
    account.entry = { grace: hour };
    await account.settle(...Array.from({ length: 10 }, (_, id) => ({ source: "aws.ecs", id })));
    expect(account.calls.filter((call) => call === "list")).toHaveLength(1);
    expect(account.toys.looks).toBe(1);
  });

  it("leaves to one secret what is wrong with it (A6)", async () => {
    const account = new Account();
    for (const name of ["a", "b", "c"]) account.rotated(name);
    account.servers.set("b", async () => {
      throw failing();
    });
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await account.settle()).toEqual(nothing);
      account.pass(5 * minute);
    }
    expect(account.retired.toSorted()).toEqual(["a old", "c old"]);
    expect(account.told).toEqual(["begun UNREACHABLE"]);
  });

  it("asks a server that has failed no more in this pass, and again in the next (A7)", async () => {
    const account = new Account();
    const [dead, healthy] = [60, 20].map((count, kind) =>
      Array.from({ length: count }, (_, index) => `${kind === 0 ? "dead" : "fine"}${index}`),
    );
    for (const name of [...(dead ?? []), ...(healthy ?? [])]) {
      account.rotated(name);
      const server = dead?.includes(name) ? "production/dead" : "production/fine";
      const traits = { oldWorksBeside: true, changesUsername: true, switches: false };
      const spec = { type: "toy", strategy: "toy", traits, server };
      account.entries[name] = { credentials: [spec] };
    }
    let asked = 0;
    for (const name of dead ?? [])
      account.servers.set(name, async () => {
        asked += 1;
        account.pass(500);
        throw failing("db:5432");
      });
    account.endsAfter(5 * minute);
    expect(await account.settle()).toEqual(nothing);
    expect(account.retired).toHaveLength(20);
    expect(asked).toBeLessThanOrEqual(20);
    expect(account.alerts).toEqual([]);
    const before = asked;
    account.pass(5 * minute);
    account.endsAfter(5 * minute);
    await account.settle();
    expect(asked).toBeGreaterThan(before);
  });

  it("does not count what it did not reach, and begins elsewhere the next time", async () => {
    const account = new Account();
    const names = Array.from({ length: 40 }, (_, index) => `app${index}`);
    for (const name of names) {
      account.rotated(name);
      account.servers.set(name, async () => {
        account.pass(1000);
        return "dead";
      });
    }
    for (let turn = 0; turn < 12 && account.retired.length < names.length; turn += 1) {
      account.endsAfter(10_000);
      expect(await account.settle()).toEqual(nothing);
    }
    expect(account.retired).toHaveLength(40);
    expect(account.alerts).toEqual([]);
    expect(account.lines.every(({ outcome }) => outcome === "done")).toBe(true);
  });

  it("rolls the others where one consumer cannot be rolled, and says so for each secret of it", async () => {
    const account = new Account();
    for (const name of ["a", "b"]) account.rotated(name);
    const both = ["a", "b"].map((name) => ({ arn: `arn:${name}`, name }));
    account.toys.start("stuck", "nursery", both);
    account.toys.start("fine", "nursery", both);
    account.toys.stuck.set("stuck", denied("ecs:UpdateService"));
    account.pass(minute);
    await account.settle();
    expect(account.toys.toys.map(({ rolls }) => rolls)).toEqual([0, 1]);
    expect(account.alerts).toMatchObject([
      { secret: "a", code: "AWS_CALL_FAILED" },
      { secret: "b", code: "AWS_CALL_FAILED" },
    ]);
  });

  it.each([denied("secretsmanager:ListSecrets"), throttled("secretsmanager:ListSecrets")])(
    "goes on without the list: %s",
    async (error) => {
      const account = new Account();
      account.rotated("app");
      account.add("settled", { v: ["AWSCURRENT"] });
      account.listFails = error;
      expect(await account.settle()).toEqual(nothing);
      expect(account.retired).toEqual(["app old"]);
    },
  );

  it("decides nothing on a list that lags", async () => {
    const account = new Account();
    account.rotated("app");
    account.listed = account.snapshot();
    account.moveCurrent("app", "old");
    account.get("app").labels = { old: ["AWSCURRENT"], new: ["AWSPREVIOUS"] };
    await account.settle();
    expect(account.retired).toEqual([]);
    expect(outcomes(account)).toEqual(["settled"]);
  });

  it("tells nobody of throttling that ends", async () => {
    const account = new Account();
    account.rotated("app");
    account.toys.look = async () => {
      throw throttled("ecs:ListTasks");
    };
    account.pass(minute);
    expect(await account.settle()).toEqual(nothing);
    expect(account.alerts).toEqual([]);
    account.pass(hour);
    await account.settle();
    expect(account.alerts).toEqual([]);
    account.pass(5 * minute);
    await account.settle();
    expect(account.told).toEqual(["begun AWS_CALL_FAILED ecs:ListTasks app"]);
  });
});

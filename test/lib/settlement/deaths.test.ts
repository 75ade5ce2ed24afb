import { describe, expect, it } from "vitest";
import { deathOf, deathTag } from "../../../lib/secret/death.ts";
import { sightingTag } from "../../../lib/secret/sighting.ts";
import { Account, failing, minute } from "./account.ts";

/** What leaked was replaced a moment ago, and settlement has not looked yet. */
function leaked(): Account {
  const account = new Account();
  account.rotated("app", { next: "leaked-1", changes: true });
  // The server takes its time.
  account.servers.set("app", async () => {
    account.pass(minute / 2);
    return "dead";
  });
  return account;
}

const diedAt = (account: Account, version = "old") =>
  deathOf(account.get("app").tags, version, new Date(account.now + minute))?.getTime();

describe("when what leaked was proven dead", () => {
  it("is remembered, and does not make the promotion later", async () => {
    const account = leaked();
    const promoted = account.now;
    await account.settle();
    const { tags } = account.get("app");
    expect(tags.get(sightingTag)).toBe(`leaked-1/${new Date(promoted).toISOString()}`);
    expect(diedAt(account)).toBe(promoted + minute / 2);
    expect(account.retiring("app")).toEqual([]);
  });

  it("is remembered of each of several, and stays what it was", async () => {
    const account = leaked();
    account.get("app").labels = {
      "leaked-1": ["AWSCURRENT", "PREPARED", "FROM-old"],
      old: ["AWSPREVIOUS", "RETIRING", "FROM-older"],
      older: ["RETIRING-older"],
    };
    account.toys.start("bear", "garden", [{ arn: "arn:app", name: "app" }]);
    const begin = account.now;
    await account.settle();
    expect([diedAt(account, "older"), diedAt(account)]).toEqual([
      begin + minute / 2,
      begin + minute,
    ]);
    account.pass(minute);
    await account.settle();
    expect([diedAt(account, "older"), diedAt(account)]).toEqual([
      begin + minute / 2,
      begin + minute,
    ]);
  });

  it("is not remembered of what did not leak", async () => {
    const account = new Account();
    account.rotated("app");
    for (let look = 0; look < 3; look += 1) {
      account.pass(10 * minute);
      await account.settle();
    }
    expect(account.retired).toEqual(["app old"]);
    expect(account.get("app").tags.has(deathTag)).toBe(false);
  });

  it("holds nothing up where it cannot be remembered", async () => {
    const account = leaked();
    account.refusesTag = deathTag;
    await account.settle();
    account.pass(minute);
    await account.settle();
    expect(account.retiring("app")).toEqual([]);
    expect(account.alerts).toEqual([]);
  });
});

describe("when what leaked cannot be ended", () => {
  it("its consumers are rolled all the same, on-call hears of it, and it stays to be ended", async () => {
    const account = new Account();
    account.entry = {
      credentials: [
        {
          type: "toy",
          strategy: "toy",
          server: "db:5432",
          traits: { oldWorksBeside: true, changesUsername: true, switches: false },
        },
      ],
    };
    account.rotated("app", { next: "leaked-1" });
    account.toys.start("bear", "nursery", [{ arn: "arn:app", name: "app" }]);
    const bear = account.toys.toys.find(({ name }) => name === "bear");
    account.servers.set("app", async () => {
      throw failing("db:5432");
    });
    for (let look = 0; look < 3; look += 1) {
      account.pass(minute);
      await account.settle();
    }
    expect(bear?.rolls).toBe(1);
    expect(account.alerts.map(({ code }) => code)).toEqual(["UNREACHABLE"]);
    expect(account.retiring("app")).toEqual(["RETIRING old"]);
    account.servers.delete("app");
    account.pass(10 * minute);
    await account.settle();
    expect(account.retiring("app")).toEqual([]);
    expect(account.told.at(-1)).toContain("over UNREACHABLE");
  });
});

describe("two passes at once in an emergency", () => {
  it("tell on-call once of what both find, and once that it is over", async () => {
    const account = leaked();
    account.toys.start("bear", "garden", [{ arn: "arn:app", name: "app" }]);
    let isFirst = true;
    const inBetween = async () => {
      if (!isFirst) return "dead" as const;
      isFirst = false;
      account.pass(minute);
      await account.settle();
      return "dead" as const;
    };
    account.servers.set("app", inBetween);
    await account.settle();
    expect(account.told).toEqual(["begun TOY_OUTSIDE bear"]);
    account.toys.toys.splice(0);
    isFirst = true;
    account.pass(10 * minute);
    await account.settle();
    expect(account.told).toEqual(["begun TOY_OUTSIDE bear", "over TOY_OUTSIDE bear"]);
  });
});

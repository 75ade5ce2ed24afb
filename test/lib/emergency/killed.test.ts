import { describe, expect, it } from "vitest";
import { sampled } from "../../everything.ts";
import { ToyAccount } from "./toy-account.ts";

interface Story {
  readonly request: object;
  readonly account: () => ToyAccount;
  readonly check: (account: ToyAccount) => void;
}

/** @param version that comes back */
const rollbackTo = (version: string): Story => ({
  request: { action: "rollback" },
  account: () =>
    new ToyAccount(
      {
        new: ["AWSCURRENT", "PREPARED", `FROM-${version}`],
        [version]: ["AWSPREVIOUS", "RETIRING"],
      },
      ["new", version],
    ),
  check(account) {
    expect(account.holder("AWSCURRENT")).toBe(version);
    expect(account.holder("AWSPENDING")).toBeUndefined();
    expect(account.isOn).toBe(false);
    expect(account.settled).toBeGreaterThan(0);
    expect(account.wasLockedOut).toBe(false);
  },
});
const rollback = rollbackTo("old");

const stuck: Story = {
  request: { action: "repair" },
  account: () =>
    new ToyAccount({ old: ["AWSCURRENT"], next: ["AWSPENDING", "PREPARED", "FROM-before"] }, [
      "old",
    ]),
  check(account) {
    expect(account.holder("AWSCURRENT")).not.toBe("old");
    expect(account.holder("AWSPENDING")).toBeUndefined();
    expect(Object.keys(account.labels)).toHaveLength(3);
    expect(account.isOn).toBe(true);
    expect(account.wasLockedOut).toBe(false);
  },
};

const moved: Story = {
  request: { action: "repair" },
  account: () => new ToyAccount({ dead: ["AWSCURRENT"], old: ["AWSPREVIOUS"] }, ["old"]),
  check(account) {
    expect(account.holder("AWSCURRENT")).toBe("old");
    expect(account.alive.size).toBe(1);
  },
};

const stories: readonly [string, Story][] = [
  // Made by an emergency, as its id says; it did not leak itself.
  ["a rollback to what replaced a leak", rollbackTo("leaked-old")],
  ["a rollback", rollback],
  ["a repair of AWSCURRENT", moved],
  ["a repair of AWSPENDING", stuck],
];

describe.each(sampled(stories, 2))("%s", (_, { request, account: begin, check }) => {
  it.each(["before", "after"] as const)(
    "killed %s any call and asked for again comes to the same end",
    async (when) => {
      let points = 0;
      for (let at = 1; ; at += 1) {
        const account = begin();
        Object.assign(account, { killAt: at, when });
        if (await account.ask(request)) break;
        account.killAt = Number.POSITIVE_INFINITY;
        points += 1;
        expect(await account.ask(request)).toBe(true);
        check(account);
      }
      expect(points).toBeGreaterThan(5);
    },
  );

  it("asked for twice at once comes to the same end", async () => {
    const account = begin();
    await Promise.all([account.ask(request), account.ask(request)]);
    check(account);
  });
});

it("a rollback whose version is retired meanwhile leaves everything as it was", async () => {
  const account = rollback.account();
  const { probeVersion } = account.ports.probers.network;
  let count = 0;
  Object.assign(account.ports.probers.network, {
    probeVersion: (asked: { secret: string; version: string }, signal: AbortSignal) => {
      count += 1;
      if (count === 3) account.alive.delete("old");
      return probeVersion(asked, signal);
    },
  });
  await account.ask(rollback.request);
  expect(account.holder("AWSCURRENT")).toBe("new");
  expect(account.holder("AWSPENDING")).toBeUndefined();
  expect(account.isOn).toBe(true);
  expect(account.wasLockedOut).toBe(false);
});

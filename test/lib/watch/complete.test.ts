import { describe, expect, it } from "vitest";
import type { SecretState } from "../../../lib/secret/store.ts";
import { complete } from "../../../lib/watch/complete.ts";
import { arnOf, denied, hour, WatchedAccount } from "./watched-account.ts";

const switching = new Map([
  ["v1", ["AWSCURRENT", "RETIRING"]],
  ["v2", ["AWSPENDING", "PREPARED"]],
]);

function interrupted(change: Partial<SecretState> = {}): WatchedAccount {
  const account = new WatchedAccount("app");
  account.put("app", { versions: switching, ...change });
  return account;
}

/** The event of a failure has come. */
async function run(account: WatchedAccount, entry = account.entry(true)): Promise<void> {
  const secret = account.secrets.get("app");
  if (secret) await complete(secret, entry, { ...account.ports }, account.context());
}

describe("the completion of an interrupted switch", () => {
  it("is asked for at once, and again after each failure, with longer and longer pauses", async () => {
    const account = interrupted();
    const begun = account.now;
    const after: number[] = [];
    for (let second = 0; second < 600; second += 1) {
      const { length } = account.retried;
      const before = account.now;
      await run(account);
      // It does not keep the function for what comes later.
      expect(account.now - before).toBeLessThanOrEqual(20_000);
      if (account.retried.length > length) after.push(Math.round((account.now - begun) / 1000));
      account.now += 1000;
    }
    expect(after.slice(0, 5)).toEqual([0, 20, 40, 80, 160]);
    expect(account.retried.every((token) => token === "v2")).toBe(true);
  });

  it("is asked for every hour at least, for as long as it lasts", async () => {
    const account = interrupted();
    for (let n = 0; n < 48; n += 1) {
      await run(account);
      account.now += hour;
    }
    expect(account.retried.length).toBeGreaterThan(40);
  });

  it("begins anew for another rotation, at once", async () => {
    const account = interrupted();
    for (let n = 0; n < 3; n += 1) {
      await run(account);
      account.now += hour;
    }
    await run(account);
    account.put("app", {
      versions: new Map([...switching, ["v2", []], ["v3", ["AWSPENDING", "PREPARED"]]]),
    });
    const { length } = account.retried;
    await run(account);
    expect(account.retried.slice(length)).toEqual(["v3"]);
    account.now += 20_000;
    await run(account);
    expect(account.retried.slice(length)).toEqual(["v3", "v3"]);
  });

  it.each<[string, Partial<SecretState>]>([
    ["rotation is switched off", { rotationEnabled: false }],
    ["the secret is deleted", { deletedAt: new Date() }],
    [
      "the switch had not begun",
      {
        versions: new Map([
          ["v1", ["AWSCURRENT"]],
          ["v2", ["AWSPENDING", "PREPARED"]],
        ]),
      },
    ],
    [
      "it is complete",
      {
        versions: new Map([
          ["v2", ["AWSCURRENT"]],
          ["v1", ["AWSPREVIOUS", "RETIRING"]],
        ]),
      },
    ],
    [
      "the version has no value",
      {
        versions: new Map([
          ["v1", ["AWSCURRENT", "RETIRING"]],
          ["v2", ["AWSPENDING"]],
        ]),
      },
    ],
  ])("is not asked for where %s", async (_, change) => {
    const account = interrupted(change);
    await run(account);
    expect(account.retried).toEqual([]);
  });

  it("is not asked for with two users, whose labels look alike", async () => {
    const account = interrupted();
    await run(account, account.entry(false));
    expect(account.retried).toEqual([]);
  });

  it("throws nothing, whatever AWS refuses", async () => {
    for (const call of ["retry", "remember"]) {
      const account = interrupted();
      account.failing.set(call, denied(call));
      await run(account);
      expect(account.told).toEqual([]);
    }
  });

  it("keeps what else invocations are about to tell", async () => {
    const account = interrupted();
    const signal = AbortSignal.timeout(60_000);
    const at = new Date(account.now);
    const claim = {
      kind: "SWITCH_INTERRUPTED",
      subject: "",
      severity: "critical",
      since: at,
      told: false,
      claim: "7",
      last: { kind: "unreported", step: "finishSecret", token: "v2", at },
    } as const;
    await account.memory.write(
      { secret: arnOf("app"), domain: "claims", problems: [claim] },
      signal,
    );
    await run(account);
    const [remembered] = await account.memory.of(arnOf("app"), signal);
    expect(remembered?.problems.map(({ kind }) => kind).toSorted()).toEqual([
      "COMPLETION",
      "SWITCH_INTERRUPTED",
    ]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import type { Supply } from "../../../lib/manifest/type.ts";
import { suppliedTag } from "../../../lib/secret/supplied-tag.ts";
import { arnOf, day, hour, WatchedAccount } from "./watched-account.ts";

let account: WatchedAccount;
beforeEach(() => {
  account = new WatchedAccount("stripe");
  account.put("stripe", {
    rotationEnabled: undefined,
    rotationFunction: undefined,
    lastRotatedAt: undefined,
    nextRotationAt: undefined,
    createdAt: new Date(account.now),
  });
  name({ field: "api_key", console: "https://dashboard.example/keys" });
});

/** The manifest names a key that people make, alone or beside a credential that rotates. */
function name(supply: Supply, schedule = "rate(90 days)", beside: SecretEntry["credentials"] = []) {
  const entry = account.entry();
  const [toy] = entry.credentials;
  if (!toy) throw new Error("no credential");
  const credentials = [{ ...toy, supply }, ...beside];
  const secrets = { stripe: { ...entry, schedule: { expression: schedule }, credentials } };
  account.manifest = { ...account.manifest, secrets };
}

/** As `npm run supply` does. */
function supply(field = "api_key") {
  account.put("stripe", {
    tags: new Map([[suppliedTag(field), `v2/${new Date(account.now).toISOString()}`]]),
  });
}

/** What on-call hears from hour to hour, with the day on which it does. */
async function heard(days: number): Promise<string[]> {
  const began = account.now;
  const all: string[] = [];
  while (account.now < began + days * day) {
    const at = Math.floor((account.now - began) / day);
    for (const told of await account.look()) all.push(`${at}: ${told}`);
  }
  return all;
}

const reminder = (at: number, which: string) =>
  `${at}: begun SUPPLY_REMINDER (api_key, ${which}) stripe`;

const due = "begun SUPPLY_DUE (api_key) stripe";

describe("a key that people make", () => {
  it("is asked for 14, 7 and 1 days ahead and every day after, each once, until it is supplied", async () => {
    expect(await heard(75)).toEqual([]);
    expect(await heard(19)).toEqual([
      "1: begun SUPPLY_DUE (api_key) stripe",
      reminder(8, "7 days ahead"),
      reminder(14, "a day ahead"),
      reminder(15, "day 1 over"),
      reminder(16, "day 2 over"),
      reminder(17, "day 3 over"),
      reminder(18, "day 4 over"),
    ]);
    expect(account.figures?.states).toMatchObject({ overdue: 1, off: 0, "never-ran": 0 });
    supply();
    expect(await account.look()).toEqual(["over SUPPLY_DUE (api_key) stripe"]);
    expect(await account.remembered(arnOf("stripe"))).toEqual([]);
    expect(await heard(75)).toEqual([]);
    expect(await heard(2)).toEqual(["0: begun SUPPLY_DUE (api_key) stripe"]);
  });

  it("says by when, where and how", async () => {
    account.now += 83.5 * day;
    await account.look();
    const [text] = account.texts;
    expect(text).toContain("The key in api_key of stripe is to be replaced by 2026-08-30");
    expect(text).toContain("in 7 days");
    expect(text).toContain("https://dashboard.example/keys");
    expect(text).toContain("npm run supply -- stripe --field api_key");
  });

  it("that is long overdue when it is first looked at is one message, and one a day from then on", async () => {
    account.now += 200 * day + 5 * hour;
    expect(await account.look()).toEqual([due]);
    expect(await heard(2)).toEqual([reminder(0, "day 112 over"), reminder(1, "day 113 over")]);
  });

  it.each<[string, Supply, string, number]>([
    ["its own time", { field: "api_key", every: 30 * day }, "rate(90 days)", 16],
    ["the schedule", { field: "api_key" }, "rate(60 days)", 46],
    ["a year", { field: "api_key", every: 365 * day }, "rate(90 days)", 351],
    [
      "a short time, of which no more than half has passed",
      { field: "api_key", every: 10 * day },
      "rate(90 days)",
      9,
    ],
  ])("is asked for by %s", async (_, supply, schedule, first) => {
    name(supply, schedule);
    account.now += first * day - hour;
    expect(await account.look()).toEqual([]);
    expect(await account.look()).toEqual([due]);
  });

  it("counts from the secret's beginning where the tag holds a time to come, or no time", async () => {
    for (const text of ["v2/2999-01-01T00:00:00Z", "v2/soon", "2026-05-01T00:00:00Z"]) {
      account.put("stripe", { tags: new Map([[suppliedTag("api_key"), text]]) });
      const kept = account.now;
      account.now += 80 * day;
      expect(await account.look()).toEqual([due]);
      account.now = kept;
      account.put("stripe", { tags: new Map() });
      await account.look();
    }
  });

  it("beside one that rotates takes nothing from what is told of that", async () => {
    const beside = account.entry().credentials;
    name({ field: "api_key" }, "rate(90 days)", beside);
    const told = [...(await account.look()), ...(await account.look())];
    expect(told).toEqual(["begun ROTATION_OFF stripe"]);
  });

  it("that its provider refuses is told hour by hour, with what a person can do", async () => {
    account.answers.set("stripe", { current: "refused", version: "v1", credential: "the key" });
    expect(await heard(2)).toEqual(["0: begun CURRENT_DRIFTED stripe"]);
    expect(account.texts.join()).toContain("hand it over: npm run supply -- stripe");
    expect(account.texts.join()).not.toContain("Rotate it");
  });

  it("that was staged and not promoted is told, with how to go on", async () => {
    const token = "supply-00000000-0000-0000-0000-000000000000";
    account.put("stripe", {
      versions: new Map([
        ["v1", ["AWSCURRENT"]],
        [token, ["AWSPENDING", "PREPARED", "FROM-v1"]],
      ]),
    });
    expect(await heard(1)).toEqual([`0: begun PENDING_STUCK (${token}) stripe`]);
    expect(account.texts.join()).toContain("hand the key over again: npm run supply -- stripe");
  });

  it("is one problem for each field", async () => {
    const [toy] = account.entry().credentials;
    if (!toy) throw new Error("no credential");
    name({ field: "api_key" }, "rate(90 days)", [{ ...toy, supply: { field: "webhook" } }]);
    account.now += 95 * day;
    expect(await account.look()).toEqual([due, "begun SUPPLY_DUE (webhook) stripe"]);
    supply("webhook");
    expect(await account.look()).toEqual(["over SUPPLY_DUE (webhook) stripe"]);
  });
});

it("a field's tag has a key that Secrets Manager takes, whatever the field is called", () => {
  expect(suppliedTag("api_key")).toBe("quarterturn:supplied:api_key");
  const odd = ["", "/a~1b/c", "schlüssel", "x".repeat(400), "a b"].map(suppliedTag);
  for (const key of odd) expect(key).toMatch(/^quarterturn:supplied:[\w/.=+@-]{1,100}$/);
  expect(new Set(odd).size).toBe(5);
});

import { describe, expect, it } from "vitest";
import { refusalTag } from "../../../lib/secret/refusal.ts";
import type { OldCredential } from "../../../lib/settlement/state.ts";
import { Account, hour, minute } from "./account.ts";

/** A rotated secret that nobody consumes; its old credential is found so, one answer a look, the last one again. */
async function scene(...answers: readonly OldCredential[]) {
  const account = new Account();
  account.rotated("app");
  account.entry = { deadline: 24 * hour, grace: minute };
  // Sees when AWSCURRENT moved.
  await account.settle();
  const asked: (Date | undefined)[] = [];
  account.servers.set("app", async (_version, since) => {
    asked.push(since);
    return answers[Math.min(asked.length, answers.length) - 1] ?? "dead";
  });
  account.pass(10 * minute);
  return { account, asked };
}

const waiting = (refused: boolean): OldCredential => ({ waiting: "it takes a while", refused });

async function looks(account: Account, count: number): Promise<void> {
  for (let look = 0; look < count; look += 1) {
    await account.settle();
    account.pass(5 * minute);
  }
}

describe("a retirement that takes its time", () => {
  it("is asked for again, and remembers since when the old credential is refused", async () => {
    const { account, asked } = await scene(waiting(false), waiting(true), waiting(true), "dead");
    await looks(account, 2);
    const seconds = Math.ceil((account.now - 5 * minute) / 1000);
    const since = new Date(seconds * 1000);
    expect(account.get("app").tags.get(refusalTag)).toBe(`old/${seconds}`);
    await looks(account, 2);
    expect(asked).toEqual([undefined, undefined, since, since]);
    expect([account.retiring("app"), account.alerts]).toEqual([[], []]);
  });

  it("begins anew where the old credential is accepted again", async () => {
    const { account, asked } = await scene(
      waiting(true),
      waiting(false),
      waiting(true),
      waiting(true),
    );
    await looks(account, 4);
    const [first, second, third, fourth] = asked;
    expect([first, third]).toEqual([undefined, undefined]);
    expect(Math.round((Number(fourth) - Number(second)) / minute)).toBe(10);
  });

  it("does not take another version's time for its own", async () => {
    const { account, asked } = await scene(waiting(true), "dead");
    account.get("app").tags.set(refusalTag, "older/1767225600");
    await looks(account, 2);
    expect(asked).toEqual([undefined, expect.any(Date)]);
    expect(Number(asked[1])).toBeGreaterThan(Date.parse("2026-03-01"));
  });

  it("remembers the time of each of two versions that leaked one after the other", async () => {
    const account = new Account();
    account.rotated("app", { next: "leaked-1" });
    account.get("app").labels = {
      "leaked-2": ["AWSCURRENT", "PREPARED", "FROM-leaked-1"],
      "leaked-1": ["AWSPREVIOUS", "RETIRING", "FROM-old"],
      old: ["RETIRING-old"],
    };
    const within = 10 * minute;
    account.servers.set("app", async (_version, since) =>
      since && account.now - since.getTime() >= within ? "dead" : waiting(true),
    );
    await looks(account, 6);
    expect(account.retiring("app")).toEqual([]);
  });

  it("remembers it of as many versions as labels are there for, and none waits for the others", async () => {
    const account = new Account();
    const ids = Array.from({ length: 9 }, (_, index) => `leaked-${index}-${crypto.randomUUID()}`);
    const labels = ids.map((id, index) => {
      const from = index > 0 ? [`FROM-${ids[index - 1]}`] : [];
      const last = index === ids.length - 1;
      return [id, [...(last ? ["AWSCURRENT", "PREPARED"] : [`RETIRING-${id}`]), ...from]] as const;
    });
    account.add("app", Object.fromEntries(labels));
    account.servers.set("app", async (_version, since) =>
      since && account.now - since.getTime() >= 10 * minute ? "dead" : waiting(true),
    );
    await looks(account, 6);
    expect(account.retiring("app")).toEqual([]);
  });

  it("alerts beyond the deadline, once", async () => {
    const { account } = await scene(waiting(false));
    account.pass(25 * hour);
    await looks(account, 4);
    expect(account.told).toEqual(["begun DEADLINE_PASSED"]);
    expect(account.alerts[0]?.text).toContain("it takes a while");
  });

  it("tells a person once what to do, and when that is over", async () => {
    const task = {
      code: "KEY_FOREIGN",
      subject: "Acme",
      happened: "It works.",
      remedy: "Delete it.",
    };
    const { account } = await scene({ waiting: "a person", refused: false, task });
    await looks(account, 3);
    expect(account.told).toEqual(["begun KEY_FOREIGN Acme"]);
    account.servers.set("app", async () => "dead");
    await looks(account, 1);
    expect(account.told).toEqual(["begun KEY_FOREIGN Acme", "over KEY_FOREIGN Acme"]);
  });

  it("of what leaked keeps RETIRING until it is proven dead", async () => {
    const account = new Account();
    account.rotated("app", { next: "leaked-1" });
    account.servers.set("app", async () => waiting(true));
    await looks(account, 2);
    expect(account.retiring("app")).toEqual(["RETIRING old"]);
    account.servers.set("app", async () => "dead");
    await looks(account, 1);
    expect(account.retiring("app")).toEqual([]);
  });
});

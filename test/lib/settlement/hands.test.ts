import { describe, expect, it } from "vitest";
import { forgottenVersions } from "../../../lib/secret/left.ts";
import { leftTag, sightingTag } from "../../../lib/secret/sighting.ts";
import { RetirementFailed } from "../../../lib/settlement/errors.ts";
import type { OldCredential } from "../../../lib/settlement/state.ts";
import { Account, hour, minute } from "./account.ts";

const codes = ({ alerts }: Account) => alerts.map(({ code }) => code);
const identity = { arn: "arn:app", name: "app" };
const held = (heldBy: "AWSCURRENT" | "AWSPENDING") => async () => ({ heldBy });

/** A minute at a time, with the tick, until nothing is left to retire or this is over. */
async function settleFor(account: Account, ms: number): Promise<void> {
  for (const end = account.now + ms; account.now < end; account.pass(5 * minute))
    await account.settle();
}

describe("AWSCURRENT moved by hand while a rotation is not settled", () => {
  it.each(["with its events", "unseen but for the last event", "seen by ticks alone"])(
    "back and forth, %s: what started in between is rolled before the old login dies (A2)",
    async (how) => {
      const account = new Account();
      account.rotated("app");
      account.entry = { grace: hour };
      account.toys.start("bear", "nursery", [identity]);
      account.pass(minute);
      await account.settle();
      expect(account.toys.toys[0]?.rolls).toBe(1);
      account.pass(5 * minute);
      const seen = async (event: object) => {
        if (how === "with its events") await account.settle(event);
        if (how === "seen by ticks alone") await account.settle();
      };
      await seen(account.moveCurrent("app", "old"));
      account.pass(minute);
      account.toys.start("ball", "nursery", [identity]);
      account.pass(minute);
      const forth = account.moveCurrent("app", "new");
      if (how !== "seen by ticks alone") await account.settle(forth);
      await settleFor(account, 50 * minute);
      expect(account.retired).toEqual([]);
      await settleFor(account, hour);
      expect(account.toys.toys.find(({ name }) => name === "ball")?.rolls).toBe(1);
      expect(account.retired).toEqual(["app old"]);
      expect(account.alerts).toEqual([]);
    },
  );

  it("away and back within one pass: what was held in between is asked for again", async () => {
    const account = new Account();
    account.add("app", { new: ["AWSCURRENT"], old: ["AWSPREVIOUS"] });
    account.get("app").tags.set(sightingTag, `old/${new Date(account.now).toISOString()}`);
    account.pass(5 * minute);
    const asked: string[] = [];
    account.probes.set("app", async (version) => {
      asked.push(version);
      if (asked.length > 2) return "alive";
      account.moveCurrent("app", version);
      return { heldBy: "AWSCURRENT" };
    });
    await account.settle(account.movedCurrent("app", "new"));
    expect(asked).toEqual(["old", "new", "old"]);
    expect(account.retired).toEqual(["app old"]);
  });

  it("and again before anybody could ask what was left first: it is asked for later all the same", async () => {
    const account = new Account();
    account.rotated("app");
    account.probes.set("app", async () => {
      throw new RetirementFailed("retire-database", { why: "AWSCURRENT is refused." });
    });
    await account.settle(account.moveCurrent("app", "old"));
    expect(account.get("app").tags.get(leftTag)).toBe("new");
    expect(account.get("app").tags.get(sightingTag)).toMatch(/^old\//);
    account.moveCurrent("app", "edited");
    account.moveCurrent("app", "old");
    account.probes.set("app", async (version) => (version === "new" ? "alive" : "dead"));
    await settleFor(account, hour);
    expect(account.retired).toContain("app new");
    expect(account.get("app").tags.get(leftTag)).toBe("");
  });

  it("back, to stay: the rotation's own new credential is retired, and the old one lives", async () => {
    const account = new Account();
    account.rotated("app");
    account.entry = { grace: hour };
    await account.settle();
    await account.settle(account.moveCurrent("app", "old"));
    expect(account.retiring("app")).toEqual(["RETIRING new"]);
    await settleFor(account, 2 * hour);
    expect(account.retired).toEqual(["app new"]);
    expect(account.retiring("app")).toEqual([]);
  });

  it("the old login written back as another version: the new credential is retired (A4)", async () => {
    const account = new Account();
    account.rotated("app");
    account.get("app").labels["hand"] = [];
    account.moveCurrent("app", "hand");
    account.servers.set("app", async (version) =>
      version === "old" ? { heldBy: "AWSCURRENT" } : "dead",
    );
    await settleFor(account, hour);
    expect(account.retired).toEqual(["app new"]);
    expect(account.retiring("app")).toEqual([]);
  });
});

describe("what AWSCURRENT left by hand", () => {
  /** Settled, and AWSCURRENT seen on `new`. */
  async function settled(): Promise<Account> {
    const account = new Account();
    account.rotated("app");
    await settleFor(account, 10 * minute);
    expect(account.retiring("app")).toEqual([]);
    account.retired.length = 0;
    account.get("app").labels["hand"] = [];
    return account;
  }

  it.each(["with its event", "seen by ticks alone"])(
    "after settlement is retired like a rotation's, once consumers are proven: %s (N1)",
    async (how) => {
      const account = await settled();
      account.toys.start("bear", "nursery", [identity]);
      account.pass(minute);
      const event = account.moveCurrent("app", "hand");
      await (how === "with its event" ? account.settle(event) : account.settle());
      expect(account.retiring("app")).toEqual(["RETIRING new"]);
      expect(account.get("app").labels["hand"]).toContain("FROM-new");
      await settleFor(account, 20 * minute);
      expect(account.toys.toys[0]?.rolls).toBe(1);
      expect(account.retired).toEqual(["app new"]);
      expect(account.retiring("app")).toEqual([]);
      expect(account.get("app").labels["hand"]).toEqual(["AWSCURRENT"]);
    },
  );

  it("is found though a second move took AWSPREVIOUS away (N4)", async () => {
    const account = await settled();
    account.entry = { grace: hour };
    account.probes.set("app", async (version) => (version === "new" ? "alive" : "dead"));
    account.moveCurrent("app", "old");
    account.moveCurrent("app", "hand");
    await account.settle();
    // The dead one, too: consumers that started meanwhile hold it.
    expect(account.retiring("app")).toEqual(["RETIRING new", "RETIRING-old old"]);
  });

  it("and came back to within one look: what it was on is not forgotten", async () => {
    const account = await settled();
    const away = account.moveCurrent("app", "hand");
    account.pass(20_000);
    account.toys.start("bear", "nursery", [identity]);
    account.pass(10_000);
    await account.settle(away, account.moveCurrent("app", "new"));
    expect(account.retiring("app")).toEqual(["RETIRING hand"]);
    await settleFor(account, hour);
    expect(account.toys.toys[0]?.rolls).toBe(1);
    expect(account.retired).toEqual(["app hand"]);
    expect(account.alerts).toEqual([]);
  });

  it.each<[string, OldCredential, number]>([
    [
      "is forgotten where AWSCURRENT holds the same, and no consumer is rolled",
      { heldBy: "AWSCURRENT" },
      0,
    ],
    ["has its consumers rolled where it is dead, as after a repair by hand", "dead", 1],
  ])("%s", async (_, found, rolls) => {
    const account = await settled();
    account.probes.set("app", async () => found);
    account.toys.start("bear", "nursery", [identity]);
    account.pass(minute);
    await account.settle(account.moveCurrent("app", "hand"));
    await settleFor(account, hour);
    expect(account.toys.toys[0]?.rolls).toBe(rolls);
    expect(account.retiring("app")).toEqual([]);
    account.calls.length = 0;
    await account.settle();
    expect(account.calls).toEqual(["list"]);
  });

  it("is told where no label is left for it, and retired all the same when one is", async () => {
    const account = await settled();
    account.entry = { grace: hour };
    const secret = account.get("app");
    for (let move = 1; move <= 12; move += 1) {
      secret.labels[`hand${move}`] = [];
      await account.settle(account.moveCurrent("app", `hand${move}`));
      account.pass(minute);
    }
    expect(new Set(codes(account))).toEqual(new Set(["LABELS_EXHAUSTED"]));
    expect(account.alerts[0]?.text).toContain("Leave AWSCURRENT where it is");
    expect(account.retired).toEqual([]);
    await settleFor(account, 4 * hour);
    const told = ["new", ...Array.from({ length: 11 }, (_, index) => `hand${index + 1}`)];
    expect(new Set(account.retired)).toEqual(new Set(told.map((id) => `app ${id}`)));
    expect(account.retiring("app")).toEqual([]);
    expect(account.get("app").tags.get(leftTag)).toBe("");
    expect(account.told.filter((line) => line.startsWith("over")).length).toBe(
      account.told.filter((line) => line.startsWith("begun")).length,
    );
  });

  it("by a label of its own that somebody put on another version gets it back", async () => {
    const account = await settled();
    account.entry = { grace: hour };
    account.get("app").labels["older"] = ["RETIRING", "RETIRING-new"];
    await account.settle(account.moveCurrent("app", "hand"));
    expect(account.retiring("app").toSorted()).toEqual(["RETIRING older", "RETIRING-new new"]);
    await settleFor(account, 2 * hour);
    expect(account.retired.toSorted()).toEqual(["app new", "app older"]);
  });

  it("is told where it leads elsewhere, once", async () => {
    const account = await settled();
    account.probes.set("app", async () => "elsewhere");
    await account.settle(account.moveCurrent("app", "hand"));
    await settleFor(account, hour);
    expect(account.alerts).toMatchObject([
      { code: "OLD_ELSEWHERE", text: expect.stringContaining("new") },
    ]);
    // It is not over: nobody retires it.
    expect(account.told).toEqual(["begun OLD_ELSEWHERE new"]);
  });

  it("stays as it is while AWSCURRENT is refused, which is told at once, and when it is over", async () => {
    const account = await settled();
    account.toys.start("bear", "nursery", [identity]);
    account.pass(minute);
    const refused = { code: "CURRENT_REFUSED", impact: "outage", why: "It is refused." } as const;
    account.probes.set("app", async () => {
      throw new RetirementFailed("retire-database", refused);
    });
    account.moveCurrent("app", "hand");
    await account.settle();
    expect(account.alerts).toMatchObject([{ code: "CURRENT_REFUSED", impact: "outage" }]);
    await settleFor(account, hour);
    expect(account.told).toEqual(["begun CURRENT_REFUSED"]);
    expect(account.retiring("app")).toEqual([]);
    expect(account.toys.toys[0]?.rolls).toBe(0);
    account.moveCurrent("app", "new");
    await settleFor(account, 10 * minute);
    expect(account.told).toEqual(["begun CURRENT_REFUSED", "over CURRENT_REFUSED"]);
    expect(account.retired).toEqual([]);
  });
});

describe("RETIRING", () => {
  it("put on AWSCURRENT by hand, moved away with it and taken off is put back", async () => {
    const account = new Account();
    const secret = account.rotated("app");
    await settleFor(account, 10 * minute);
    account.entry = { grace: hour };
    secret.labels["new"] = [...(secret.labels["new"] ?? []), "RETIRING"];
    secret.labels["hand"] = [];
    await account.settle(account.moveCurrent("app", "hand"));
    secret.labels["new"] = ["AWSPREVIOUS"];
    await account.settle();
    expect(account.retiring("app")).toEqual(["RETIRING new"]);
    await settleFor(account, 2 * hour);
    expect(account.retired).toEqual(["app old", "app new"]);
  });

  it("taken off by hand is put back (N3)", async () => {
    const account = new Account();
    const secret = account.rotated("app");
    account.entry = { grace: hour };
    await account.settle();
    secret.labels["old"] = ["AWSPREVIOUS"];
    await account.settle();
    expect(account.retiring("app")).toEqual(["RETIRING old"]);
    await settleFor(account, 2 * hour);
    expect(account.retired).toEqual(["app old"]);
  });

  it("moved by hand to another version is joined by one for the version that it left (N3)", async () => {
    const account = new Account();
    const secret = account.rotated("app");
    account.entry = { grace: hour };
    secret.labels["old"] = ["AWSPREVIOUS"];
    secret.labels["older"] = ["RETIRING"];
    await account.settle();
    expect(account.retiring("app")).toEqual(["RETIRING-old old", "RETIRING older"]);
    await settleFor(account, 2 * hour);
    expect(account.retired.toSorted()).toEqual(["app old", "app older"]);
    expect(account.retiring("app")).toEqual([]);
  });

  it("is named by AWSCURRENT though that was edited by hand, so that a rotation waits", async () => {
    const account = new Account();
    account.rotated("app");
    account.entry = { grace: hour };
    account.probes.set("app", async () => ({ heldBy: "AWSCURRENT" }));
    account.get("app").labels["hand"] = [];
    await account.settle(account.moveCurrent("app", "hand"));
    expect(account.get("app").labels).toEqual({
      hand: ["AWSCURRENT", "FROM-old"],
      new: ["AWSPREVIOUS"],
      old: ["RETIRING"],
    });
  });

  it("is attached where AWSCURRENT was moved forward by hand, ahead of finishSecret (N2)", async () => {
    const account = new Account();
    account.entry = { grace: hour };
    account.add("app", { old: ["AWSCURRENT"], new: ["AWSPENDING", "PREPARED", "FROM-old"] });
    await account.settle(account.moveCurrent("app", "new"));
    expect(account.retiring("app")).toEqual(["RETIRING old"]);
  });

  it("is not taken from AWSCURRENT while a rotation may be between its two labels", async () => {
    const account = new Account();
    account.entry = { grace: hour };
    account.add("app", {
      old: ["AWSCURRENT", "RETIRING"],
      new: ["AWSPENDING", "PREPARED", "FROM-old"],
      hand: ["AWSPREVIOUS", "FROM-older"],
    });
    await account.settle();
    expect(account.retiring("app")).toEqual(["RETIRING old", "RETIRING-older older"]);
  });
});

describe("a rotation that was given up", () => {
  it("is told when its credential works, and forgotten when it is dead", async () => {
    const account = new Account();
    const secret = account.add("app", { old: ["AWSCURRENT"], new: ["PREPARED", "FROM-old"] });
    await settleFor(account, 20 * minute);
    expect(codes(account)).toEqual(["PENDING_ABANDONED"]);
    expect(account.retired).toEqual([]);
    account.probes.set("app", async () => "dead");
    await account.settle();
    expect(secret.labels["new"]).toEqual(["FROM-old"]);
  });

  it("is nothing to tell while another one is under way", async () => {
    const account = new Account();
    account.add("app", {
      old: ["AWSCURRENT"],
      new: ["PREPARED", "FROM-old"],
      next: ["AWSPENDING"],
    });
    await settleFor(account, 20 * minute);
    expect(account.alerts).toEqual([]);
  });
});

describe("AWSPENDING with the old value (A3)", () => {
  it("holds retirement back, is told at the deadline, and is over when it is taken away", async () => {
    const account = new Account();
    account.rotated("app");
    account.servers.set("app", held("AWSPENDING"));
    await settleFor(account, 23 * hour);
    expect(account.retiring("app")).toEqual(["RETIRING old"]);
    expect(account.alerts).toEqual([]);
    await settleFor(account, 3 * hour);
    expect(account.alerts).toMatchObject([
      { code: "DEADLINE_PASSED", text: expect.stringContaining("version old, which stays alive") },
    ]);
    account.servers.delete("app");
    await account.settle();
    expect(account.retired).toEqual(["app old"]);
    expect(account.retiring("app")).toEqual([]);
  });

  it("on the old version itself does the same, without asking the server", async () => {
    const account = new Account();
    const secret = account.rotated("app");
    secret.labels["old"] = ["AWSPENDING", "AWSPREVIOUS", "RETIRING"];
    await settleFor(account, 26 * hour);
    expect(codes(account)).toEqual(["DEADLINE_PASSED"]);
    expect(account.calls.filter((call) => call.startsWith("retire"))).toEqual([]);
  });
});

describe("what leaked", () => {
  it("dies at once; a consumer that cannot be rolled is an outage, and RETIRING stays (A10)", async () => {
    const account = new Account();
    account.rotated("app", { next: "leaked-1" });
    account.toys.start("bear", "garden", [identity]);
    account.pass(minute);
    await settleFor(account, hour);
    expect(account.retired[0]).toBe("app old");
    expect(account.alerts).toMatchObject([{ code: "TOY_OUTSIDE", impact: "outage" }]);
    expect(account.retiring("app")).toEqual(["RETIRING old"]);
    account.toys.toys.length = 0;
    await account.settle();
    expect(account.retiring("app")).toEqual([]);
  });

  it("while an earlier rotation is unsettled: both die (A11)", async () => {
    const account = new Account();
    account.entry = { grace: 24 * hour };
    account.add("app", {
      "leaked-1": ["AWSCURRENT", "PREPARED", "FROM-old"],
      old: ["AWSPREVIOUS", "RETIRING", "FROM-older"],
      older: ["RETIRING-older"],
    });
    await settleFor(account, 10 * minute);
    expect([...new Set(account.retired)]).toEqual(["app older", "app old"]);
    expect(account.retiring("app")).toEqual([]);
  });

  it("dies at once also when a note was edited before the first look", async () => {
    const account = new Account();
    account.entry = { grace: 24 * hour };
    account.rotated("app", { next: "leaked-1" }).labels["hand"] = [];
    account.probes.set("app", async (version) =>
      version === "leaked-1" ? { heldBy: "AWSCURRENT" } : "alive",
    );
    await account.settle(account.moveCurrent("app", "hand"));
    await settleFor(account, 10 * minute);
    expect([...new Set(account.retired)]).toEqual(["app old"]);
    expect(account.alerts).toEqual([]);
    expect(account.retiring("app")).toEqual([]);
  });

  it("dies at once also when the edit is another login, and RETIRING was taken off", async () => {
    const account = new Account();
    account.entry = { grace: 24 * hour };
    const { labels } = account.rotated("app", { next: "leaked-1" });
    labels["hand"] = [];
    labels["old"] = [];
    await account.settle(account.moveCurrent("app", "hand"));
    await settleFor(account, 23 * hour);
    expect([...new Set(account.retired)]).toEqual(["app old"]);
    await settleFor(account, 2 * hour);
    expect([...new Set(account.retired)]).toEqual(["app old", "app leaked-1"]);
    expect(account.retiring("app")).toEqual([]);
  });

  it("gets the grace, and is not forgotten, where nothing is left that says it was promoted", async () => {
    const account = new Account();
    account.entry = { grace: 24 * hour };
    const { labels } = account.rotated("app", { next: "leaked-1" });
    Object.assign(labels, { hand: [], hand2: [], old: ["AWSPREVIOUS"] });
    account.moveCurrent("app", "hand");
    await account.settle(account.moveCurrent("app", "hand2"));
    expect(account.retiring("app").join()).toContain(" old");
    await settleFor(account, 23 * hour);
    expect(account.retired).toEqual([]);
    await settleFor(account, 2 * hour);
    expect(account.retired).toContain("app old");
    expect(account.retiring("app")).toEqual([]);
  });

  it("is not what AWSCURRENT leaves for an earlier leaked-mode rotation's version", async () => {
    const account = new Account();
    account.entry = { grace: 24 * hour };
    const { labels } = account.add("app", {
      new: ["AWSCURRENT", "PREPARED"],
      "leaked-1": ["AWSPREVIOUS"],
    });
    account.toys.start("bear", "nursery", [identity]);
    account.pass(hour);
    await account.settle(account.moveCurrent("app", "leaked-1"));
    await settleFor(account, 23 * hour);
    expect(account.retired).toEqual([]);
    expect(account.retiring("app")).toEqual(["RETIRING new"]);
    labels["new"] = labels["new"]?.filter((label) => label !== "RETIRING") ?? [];
    expect(forgottenVersions({ versions: new Map(Object.entries(labels)) })).toEqual(["new"]);
    await settleFor(account, 2 * hour);
    expect(account.retired).toEqual(["app new"]);
    expect(account.retiring("app")).toEqual([]);
  });
});

it("a rotation whose end Secrets Manager never records is settled (A17)", async () => {
  const account = new Account();
  account.rotated("app", { ends: false });
  await settleFor(account, 4 * minute);
  expect(account.retired).toEqual([]);
  await settleFor(account, 10 * minute);
  expect(account.retired).toEqual(["app old"]);
  expect(account.alerts).toEqual([]);
});

describe("a secret that is scheduled for deletion (A19)", () => {
  it("is told once a day while it is unsettled, and goes on when it is restored", async () => {
    const account = new Account();
    const secret = account.rotated("app");
    secret.deletedAt = new Date(account.now);
    await settleFor(account, 23 * hour);
    expect(account.alerts).toMatchObject([
      { code: "SECRET_DELETED", text: expect.stringContaining("restore-secret") },
    ]);
    expect(account.retired).toEqual([]);
    delete secret.deletedAt;
    await settleFor(account, 10 * minute);
    expect(account.retired).toEqual(["app old"]);
  });

  it("is nothing to tell when it was settled", async () => {
    const account = new Account();
    const secret = account.add("app", { v: ["AWSCURRENT"] });
    secret.deletedAt = new Date(account.now);
    await settleFor(account, hour);
    expect(account.alerts).toEqual([]);
  });
});

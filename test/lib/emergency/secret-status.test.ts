import { describe, expect, it } from "vitest";
import { emergencyTag, type Note, noteText } from "../../../lib/emergency/note.ts";
import { statusOf } from "../../../lib/emergency/secret-status.ts";
import type { SecretFacts } from "../../../lib/emergency/status-facts.ts";
import { deathTag } from "../../../lib/secret/death.ts";
import { sightingTag } from "../../../lib/secret/sighting.ts";
import type { Judgement } from "../../../lib/settlement/consumer.ts";

const now = new Date("2026-03-01T12:10:00Z");
const begin = new Date("2026-03-01T12:00:00Z");
const token = "leaked-1";

const versions = {
  before: { old: ["AWSCURRENT"] },
  rotating: { old: ["AWSCURRENT"], [token]: ["AWSPENDING"] },
  promoted: { old: ["AWSPREVIOUS", "RETIRING"], [token]: ["AWSCURRENT", "FROM-old"] },
  settled: { old: ["AWSPREVIOUS"], [token]: ["AWSCURRENT"] },
  /** A later rotation is not settled. */
  later: { [token]: ["AWSPREVIOUS", "RETIRING"], newer: ["AWSCURRENT", `FROM-${token}`] },
} satisfies Record<string, Record<string, string[]>>;

interface Case {
  readonly labels: keyof typeof versions;
  readonly note?: Partial<Note> | "none";
  readonly tags?: Readonly<Record<string, string>>;
  readonly judgements?: readonly Judgement[];
  readonly more?: Partial<SecretFacts>;
}

function look({ labels, note = {}, tags = {}, judgements, more }: Case) {
  const text =
    note === "none"
      ? "none"
      : noteText({ state: "leaked", wasOff: false, token, at: begin, ids: ["INC"], ...note });
  const consumers = judgements?.map((judgement, index) => ({
    type: "ecs",
    name: `service ${index}`,
    judgement,
  }));
  return statusOf({
    secret: {
      arn: "arn",
      name: "app",
      tags: new Map(Object.entries({ [emergencyTag]: text, ...tags })),
      versions: new Map(Object.entries(versions[labels])),
    },
    id: "INC",
    remembered: [],
    isGivenUp: false,
    now,
    ...(consumers && { consumers: { consumers, blind: [] } }),
    ...more,
  });
}

const old: Judgement = { kind: "old" };
const proven: Judgement = { kind: "proven" };
const problem = { code: "DEPLOYMENT_FAILED", why: "it failed", remedy: "Mend it." };
const blocked: Judgement = { kind: "blocked", problem };
const deaths = (...all: [version: string, time: string][]) => ({
  [deathTag]: all.map(([version, time]) => `${version}/${Date.parse(time)}`).join(" "),
});
const dead = deaths(["old", "2026-03-01T12:00:02Z"]);
/** Settlement has seen the move. */
const seen = { [sightingTag]: `${token}/2026-03-01T12:00:01Z` };

/** What on-call was told in one domain. */
const told = (domain: "rotation" | "settlement", kind: string, subject = "") => ({
  remembered: [
    {
      secret: "arn",
      domain,
      problems: [
        {
          kind,
          subject,
          severity: "error" as const,
          since: begin,
          told: true,
          last: { kind: "rotation" as const, step: "setSecret", token, at: begin },
        },
      ],
    },
  ],
});

describe("the state of a secret in an emergency", () => {
  it.each<[string, Case, string, string]>([
    ["it was never in one", { labels: "before", note: "none" }, "untouched", "nothing"],
    ["it is in another one", { labels: "promoted", note: { ids: ["X"] } }, "untouched", "nothing"],
    [
      "it is in another one, which serves this one",
      { labels: "promoted", note: { ids: ["X", "INC"] } },
      "promoted",
      "quarterturn",
    ],
    ["it is noted, and nothing has begun", { labels: "before" }, "rotating", "quarterturn"],
    ["its rotation is under way", { labels: "rotating" }, "rotating", "quarterturn"],
    [
      "its rotation failed",
      { labels: "rotating", more: told("rotation", "ADMIN_REFUSED") },
      "failed",
      "person",
    ],
    [
      "an earlier rotation failed",
      { labels: "rotating", note: { token: "leaked-2" }, more: told("rotation", "ADMIN_REFUSED") },
      "rotating",
      "quarterturn",
    ],
    ["AWSCURRENT has moved", { labels: "promoted" }, "promoted", "quarterturn"],
    [
      "what leaked is dead, and a consumer is old",
      { labels: "promoted", tags: dead, judgements: [old, blocked] },
      "dead",
      "quarterturn",
    ],
    [
      "what leaked is dead, and the last consumer is stuck",
      { labels: "promoted", tags: dead, judgements: [proven, blocked] },
      "dead",
      "person",
    ],
    [
      "settlement is stuck",
      { labels: "promoted", judgements: [proven], more: told("settlement", "STILL_ACCEPTED") },
      "promoted",
      "person",
    ],
    ["it was given up", { labels: "rotating", more: { isGivenUp: true } }, "rotating", "person"],
    [
      "its repair is under way",
      { labels: "settled", note: { state: "repair" } },
      "rotating",
      "quarterturn",
    ],
    [
      "its rollback is under way",
      { labels: "settled", note: { state: "rollback" } },
      "promoted",
      "quarterturn",
    ],
    [
      "it was rolled back, to what an emergency made",
      { labels: "settled", note: { state: "rolled-back" } },
      "settled",
      "nothing",
    ],
    [
      "it was rolled back, and AWSCURRENT is another one since",
      { labels: "later", note: { state: "rolled-back" } },
      "settled",
      "nothing",
    ],
    [
      "its repair was refused",
      { labels: "settled", note: { state: "refused" } },
      "refused",
      "person",
    ],
    ["it is settled", { labels: "settled", tags: { ...dead, ...seen } }, "settled", "nothing"],
    [
      "somebody took RETIRING off before settlement looked",
      { labels: "settled" },
      "promoted",
      "quarterturn",
    ],
    [
      "a later rotation is under way",
      { labels: "later", note: { state: "done" } },
      "settled",
      "nothing",
    ],
  ])("where %s", (_, given, state, waitsFor) => {
    expect(look(given)).toMatchObject({ state, waitsFor });
  });

  it("says why a rollback or a repair was refused", () => {
    const refused = (code: string, why: string) =>
      look({ labels: "settled", note: { state: "refused", refusal: { code, why } } });
    expect(
      refused("ROLLBACK_IMPOSSIBLE", "version old is refused (user app): it was retired"),
    ).toMatchObject({
      action: "rollback",
      left: [
        "It was refused (ROLLBACK_IMPOSSIBLE): version old is refused: user app: it was retired. See docs/runbook.md#rollback_impossible.",
      ],
    });
    expect(
      refused("REPAIR_FAILED", "its rotation fails in setSecret with ADMIN_REFUSED"),
    ).toMatchObject({
      action: "repair",
      left: [expect.stringContaining("fails in setSecret with ADMIN_REFUSED")],
    });
    const { action, left } = look({ labels: "settled", note: { state: "refused" } });
    expect({ action, left }).toEqual({ action: undefined, left: [] });
  });

  it("dates the promotion by what settlement saw, if that was this one", () => {
    const at = "2026-03-01T12:00:01.000Z";
    const seen = (version: string) => ({ [sightingTag]: `${version}/${at}` });
    expect(look({ labels: "promoted", tags: seen(token) }).promotedAt).toBe(at);
    expect(look({ labels: "promoted", tags: seen("old") }).promotedAt).toBeUndefined();
    const note = { state: "rollback", at: new Date("2026-03-01T12:05:00Z") } as const;
    expect(look({ labels: "promoted", note, tags: seen(token) }).promotedAt).toBeUndefined();
  });

  it("dates the death by the last one since it began, and never while another is alive", () => {
    const both = deaths(["older", "2026-03-01T12:00:03Z"], ["old", "2026-03-01T12:00:02Z"]);
    expect(look({ labels: "settled", tags: both }).deadAt).toBe("2026-03-01T12:00:03.000Z");
    const earlier = deaths(["old", "2026-02-01T12:00:00Z"]);
    expect(look({ labels: "settled", tags: earlier }).deadAt).toBeUndefined();
    const other = deaths(["older", "2026-03-01T12:00:03Z"]);
    expect(look({ labels: "promoted", tags: other })).toMatchObject({ state: "promoted" });
    expect(look({ labels: "promoted", tags: other }).deadAt).toBeUndefined();
  });
});

describe("what is left for a person", () => {
  it("is each stuck consumer and each problem, once", () => {
    const stuck = { labels: "promoted", judgements: [proven, blocked] } as const;
    const same = told("settlement", "DEPLOYMENT_FAILED", "service 1");
    expect(look({ ...stuck, more: same }).left).toEqual(["service 1: it failed. Mend it."]);
    const other = told("settlement", "DEPLOYMENT_FAILED", "service 2");
    expect(look({ ...stuck, more: other }).left).toEqual([
      "service 1: it failed. Mend it.",
      "DEPLOYMENT_FAILED (service 2) has been open since 2026-03-01T12:00:00.000Z: do what its alert says, or see docs/runbook.md#deployment_failed.",
    ]);
  });

  it("is what could not be read", () => {
    const blind = [
      { code: "ECS_UNREADABLE", why: "cluster a cannot be read", remedy: "Allow it." },
    ];
    const { left, waitsFor } = look({
      labels: "promoted",
      more: { consumers: { consumers: [], blind, unread: "cluster a" } },
    });
    expect(left).toEqual(["Cluster a cannot be read. Allow it."]);
    expect(waitsFor).toBe("person");
  });
});

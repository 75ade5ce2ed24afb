import { describe, expect, it } from "vitest";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import type { SecretState } from "../../../lib/secret/store.ts";
import { judge } from "../../../lib/watch/judge.ts";

const [hour, day] = [3_600_000, 24 * 3_600_000];
const now = new Date("2026-06-01T12:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms);

const versions = {
  settled: { old: ["AWSCURRENT"] },
  pending: { old: ["AWSCURRENT"], new: ["AWSPENDING", "PREPARED"] },
  empty: { old: ["AWSCURRENT"], new: ["AWSPENDING"] },
  lingering: { old: ["AWSCURRENT", "AWSPENDING"] },
  switching: { old: ["AWSCURRENT", "RETIRING"], new: ["AWSPENDING", "PREPARED"] },
  retiring: { old: ["AWSPREVIOUS", "RETIRING"], new: ["AWSCURRENT", "PREPARED"] },
} as const;

interface Change extends Partial<Omit<SecretState, "versions">> {
  readonly labels?: keyof typeof versions;
  readonly promoted?: Date;
  readonly schedule?: SecretEntry["schedule"];
  readonly switches?: boolean;
  readonly mark?: string;
  readonly emergency?: string;
  readonly drill?: string;
}

function found(change: Change): string[] {
  const {
    labels = "settled",
    promoted,
    schedule,
    switches = false,
    mark,
    emergency,
    drill,
    ...more
  } = change;
  const secret: SecretState = {
    arn: "arn:app",
    name: "app",
    rotationEnabled: true,
    rotationFunction: "arn:aws:lambda:r:1:function:q-production-rotate-database",
    createdAt: ago(400 * day),
    lastRotatedAt: ago(10 * day),
    nextRotationAt: new Date(now.getTime() + 80 * day),
    tags: new Map([
      ...(promoted ? [["quarterturn:promoted", `new/${promoted.toISOString()}`] as const] : []),
      ...(drill ? [["quarterturn:drill", drill] as const] : []),
      ...(emergency ? [["quarterturn:emergency", emergency] as const] : []),
      ...(mark ? [["quarterturn:schedule", mark] as const] : []),
    ]),
    versions: new Map(Object.entries(versions[labels])),
    ...more,
  };
  const traits = { switches, oldWorksBeside: !switches, changesUsername: !switches };
  const entry = {
    schedule: schedule ?? { expression: "rate(90 days)" },
    deadline: 48 * hour,
    ...(drill !== undefined && { drill: "rate(30 days)" }),
    credentials: [{ type: "toy", strategy: "toy", traits }],
  } as unknown as SecretEntry;
  return judge(secret, entry, now).map(
    ({ error, mayPass }) =>
      `${error.code}${error.subject && ` ${error.subject}`}${mayPass ? "?" : ""}`,
  );
}

const never = { lastRotatedAt: undefined };
const unplanned = { nextRotationAt: undefined };

describe("of what Secrets Manager shows of a secret", () => {
  it.each<[string, Change, string[]]>([
    ["one that rotates in time is right", {}, []],
    ["a drill a month ago is right", { drill: `ok ${ago(30 * day).toISOString()} settled=9` }, []],
    [
      "longer ago is overdue",
      { drill: `ok ${ago(32 * day).toISOString()} settled=9` },
      ["DRILL_OVERDUE"],
    ],
    ["no drill since the secret was made is overdue", { drill: "" }, ["DRILL_OVERDUE"]],
    ["no drill of a new secret is right", { drill: "", createdAt: ago(day) }, []],
    ["a drill that runs is right", { drill: `begun ${ago(hour).toISOString()}` }, []],
    [
      "one that stopped has failed",
      { drill: `begun ${ago(2 * hour).toISOString()}` },
      ["DRILL_FAILED"],
    ],
    [
      "an emergency that has begun within the hour is right",
      { emergency: `leaked on leaked-1 ${ago(hour).toISOString()} INC-1/INC-2` },
      [],
    ],
    [
      "one that nothing has finished since then has stopped",
      { emergency: `leaked on leaked-1 ${ago(2 * hour).toISOString()} INC-1/INC-2` },
      ["EMERGENCY_STOPPED INC-1"],
    ],
    [
      "one that is done is right",
      { emergency: `done on leaked-1 ${ago(2 * hour).toISOString()} INC-1/INC-2` },
      [],
    ],
    ["one that is new and not due is right", { ...never, createdAt: ago(hour) }, []],
    [
      "a date that has passed by less than the window is right",
      { nextRotationAt: ago(23 * hour) },
      [],
    ],
    ["by more is overdue", { nextRotationAt: ago(25 * hour) }, ["ROTATION_OVERDUE"]],
    [
      "a window of its own counts",
      { nextRotationAt: ago(4 * hour), schedule: { expression: "rate(90 days)", duration: "3h" } },
      ["ROTATION_OVERDUE"],
    ],
    [
      "schedules in hours have a window of one",
      { nextRotationAt: ago(2 * hour), schedule: { expression: "rate(12 hours)" } },
      ["ROTATION_OVERDUE"],
    ],
    [
      "one that never ran says so",
      { ...never, nextRotationAt: ago(25 * hour) },
      ["ROTATION_NEVER_RAN"],
    ],
    [
      "without a date the schedule counts",
      { ...unplanned, lastRotatedAt: ago(92 * day) },
      ["ROTATION_OVERDUE"],
    ],
    ["and has not passed", { ...unplanned, lastRotatedAt: ago(89 * day) }, []],
    ["from the secret's beginning", { ...unplanned, ...never }, ["ROTATION_NEVER_RAN"]],
    [
      "a cron schedule is at least yearly",
      {
        ...unplanned,
        lastRotatedAt: ago(364 * day),
        schedule: { expression: "cron(0 3 1 * ? *)" },
      },
      [],
    ],
    ["without any date nothing can be told", { ...unplanned, ...never, createdAt: undefined }, []],

    ["switched off by hand", { rotationEnabled: false, ...never }, ["ROTATION_OFF"]],
    [
      "switched off by an upgrade of the stack",
      { rotationEnabled: false, ...never, mark: "off" },
      ["ROTATION_OFF?"],
    ],
    [
      "never configured may be a deployment under way",
      { rotationEnabled: undefined, rotationFunction: undefined, ...never },
      ["ROTATION_OFF?"],
    ],
    [
      "so may a function that another tool left, switched off",
      { rotationEnabled: false, rotationFunction: "arn:aws:lambda:r:1:function:other", ...never },
      ["ROTATION_OFF?"],
    ],
    [
      "what is off is not overdue, too",
      { rotationEnabled: false, nextRotationAt: ago(99 * day) },
      ["ROTATION_OFF"],
    ],

    ["AWSPENDING left is stuck unless it passes", { labels: "pending" }, ["PENDING_STUCK new?"]],
    ["so it is on an empty version", { labels: "empty" }, ["PENDING_STUCK new?"]],
    ["on AWSCURRENT it is none", { labels: "lingering" }, []],
    [
      "two users: RETIRING ahead of the promotion is stuck alike",
      { labels: "switching" },
      ["PENDING_STUCK new?"],
    ],
    [
      "in place it is a switch that may hang",
      { labels: "switching", switches: true },
      ["SWITCH_INTERRUPTED"],
    ],
    [
      "in place before the switch it is stuck",
      { labels: "pending", switches: true },
      ["PENDING_STUCK new?"],
    ],

    [
      "unsettled before the deadline is right",
      { labels: "retiring", promoted: ago(40 * hour) },
      [],
    ],
    ["settlement has an hour to tell", { labels: "retiring", promoted: ago(48.5 * hour) }, []],
    ["then it is told", { labels: "retiring", promoted: ago(50 * hour) }, ["SETTLEMENT_OVERDUE"]],
    ["without the tag from the last rotation on", { labels: "retiring" }, ["SETTLEMENT_OVERDUE"]],

    [
      "a deleted one is nothing else",
      { deletedAt: ago(hour), labels: "pending", rotationEnabled: false },
      ["SECRET_DELETED"],
    ],
  ])("%s", (_, change, expected) => {
    expect(found(change)).toEqual(expected);
  });
});

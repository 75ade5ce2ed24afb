import { describe, expect, it } from "vitest";
import type { StandingProblem } from "../../../lib/alerts/problem.ts";
import { decide, type Findings } from "../../../lib/watch/decide.ts";

const at = new Date("2026-03-04T12:00:00Z");

const versions = {
  pending: [
    ["new", ["AWSPENDING", "PREPARED"]],
    ["old", ["AWSCURRENT"]],
  ],
  /** createSecret has not come to its write. */
  empty: [
    ["new", ["AWSPENDING"]],
    ["old", ["AWSCURRENT", "RETIRING"]],
  ],
  /** finishSecret has begun. */
  switching: [
    ["new", ["AWSPENDING", "PREPARED"]],
    ["old", ["AWSCURRENT", "RETIRING"]],
  ],
  promoted: [
    ["new", ["AWSCURRENT", "AWSPENDING", "PREPARED"]],
    ["old", ["AWSPREVIOUS", "RETIRING"]],
  ],
  replaced: [
    ["hand", ["AWSCURRENT"]],
    ["new", ["AWSPREVIOUS", "PREPARED"]],
  ],
  abandoned: [
    ["hand", ["AWSCURRENT"]],
    ["old", ["AWSPREVIOUS"]],
  ],
  another: [
    ["newer", ["AWSPENDING", "PREPARED"]],
    ["old", ["AWSCURRENT"]],
  ],
  none: [],
} as const;

type Change = Partial<Omit<Findings, "sighting" | "secret">> &
  Partial<Findings["sighting"]> & { versions?: keyof typeof versions; deletedAt?: Date };

function findings(change: Change): Findings {
  const { kind = "RotationFailed", step = "setSecret", versions: which = "pending" } = change;
  const { deletedAt, inPlace = false, inside = [], outside = [], claims = [], claim } = change;
  const token = "token" in change ? change.token : "new";
  return {
    sighting: { kind, secretId: "arn", token, step },
    secret: {
      name: "app",
      versions: new Map(versions[which].map(([id, labels]) => [id, labels])),
      deletedAt,
    },
    inPlace,
    inside,
    outside,
    claims,
    claim,
  };
}

const abandoned = { kind: "RotationAbandoned", versions: "abandoned" } as const;
const problem = (kind: string, more: Partial<StandingProblem> = {}): StandingProblem => ({
  kind,
  subject: "",
  severity: "error",
  since: at,
  told: true,
  last: { kind: "unreported", step: "setSecret", token: "older", at },
  ...more,
});
const inside = (step: string, code = "UNREACHABLE", token = "new") => [
  problem("UNREACHABLE", { last: { kind: "rotation", step: "createSecret", token: "oldest", at } }),
  problem(code, { last: { kind: "rotation", step, token, at } }),
];
const failed = problem("ROTATION_FAILED");
const switching = { inPlace: true, versions: "switching", step: "finishSecret" } as const;
const tells = (code: string, impact = "unchanged", token?: string) => ({
  kind: "tell",
  problem: { code, impact },
  ...(token !== undefined && { token }),
});
const silent = (why: RegExp) => ({ kind: "silent", why: expect.stringMatching(why) });

describe("of what was seen from outside", () => {
  it.each<[string, Change, object]>([
    ["a failure is told", {}, tells("ROTATION_FAILED", "unchanged", "new")],
    [
      "a failure is told of AWSPENDING's version where the event names none",
      { token: undefined },
      tells("ROTATION_FAILED", "unchanged", "new"),
    ],
    [
      "a failure is told where no version is known any more",
      { token: undefined, versions: "abandoned" },
      tells("ROTATION_FAILED"),
    ],
    [
      "a failure is told of a secret without versions",
      { token: undefined, versions: "none", inPlace: true },
      tells("ROTATION_FAILED"),
    ],
    ["an abandonment is told", abandoned, tells("ROTATION_ABANDONED", "unknown", "new")],
    [
      "a secret that is scheduled for deletion is none of on-call's",
      { deletedAt: new Date() },
      silent(/scheduled for deletion/),
    ],

    [
      "a failure is no news when the version was promoted, in that attempt or a later one",
      { versions: "promoted" },
      silent(/became AWSCURRENT/),
    ],
    [
      "nor when it was AWSCURRENT for a while",
      { versions: "replaced" },
      silent(/became AWSCURRENT/),
    ],
    [
      "a failure is told where AWSPENDING lingers on AWSCURRENT and the event names no version",
      { versions: "promoted", token: undefined },
      tells("ROTATION_FAILED"),
    ],

    ["the inside alert of the version suffices", { inside: inside("setSecret") }, silent(/itself/)],
    [
      "the inside alert of AWSPENDING's suffices where the event names none",
      { inside: inside("createSecret"), token: undefined },
      silent(/itself/),
    ],
    [
      "an inside alert of another version does not",
      { inside: inside("setSecret", "UNREACHABLE", "older") },
      tells("ROTATION_FAILED"),
    ],
    [
      "the inside alert counts that belongs to the event, not to the rotation since",
      { versions: "another", inside: inside("setSecret", "UNREACHABLE", "newer") },
      tells("ROTATION_FAILED", "unchanged", "new"),
    ],
    [
      "an inside alert of no version does not make up for one that is not known",
      { token: undefined, versions: "abandoned", inside: inside("setSecret") },
      tells("ROTATION_FAILED"),
    ],
    [
      "an abandonment is news after a failure of another kind",
      { ...abandoned, inside: inside("setSecret") },
      tells("ROTATION_ABANDONED", "unknown"),
    ],
    ...["SECRET_CHANGED", "TOKEN_NOT_PENDING", "TOKEN_UNKNOWN", "LABEL_MOVED"].map(
      (code): [string, Change, object] => [
        `an abandonment is none after ${code}, which tells of it`,
        { ...abandoned, inside: inside("finishSecret", code) },
        silent(/itself/),
      ],
    ),

    ["in-place that has not begun its switch is safe", { inPlace: true }, tells("ROTATION_FAILED")],
    [
      "in-place that may have switched is an outage",
      { inPlace: true, versions: "switching", step: "finishSecret" },
      tells("SWITCH_INTERRUPTED", "outage"),
    ],
    [
      "and so where the event names no version",
      { inPlace: true, versions: "switching", token: undefined },
      tells("SWITCH_INTERRUPTED", "outage"),
    ],
    [
      "and so in whichever step a later attempt failed",
      { inPlace: true, versions: "switching", step: "createSecret" },
      tells("SWITCH_INTERRUPTED", "outage"),
    ],
    [
      "in-place cannot have switched to a version that has no value yet",
      { inPlace: true, versions: "empty" },
      tells("ROTATION_FAILED"),
    ],
    [
      "two users never switch a password",
      { versions: "switching", step: "finishSecret" },
      tells("ROTATION_FAILED"),
    ],
    [
      "a harmless inside alert is no word about a switch after it",
      { inPlace: true, versions: "switching", inside: inside("setSecret") },
      tells("SWITCH_INTERRUPTED", "outage"),
    ],
    [
      "the inside alert of the step that switches is",
      { inPlace: true, versions: "switching", inside: inside("finishSecret", "AWS_CALL_FAILED") },
      silent(/itself/),
    ],

    ["what on-call knows and is not over is no news", { outside: [failed] }, silent(/not over/)],
    [
      "a switch that may hang is, after a harmless failure that on-call knows (B3)",
      { ...switching, outside: [failed] },
      tells("SWITCH_INTERRUPTED", "outage"),
    ],
    [
      "an abandonment is, after a failure that on-call knows",
      { ...abandoned, outside: [failed] },
      tells("ROTATION_ABANDONED", "unknown"),
    ],
    [
      "one of those that come at once tells: the last that claimed it",
      { claims: [problem("ROTATION_FAILED", { told: false, claim: "2" })], claim: "1" },
      silent(/another/),
    ],
    [
      "and that is this one",
      { claims: [problem("ROTATION_FAILED", { told: false, claim: "1" })], claim: "1" },
      tells("ROTATION_FAILED"),
    ],
    [
      "a claim of somebody who has died keeps nobody from it",
      { claims: [problem("ROTATION_FAILED", { told: false, claim: "2" })] },
      tells("ROTATION_FAILED"),
    ],
    [
      "a claim for another problem keeps nobody from it",
      { claims: [problem("ROTATION_ABANDONED", { told: false, claim: "2" })], claim: "1" },
      tells("ROTATION_FAILED"),
    ],
  ])("%s", (_, change, expected) => {
    expect(decide(findings(change))).toMatchObject(expected);
  });
});

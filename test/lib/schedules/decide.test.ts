import { describe, expect, it } from "vitest";
import { decideNamed, decideUnnamed, offMark } from "../../../lib/schedules/decide.ts";
import type { ScheduledSecret } from "../../../lib/schedules/port.ts";

const ours = ["arn:f:q-production-rotate-database", "arn:f:q-production-rotate-api-key"];
const [database = "", apiKey = ""] = ours;
const now = new Date("2026-11-29T12:00:00Z");
const wanted = { functionArn: database, expression: "rate(90 days)" };
const later = "2026-11-29T13:00:00.000Z";
const earlier = "2026-11-29T11:00:00.000Z";

const secret = (more: Partial<ScheduledSecret> = {}): ScheduledSecret => ({
  arn: "arn:s",
  name: "app",
  isManaged: false,
  isDeleted: false,
  ...more,
});
const on = (more: object = {}) => ({ isOn: true, ...wanted, ...more });
const off = (more: object = {}) => ({ ...on(more), isOn: false });

describe("the schedule of a secret that the manifest names", () => {
  it.each([
    ["absent", undefined, { kind: "leave", why: "absent" }],
    ["never configured", secret(), { kind: "set" }],
    ["as wanted", secret({ rotation: on() }), { kind: "leave", why: "scheduled" }],
    [
      "another expression",
      secret({ rotation: on({ expression: "rate(30 days)" }) }),
      { kind: "set" },
    ],
    ["a number of days", secret({ rotation: on({ expression: undefined }) }), { kind: "set" }],
    [
      "a window that is gone from the manifest",
      secret({ rotation: on({ duration: "3h" }) }),
      { kind: "set" },
    ],
    [
      "this stack's other function",
      secret({ rotation: on({ functionArn: apiKey }) }),
      { kind: "set" },
    ],
    [
      "another tool's function",
      secret({ rotation: on({ functionArn: "arn:f:other" }) }),
      { kind: "set" },
    ],
    [
      "another deployment's function",
      secret({ rotation: on({ functionArn: "arn:f:q-staging-rotate-database" }) }),
      { kind: "refuse", why: "otherStack" },
    ],
    [
      "another deployment's function, which has let it go",
      secret({ rotation: off({ functionArn: "arn:f:q-staging-rotate-database" }), mark: offMark }),
      { kind: "set" },
    ],
    [
      "another deployment's function, on again after that one has let it go",
      secret({ rotation: on({ functionArn: "arn:f:q-staging-rotate-database" }), mark: offMark }),
      { kind: "refuse", why: "otherStack" },
    ],
    [
      "another deployment's function, switched off by hand",
      secret({ rotation: off({ functionArn: "arn:f:q-staging-rotate-database" }) }),
      { kind: "leave", why: "off" },
    ],
    ["switched off by hand", secret({ rotation: off() }), { kind: "leave", why: "off" }],
    [
      "switched off by hand, after its rules were changed by hand or before the manifest's were",
      secret({ rotation: off({ expression: "rate(30 days)" }) }),
      { kind: "leave", why: "off" },
    ],
    [
      "switched off by hand, of this stack's other function",
      secret({ rotation: off({ functionArn: apiKey }) }),
      { kind: "leave", why: "off" },
    ],
    [
      "another tool's function, switched off",
      secret({ rotation: off({ functionArn: "arn:f:other" }) }),
      { kind: "set" },
    ],
    [
      "another deployment's function, switched off by its upgrade",
      secret({ rotation: off({ functionArn: "arn:f:q-staging-rotate-database" }), mark: later }),
      { kind: "leave", why: "off" },
    ],
    [
      "another schedule during an upgrade",
      secret({ rotation: on({ expression: "rate(30 days)" }), mark: later }),
      { kind: "set" },
    ],
    [
      "another schedule, switched off by this stack",
      secret({ rotation: off({ expression: "rate(30 days)" }), mark: offMark }),
      { kind: "set" },
    ],
    ["switched off by this stack", secret({ rotation: off(), mark: offMark }), { kind: "set" }],
    ["switched off by an upgrade", secret({ rotation: off(), mark: later }), { kind: "set" }],
    [
      "switched off long after an upgrade",
      secret({ rotation: off(), mark: earlier }),
      { kind: "leave", why: "off" },
    ],
    ["a mark of somebody's", secret({ rotation: off(), mark: "?" }), { kind: "leave", why: "off" }],
    [
      "on during an upgrade",
      secret({ rotation: on(), mark: later }),
      { kind: "leave", why: "scheduled" },
    ],
    [
      "on after an upgrade",
      secret({ rotation: on(), mark: earlier }),
      { kind: "mark", mark: undefined },
    ],
    [
      "on again after this stack ended it",
      secret({ rotation: on(), mark: offMark }),
      { kind: "mark", mark: undefined },
    ],
    [
      "scheduled for deletion",
      secret({ isDeleted: true, rotation: off() }),
      { kind: "leave", why: "deleted" },
    ],
    ["rotated by AWS", secret({ isManaged: true }), { kind: "refuse", why: "managed" }],
  ] as const)("%s", (_, seen, decision) => {
    expect(decideNamed(seen, wanted, { now, ours })).toEqual(decision);
  });

  it("is marked when it is taken over from CloudFormation, which is about to switch it off", () => {
    const first = { now, ours, isFirst: true };
    const decision = decideNamed(secret({ rotation: on() }), wanted, first);
    expect(decision).toEqual({ kind: "mark", mark: "2026-11-29T18:00:00.000Z" });
    const changed = secret({ rotation: on({ expression: "rate(30 days)" }) });
    expect(decideNamed(changed, wanted, first)).toEqual(decision);
    const theirs = secret({ rotation: on({ functionArn: "arn:f:other" }) });
    expect(decideNamed(theirs, wanted, first)).toEqual({ kind: "set" });
    const byHand = decideNamed(secret({ rotation: off() }), wanted, first);
    expect(byHand).toEqual({ kind: "leave", why: "off" });
  });
});

describe("the schedule of a secret that the manifest does not name", () => {
  it.each([
    ["ours", on(), { kind: "cancel" }],
    ["ours, of the other place", on({ functionArn: apiKey }), { kind: "cancel" }],
    ["ours, off already", off(), { kind: "leave", why: "foreign" }],
    ["another's", on({ functionArn: "arn:f:other" }), { kind: "leave", why: "foreign" }],
    ["none", undefined, { kind: "leave", why: "foreign" }],
  ] as const)("%s", (_, rotation, decision) => {
    expect(decideUnnamed(secret({ rotation }), { ours })).toEqual(decision);
  });

  it("is left where AWS or its partner rotates the secret, without a function", () => {
    const seen = secret({ rotation: { isOn: true }, isManaged: true });
    expect(decideUnnamed(seen, { ours: [...ours, ""] })).toEqual({ kind: "leave", why: "foreign" });
  });

  it("is left while the secret is to be deleted: it cannot be changed, and does not rotate", () => {
    const seen = secret({ rotation: on(), isDeleted: true });
    expect(decideUnnamed(seen, { ours })).toEqual({ kind: "leave", why: "deleted" });
  });
});

import type { Consumer, Judgement, Problem } from "../../../lib/settlement/consumer.ts";
import { consistencyMargin } from "../../../lib/settlement/promotion.ts";
import type { OldCredential, SettlementState } from "../../../lib/settlement/state.ts";

export const hour = 3_600_000;
const promotedAt = new Date("2026-03-01T12:00:00Z");
/** Minutes after the promotion. */
export const at = (minutes: number) => new Date(promotedAt.getTime() + minutes * 60_000);

const versions = {
  rotated: [
    ["new", ["AWSCURRENT", "PREPARED", "FROM-old"]],
    ["old", ["AWSPREVIOUS", "RETIRING"]],
  ],
  settled: [
    ["new", ["AWSCURRENT"]],
    ["old", ["AWSPREVIOUS"]],
  ],
  onCurrent: [
    ["new", ["AWSPENDING", "PREPARED"]],
    ["old", ["AWSCURRENT", "RETIRING"]],
  ],
  edited: [
    ["hand", ["AWSCURRENT", "FROM-old"]],
    ["new", ["AWSPREVIOUS"]],
    ["old", ["RETIRING"]],
  ],
  leaked: [
    ["leaked-1", ["AWSCURRENT", "PREPARED", "FROM-old"]],
    ["old", ["RETIRING"]],
  ],
  /** A leaked-mode rotation that began while another one was not settled. */
  leakedTwice: [
    ["leaked-1", ["AWSCURRENT", "PREPARED", "FROM-old", "FROM-older"]],
    ["old", ["AWSPREVIOUS", "RETIRING"]],
    ["older", ["RETIRING-older"]],
  ],
  /** AWSCURRENT was moved back by hand. */
  back: [
    ["new", ["AWSPREVIOUS", "PREPARED", "FROM-old"]],
    ["old", ["AWSCURRENT", "RETIRING"]],
  ],
  /** The old login was written back by hand, as another version. */
  restored: [
    ["hand", ["AWSCURRENT"]],
    ["new", ["AWSPREVIOUS", "PREPARED", "FROM-old"]],
    ["old", ["RETIRING"]],
  ],
  /** RETIRING was taken off by hand, or AWSCURRENT moved forward by hand. */
  unlabelled: [
    ["new", ["AWSCURRENT", "PREPARED", "FROM-old"]],
    ["old", ["AWSPREVIOUS"]],
  ],
  /** AWSCURRENT was moved by hand after settlement. */
  moved: [
    ["hand", ["AWSCURRENT"]],
    ["new", ["AWSPREVIOUS", "PREPARED"]],
  ],
  /** A second move by hand took AWSPREVIOUS away. */
  movedTwice: [
    ["hand", ["AWSCURRENT"]],
    ["old", ["AWSPREVIOUS"]],
    ["new", ["PREPARED"]],
  ],
  /** AWSPENDING was taken off by hand. */
  abandoned: [
    ["old", ["AWSCURRENT"]],
    ["new", ["PREPARED", "FROM-old"]],
  ],
  /** The same, and another rotation is under way. */
  abandonedBefore: [
    ["old", ["AWSCURRENT"]],
    ["new", ["PREPARED", "FROM-old"]],
    ["next", ["AWSPENDING"]],
  ],
  /** RETIRING was put on AWSCURRENT by hand, and AWSCURRENT moved away. */
  unnamed: [
    ["hand", ["AWSCURRENT"]],
    ["old", ["AWSPREVIOUS", "RETIRING"]],
  ],
  /** RETIRING was left on AWSCURRENT. */
  idle: [["old", ["AWSCURRENT", "RETIRING"]]],
  /** AWSCURRENT was taken off every version. */
  lost: [["old", ["AWSPREVIOUS", "RETIRING"]]],
  staged: [
    ["new", ["AWSCURRENT", "PREPARED", "FROM-old"]],
    ["old", ["AWSPENDING", "AWSPREVIOUS", "RETIRING"]],
  ],
} as const;

/** What differs from a secret whose promotion is ten minutes old and that has no consumers. */
export type Change = Omit<Partial<SettlementState>, "secret" | "consumers" | "old"> & {
  versions?: keyof typeof versions;
  lastRotatedAt?: Date | undefined;
  rotationEnabled?: boolean;
  changedAt?: Date;
  deletedAt?: Date;
  old?: OldCredential;
  /** What the version `new` was found to be. */
  left?: OldCredential;
  consumers?: readonly Consumer[];
  blind?: readonly Problem[];
};

export function state(change: Change): SettlementState {
  const {
    versions: which = "rotated",
    lastRotatedAt,
    rotationEnabled,
    changedAt,
    deletedAt,
    old,
    left,
    consumers = [],
    blind = [],
    ...rest
  } = change;
  return {
    now: at(10),
    old: new Map([
      ...(old ? [["old", old] as const] : []),
      ...(left ? [["new", left] as const] : []),
    ]),
    sighting: seen(versions[which][0][0], 0),
    policy: { deadline: 24 * hour, grace: 0 },
    secret: {
      name: "app",
      versions: new Map(versions[which].map(([id, labels]) => [id, labels])),
      rotationEnabled,
      lastRotatedAt: "lastRotatedAt" in change ? lastRotatedAt : promotedAt,
      changedAt,
      deletedAt,
    },
    consumers: { consumers, blind },
    ...rest,
  };
}

export const consumer = (judgement: Judgement, more: Partial<Consumer> = {}): Consumer => ({
  type: "toy",
  name: "toy 1",
  judgement,
  ...more,
});

/** So that the promotion is this many minutes after the one that all times refer to. */
export const seen = (version: string, minutes: number) => ({
  version,
  at: new Date(at(minutes).getTime() - consistencyMargin),
});

export const retire = { kind: "retire", retiring: "old", leaked: false };
export const alert = (...codes: string[]) => ({
  kind: "alert",
  problems: codes.map((code) => ({ code })),
});

/** The mirror's answer about the version that is AWSCURRENT. */
export const mirrored = (minutes: number, drifted: string[] = [], version = "new") => ({
  mirror: { version, parameters: new Map([["/p", at(minutes)]]), drifted },
});

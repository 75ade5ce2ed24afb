import type { Consumer, Judgement, Problem } from "../../../lib/settlement/consumer.ts";
import type { SettlementState } from "../../../lib/settlement/state.ts";

export const hour = 3_600_000;
const promotedAt = new Date("2026-03-01T12:00:00Z");
/** Minutes after the promotion. */
export const at = (minutes: number) => new Date(promotedAt.getTime() + minutes * 60_000);

const versions = {
  rotated: [
    ["new", ["AWSCURRENT", "PREPARED"]],
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
    ["hand", ["AWSCURRENT"]],
    ["new", ["AWSPREVIOUS", "PREPARED"]],
    ["old", ["RETIRING"]],
  ],
  leaked: [
    ["leaked-1", ["AWSCURRENT", "PREPARED"]],
    ["old", ["RETIRING"]],
  ],
} as const;

/** What differs from a secret whose promotion is ten minutes old and that has no consumers. */
export type Change = Omit<Partial<SettlementState>, "secret" | "consumers"> & {
  versions?: keyof typeof versions;
  lastRotatedAt?: Date | undefined;
  currentCreatedAt?: Date | undefined;
  consumers?: readonly Consumer[];
  blind?: readonly Problem[];
};

export function state(change: Change): SettlementState {
  const {
    versions: which = "rotated",
    lastRotatedAt,
    currentCreatedAt,
    consumers = [],
    blind = [],
    ...rest
  } = change;
  return {
    now: at(10),
    old: {},
    policy: { deadline: 24 * hour, grace: 0 },
    secret: {
      name: "app",
      versions: new Map(versions[which].map(([id, labels]) => [id, labels])),
      lastRotatedAt: "lastRotatedAt" in change ? lastRotatedAt : promotedAt,
    },
    consumers: {
      currentCreatedAt: "currentCreatedAt" in change ? currentCreatedAt : at(-1),
      consumers,
      blind,
    },
    ...rest,
  };
}

export const consumer = (judgement: Judgement, more: Partial<Consumer> = {}): Consumer => ({
  type: "toy",
  name: "toy 1",
  judgement,
  ...more,
});

export const retire = { kind: "retire", retiring: "old", endSessions: false };
export const alert = (code: string) => ({ kind: "alert", problem: { code } });

/** The mirror's answer about the version that is AWSCURRENT. */
export const mirrored = (minutes: number, drifted: string[] = [], version = "new") => ({
  mirror: { version, parameters: new Map([["/p", at(minutes)]]), drifted },
});

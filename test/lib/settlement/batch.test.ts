import { describe, expect, it } from "vitest";
import { MemoryInProcess } from "../../../lab/memory.ts";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import type { LogLine } from "../../../lib/context/log.ts";
import { sightingTag } from "../../../lib/secret/sighting.ts";
import type { SecretState } from "../../../lib/secret/store.ts";
import { settleBatch } from "../../../lib/settlement/batch.ts";
import type { SettlementPorts } from "../../../lib/settlement/ports.ts";
import { contextFor } from "../../context.ts";

const start = new Date("2026-03-01T12:00:00Z").getTime();
const entry = {
  place: "network",
  schedule: { expression: "rate(90 days)" },
  consumers: { clusters: [] },
  credentials: [],
  grace: 0,
  deadline: 86_400_000,
};
const secret: SecretState = {
  arn: "arn",
  name: "app",
  tags: new Map([[sightingTag, `new/${new Date(start - 60_000).toISOString()}`]]),
  lastRotatedAt: new Date(start),
  versions: new Map([
    ["new", ["AWSCURRENT", "PREPARED", "FROM-old"]],
    ["old", ["AWSPREVIOUS", "RETIRING"]],
  ]),
};

/** One secret whose old credential has this many sessions at each look; the last number goes on. */
function scene(sessions: readonly number[], { secondsALook = 0 } = {}) {
  let now = start + 1000;
  let looks = 0;
  const seen = { lines: [] as LogLine[], reports: 0, labels: 0, looks: () => looks };
  const retirer = {
    retire: async () => {
      now += secondsALook * 1000;
      looks += 1;
      const count = sessions[Math.min(looks, sessions.length) - 1] ?? 0;
      return count > 0 ? { sessions: count } : ("dead" as const);
    },
  };
  const ports = {
    store: {
      describe: async (_: string, signal: AbortSignal) => {
        if (signal.aborted) throw new DeadlineReached();
        const versions = seen.labels > 0 ? new Map([["new", ["AWSCURRENT"]]]) : secret.versions;
        return { ...secret, versions };
      },
      list: async (signal: AbortSignal) => {
        if (signal.aborted) throw new DeadlineReached();
        return [secret];
      },
      moveLabel: async () => {
        seen.labels += 1;
        return "moved" as const;
      },
      tag: async () => {},
    },
    memory: new MemoryInProcess(),
    consumers: [],
    retirers: { network: retirer, internet: retirer },
    manifest: { stage: "production", exempt: [], secrets: { app: entry } },
  };
  const context = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      now += ms;
    },
    log: { step: (line: LogLine) => void seen.lines.push(line) },
    report: async () => {
      seen.reports += 1;
      return "told" as const;
    },
  };
  const run = (signal?: AbortSignal) =>
    settleBatch(
      { Records: [{ messageId: "1", body: "{}" }] },
      ports as unknown as SettlementPorts,
      contextFor({ ...context, ...(signal && { signal }) }),
    );
  return { seen, context, run, elapsed: () => now - start };
}

const none = { batchItemFailures: [] };
const messages = (lines: readonly LogLine[]) => lines.map(({ message }) => message);

describe("what is a matter of seconds", () => {
  it("is looked at again until it is over, and each thing is logged once", async () => {
    const { seen, run } = scene([2, 2, 1, 0]);
    expect(await run()).toEqual(none);
    expect(seen.looks()).toBe(4);
    expect(messages(seen.lines)).toEqual([
      "waiting: 2 sessions use the old credential",
      "waiting: 1 session uses the old credential",
      "settled",
    ]);
  });

  it.each([0, 7])(
    "is given up after two minutes, looks of %d seconds included",
    async (secondsALook) => {
      const { seen, run, elapsed } = scene([1], { secondsALook });
      expect(await run()).toEqual(none);
      expect(elapsed()).toBeGreaterThan(90_000);
      expect(elapsed()).toBeLessThan(140_000);
      expect(seen.reports).toBe(0);
      expect(seen.lines).toHaveLength(1);
    },
  );

  it("is nobody's failure when the function's time is over", async () => {
    const { seen, context, run } = scene([1]);
    const deadline = new AbortController();
    context.sleep = async () => deadline.abort();
    expect(await run(deadline.signal)).toEqual(none);
    expect(seen.reports).toBe(0);
    expect(messages(seen.lines)).toEqual(["waiting: 1 session uses the old credential"]);
  });

  it("is another thing than a first look that finds no time: that message comes again", async () => {
    const { run } = scene([1]);
    expect(await run(AbortSignal.abort())).toEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
  });
});

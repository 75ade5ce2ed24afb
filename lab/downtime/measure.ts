import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Server, Strategy } from "../server.ts";
import { startWorld } from "../world.ts";
import type { MeasuredEngine } from "./engines.ts";

/** Pauses between two steps that are measured, of each strategy. */
export const stepGaps = [0, 1000] as const;

export interface DowntimeRow {
  readonly engine: string;
  readonly strategy: string;
  readonly stepGapMs: number;
  readonly rotations: number;
  /** Logins of a client that reads AWSCURRENT before each, over all rotations. */
  readonly attempted: number;
  readonly failed: number;
  /** In the worst rotation. */
  readonly failedMax: number;
  /** In the worst rotation: from the start of its first failed login to the end of its last. */
  readonly failedSpanMs: number;
}

/** Per rotation, by engine or by strategy. A strategy that is not listed fails no login. */
const budgets: Readonly<Record<string, { failed: number; spanMs: number }>> = {
  "in-place": { failed: 2, spanMs: 50 },
  // RDS changes the password when it likes: until a login shows it, and AWSCURRENT moves, every login fails.
  "rds-master": { failed: Number.POSITIVE_INFINITY, spanMs: 1000 },
};

const none = { failed: 0, spanMs: 0 };

/** How long the client is watched after each rotation. */
const afterwardsMs = 100;

/**
 * Rotates again and again under one client's logins; each rotation is settled before the next.
 * @throws when a rotation fails or its old credential stays accepted
 */
export async function measureDowntime(
  server: Server,
  { name: engine, master }: Pick<MeasuredEngine, "name" | "master">,
  { strategy, stepGapMs }: { strategy: Strategy; stepGapMs: number },
  rotations: number,
): Promise<DowntimeRow> {
  const name = `downtime_${randomBytes(4).toString("hex")}`;
  const timing = { stepGapMs };
  await using world = await startWorld({
    server,
    strategy,
    name,
    timing,
    ...(master && { master }),
  });
  await using consumer = await world.consumer();
  const total = { attempted: 0, failed: 0, failedMax: 0, failedSpanMs: 0 };
  for (let done = 0; done < rotations; done += 1) {
    await consumer.mark();
    const { succeeded, attempts } = await world.rotate();
    await sleep(afterwardsMs);
    const settled = await world.settle();
    const { attempted, failed, failedSpanMs } = await consumer.stats();
    if (!succeeded || attempts > 1 || !settled)
      throw new Error(`Rotation ${done + 1} (${strategy}) did not go through undisturbed.`);
    total.attempted += attempted;
    total.failed += failed;
    total.failedMax = Math.max(total.failedMax, failed);
    total.failedSpanMs = Math.max(total.failedSpanMs, failedSpanMs);
  }
  const failedSpanMs = Math.round(total.failedSpanMs * 10) / 10;
  return { engine, strategy, stepGapMs, rotations, ...total, failedSpanMs };
}

/** Also false if nothing was measured. */
export function isWithinBudget({ engine, strategy, ...row }: DowntimeRow): boolean {
  const budget = budgets[engine] ?? budgets[strategy] ?? none;
  return row.attempted > 0 && row.failedMax <= budget.failed && row.failedSpanMs <= budget.spanMs;
}

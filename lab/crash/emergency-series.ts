import { mixed } from "../mixed-secret.ts";
import { EmergencySubject, type Situation, situations } from "./emergency-subject.ts";
import type { Series } from "./series.ts";

/** Waits of Lambda before it tries an asynchronous invocation again, in milliseconds; minutes on AWS. */
const asyncRetryDelaysMs = [100, 200];

const kinds = [
  { kind: "alternating-users", strategy: "alternating-users" },
  { kind: "in-place", strategy: "in-place" },
  { kind: "mixed with a generated value", strategy: "alternating-users", beside: mixed },
] as const;

const recoveries = [
  { recovery: "asked for again", asksAgain: true },
  { recovery: "nobody does anything", asksAgain: false },
] as const;

/** While the last one is not settled, a plain one is refused. */
const actionsIn = (situation: Situation) =>
  situation === "unsettled" ? (["leaked"] as const) : (["leaked", "rotate"] as const);

/** Emergencies of PostgreSQL; what leaked in every situation, and a plain rotation where it may begin. */
export const emergencySeries: readonly Series[] = kinds.flatMap(({ kind, strategy, ...more }) =>
  situations.flatMap((situation) =>
    actionsIn(situation).flatMap((action) =>
      recoveries.map(({ recovery, asksAgain }, index) => ({
        type: "postgres",
        subject: `emergency ${action}, ${kind}, ${situation}`,
        recovery,
        share: { index, count: recoveries.length },
        strategy,
        // They mostly wait.
        worlds: 5,
        attempts: 3,
        lambda: { asyncRetryDelaysMs },
        ...more,
        make: (world, proxy) =>
          new EmergencySubject(world, proxy, { action, situation, asksAgain }),
      })),
    ),
  ),
);

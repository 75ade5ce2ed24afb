import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "../../lib/rotation/event.ts";
import type { ConsumerStats } from "../consumer/consumers.ts";
import type { MuejamSecret } from "../muejam.ts";
import { StepWatch, type WatchedStep } from "../step-watch.ts";
import type { World } from "../world.ts";
import { CountedConsumer } from "./counted-consumer.ts";
import { deny } from "./failures.ts";

/** What one rotation showed. */
export interface Performance {
  readonly succeeded: boolean;
  readonly attempts: number;
  readonly steps: readonly WatchedStep[];
  /** The rotation function's, before retirement. */
  readonly connections: { readonly opened: number; readonly refused: number };
  /** The consumer's, from its start to its end. */
  readonly logins: ConsumerStats;
  /** Those of them that began after the rotation had ended. */
  readonly loginsAfter: { readonly attempted: number; readonly failed: number };
  /** AWSCURRENT after the rotation; it holds a password. */
  readonly secret: MuejamSecret;
  readonly currentLogsIn: boolean;
  readonly oldCredentialRefused: boolean;
}

/** How long the consumer is watched after the rotation. */
const afterwardsMs = 300;

/**
 * One rotation under a consumer's eyes; then the old credential is proven dead and RETIRING removed.
 * @param world on a server of its own, whose connections are counted
 * @param fail the step that fails on every attempt
 * @param tell hears of each step when it has ended
 */
export async function perform(
  world: World,
  fail: Step | undefined,
  tell: (step: WatchedStep) => void,
): Promise<Performance> {
  await using consumer = await CountedConsumer.start(world);
  using watch = new StepWatch(world.aws, tell);
  using _denial = fail && deny(fail, world, watch);
  const { succeeded, attempts } = await world.rotate();
  const during = await consumer.stats();
  await sleep(afterwardsMs);
  const logins = await consumer.stats();
  const consumerConnections = await consumer.stop();
  const secret = await world.secret();
  return {
    ...{ succeeded, attempts, steps: watch.ended, logins, secret },
    loginsAfter: {
      attempted: logins.attempted - during.attempted,
      failed: logins.failed - during.failed,
    },
    currentLogsIn: await world.accepts(secret),
    connections: ofFunction(world, consumerConnections),
    oldCredentialRefused: succeeded && (await world.settle()),
  };
}

/** Nobody else is left: what the server counted, less the consumer's and the harness's own. */
function ofFunction({ postgres, checks }: World, consumer: Performance["connections"]) {
  const { received, refused } = postgres.connections();
  return {
    opened: received - consumer.opened - checks.made,
    refused: refused - consumer.refused - checks.refused,
  };
}

/** What should not have been; empty when the rotation kept what Quarterturn promises. */
export function brokenPromises(shown: Performance, fail: Step | undefined): string[] {
  const { succeeded, loginsAfter, currentLogsIn, oldCredentialRefused } = shown;
  const broken = [
    !fail && !succeeded && `The rotation failed in ${failureOf(shown)}`,
    fail && succeeded && `${fail} was to fail, but the rotation succeeded.`,
    !currentLogsIn && "AWSCURRENT is refused.",
    loginsAfter.attempted === 0 && "The consumer did not log in after the rotation.",
    loginsAfter.failed > 0 && `${loginsAfter.failed} logins failed after the rotation.`,
    succeeded && !oldCredentialRefused && "The old credential is still accepted.",
  ];
  return broken.filter((each) => each !== false && each !== undefined);
}

/** What the last step said. */
export function failureOf({ steps }: Pick<Performance, "steps">): string {
  const last = steps.at(-1);
  const { errorType = "no error", errorMessage = "AWSCURRENT did not move." } = last?.error ?? {};
  return `${last?.step}: ${errorType}: ${errorMessage}`;
}

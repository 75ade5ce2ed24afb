import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "../../lib/rotation/event.ts";
import { messageFor } from "../aws/aws.ts";
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
  /** What on-call was sent. */
  readonly alerts: readonly AlertShown[];
}

/** The parts of an alert's JSON event that a reader looks for first. */
export interface AlertShown {
  readonly severity: string;
  readonly code: string;
  readonly step: string;
  readonly productionSafe: boolean;
  readonly message: string;
}

/** How long the consumer is watched after the rotation, and after the old credential has ended. */
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
  const untilRetired = await consumer.stats();
  const connections = ofFunction(world, await consumer.stop());
  const secret = await world.secret();
  const currentLogsIn = await world.accepts(secret);
  const ended = succeeded ? await retire(world) : { refused: false, logins: noLogins };
  const logins = sum(untilRetired, ended.logins);
  return {
    ...{ succeeded, attempts, steps: watch.ended, logins, secret, connections, currentLogsIn },
    loginsAfter: {
      attempted: logins.attempted - during.attempted,
      failed: logins.failed - during.failed,
    },
    oldCredentialRefused: ended.refused,
    alerts: world.aws.notifications.map((sent) => JSON.parse(messageFor(sent, "lambda"))),
  };
}

/** Ends the old credential while the consumer, which is on the new one, goes on logging in. */
async function retire(world: World): Promise<{ refused: boolean; logins: ConsumerStats }> {
  await using consumer = await world.consumer();
  const refused = await world.settle();
  await sleep(afterwardsMs);
  return { refused, logins: await consumer.stats() };
}

const noLogins: ConsumerStats = { attempted: 0, failed: 0, failedSpanMs: 0, failures: [] };

function sum(a: ConsumerStats, b: ConsumerStats): ConsumerStats {
  return {
    attempted: a.attempted + b.attempted,
    failed: a.failed + b.failed,
    failedSpanMs: Math.max(a.failedSpanMs, b.failedSpanMs),
    failures: [...a.failures, ...b.failures],
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
    shown.alerts.length !== (succeeded ? 0 : 1) && `On-call got ${shown.alerts.length} alerts.`,
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

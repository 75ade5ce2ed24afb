import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "../../lib/rotation/event.ts";
import { messageFor } from "../../standin/aws.ts";
import type { ConsumerStats } from "../consumer/consumers.ts";
import type { DatabaseSecret } from "../database-secret.ts";
import type { Strategy } from "../server.ts";
import { StepWatch, type WatchedStep } from "../step-watch.ts";
import type { World } from "../world.ts";
import { deny } from "./failures.ts";
import { type ServiceShown, WatchedService } from "./service.ts";

/** The result of one rotation. */
export interface Performance {
  readonly succeeded: boolean;
  readonly attempts: number;
  readonly steps: readonly WatchedStep[];
  /** The rotation function's, before retirement. `refused` is `null` where the server's log does not tell. */
  readonly connections: { readonly opened: number; readonly refused: number | null };
  /** The consumers', from their start to their end. */
  readonly logins: ConsumerStats;
  /** Logins that began after the rotation had ended. */
  readonly loginsAfter: { readonly attempted: number; readonly failed: number };
  /** AWSCURRENT after the rotation; it holds a password. */
  readonly secret: DatabaseSecret;
  readonly currentLogsIn: boolean;
  /** The ECS services that settlement replaced. */
  readonly services: readonly ServiceShown[];
  /** When the old credential was proven dead; `null` if it was not. */
  readonly retiredAt: string | null;
  readonly oldCredentialRefused: boolean;
  /** The alerts that on-call got. */
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

/** How long the consumers are watched after the rotation, and after the old credential has ended. */
const afterwardsMs = 300;

/** Between two logins of a consumer, in milliseconds: it leaves the machine to the rotation. */
const pauseMs = 100;

/** In a service of injected consumers. */
const tasks = 3;

/** The tasks of a service keep what they got: with one password they fail until they are replaced. */
export const sparesInjected = (strategy: Strategy): boolean => strategy !== "in-place";

/**
 * One rotation and its settlement under the eyes of a reading consumer and, where the strategy spares them,
 * of an ECS service of injected ones.
 * @param fail the step that fails on every attempt
 * @param tell gets each step when it has ended
 */
export async function perform(
  world: World,
  { strategy, fail }: { strategy: Strategy; fail: Step | undefined },
  tell: (step: WatchedStep) => void,
): Promise<Performance> {
  const injected = sparesInjected(strategy) ? tasks : 0;
  using service = injected > 0 ? await WatchedService.start(world, injected, pauseMs) : undefined;
  await using consumer = await world.consumer(pauseMs);
  using watch = new StepWatch(world.aws, tell);
  using _denial = fail && deny(fail, world, watch);
  const { succeeded, attempts } = await world.rotate();
  const logins = async () => sum(await consumer.stats(), service?.stats() ?? noLogins);
  const connections = ofFunction(world, watch.ended);
  const during = await logins();
  await sleep(afterwardsMs);
  const ended = succeeded ? await end(world, service) : nothingEnded;
  await sleep(afterwardsMs);
  const all = await logins();
  const secret = await world.secret();
  return {
    succeeded,
    attempts,
    steps: watch.ended,
    secret,
    connections,
    ...ended,
    logins: all,
    loginsAfter: {
      attempted: all.attempted - during.attempted,
      failed: all.failed - during.failed,
    },
    currentLogsIn: await world.accepts(secret),
    alerts: world.aws.notifications.map((sent) => JSON.parse(messageFor(sent, "lambda"))),
  };
}

type Ended = Pick<Performance, "services" | "retiredAt" | "oldCredentialRefused">;

const nothingEnded: Ended = { services: [], retiredAt: null, oldCredentialRefused: false };

/** Where a service shows it, settlement is connected to its events; else it is invoked. */
async function end(world: World, service: WatchedService | undefined): Promise<Ended> {
  const { AWSPREVIOUS: old = "" } = await world.labels();
  if (!service) {
    const refused = await world.settle();
    return { services: [], retiredAt: new Date().toISOString(), oldCredentialRefused: refused };
  }
  const settled = await service.settled();
  const refused = !(await world.accepts(await world.secret({ VersionId: old })));
  if (!settled) return { ...nothingEnded, oldCredentialRefused: refused };
  return {
    services: [settled.service],
    retiredAt: settled.retiredAt,
    oldCredentialRefused: refused,
  };
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

/** The function's connections are known by their ports. */
function ofFunction({ server }: World, steps: readonly WatchedStep[]) {
  const ports = steps
    .flatMap(({ sockets }) => sockets)
    .filter(({ remotePort }) => remotePort === server.port)
    .map(({ localPort }) => localPort);
  return { opened: ports.length, refused: server.refused?.(new Set(ports)) ?? null };
}

/** Broken promises; empty if there are none. */
export function brokenPromises(shown: Performance, fail: Step | undefined): string[] {
  const { succeeded, loginsAfter, currentLogsIn, oldCredentialRefused } = shown;
  const broken = [
    !fail && !succeeded && `The rotation failed in ${failureOf(shown)}`,
    fail && succeeded && `${fail} was to fail, but the rotation succeeded.`,
    !currentLogsIn && "AWSCURRENT is refused.",
    loginsAfter.attempted === 0 && "The consumer did not log in after the rotation.",
    loginsAfter.failed > 0 && `${loginsAfter.failed} logins failed after the rotation.`,
    shown.alerts.length !== (succeeded ? 0 : 1) && `On-call got ${shown.alerts.length} alerts.`,
    succeeded && !shown.retiredAt && "The rotation was not settled.",
    succeeded && !oldCredentialRefused && "The old credential is still accepted.",
  ];
  return broken.filter((each) => each !== false && each !== undefined);
}

/** The error of the last step. */
export function failureOf({ steps }: Pick<Performance, "steps">): string {
  const last = steps.at(-1);
  const { errorType = "no error", errorMessage = "AWSCURRENT did not move." } = last?.error ?? {};
  return `${last?.step}: ${errorType}: ${errorMessage}`;
}

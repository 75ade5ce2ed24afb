import { setTimeout as sleep } from "node:timers/promises";
import type { Aws } from "../../standin/aws.ts";
import { createIdleService, startCluster } from "../idle-service.ts";
import type { Server } from "../server.ts";
import { queueEvents, settleFrom } from "../settlement.ts";
import { type ManySecrets, startManySecrets } from "./many-secrets.ts";

export interface SettlementFigures {
  readonly secrets: number;
  readonly services: number;
  readonly deployments: number;
  /** From the last promotion until the last secret is settled. */
  readonly seconds: number;
  /** Of settlement alone: its function and the one that retires. */
  readonly awsRequests: {
    readonly total: number;
    readonly byOperation: Readonly<Record<string, number>>;
  };
  readonly awsRequestsPerSecret: number;
}

export interface SettlementLoad {
  readonly secrets: number;
  readonly services: number;
  /** How many of the secrets each service reads; together they read every one. */
  readonly reads: number;
}

/** Rotations at once. */
const width = 4;

/** How long settling may take, in milliseconds. */
const patience = 120_000;

/**
 * Rotates all the secrets together, and lets the queue and the functions settle them: the queue gives nothing out until
 * all are promoted, however long that takes on this machine.
 * @throws when a secret is not settled
 */
export async function measureSettlement(
  server: Server,
  { secrets, services, reads }: SettlementLoad,
): Promise<SettlementFigures> {
  await using many = await startManySecrets(server, secrets);
  const { aws, arns, settleArn } = many;
  await startServices(aws, [...arns.values()], services, reads);
  const queueArn = await queueEvents(aws, { delaySeconds: 0, visibilitySeconds: 30 });
  const before = aws.calls.length;
  using settled = new Settled(aws, secrets);

  await rotateAll(many);
  const promotedAt = performance.now();
  await settleFrom(aws, queueArn, settleArn);
  await settled.all();
  const seconds = Math.round((performance.now() - promotedAt) / 100) / 10;

  const byOperation: Record<string, number> = {};
  let total = 0;
  for (const { principal, operation } of aws.calls.slice(before)) {
    if (!/^(settle|retire-database)-\d+$/.test(principal)) continue;
    byOperation[operation] = (byOperation[operation] ?? 0) + 1;
    total += 1;
  }
  const { UpdateService: deployments = 0 } = byOperation;
  const awsRequestsPerSecret = Math.round((total / secrets) * 10) / 10;
  const awsRequests = { total, byOperation };
  return { secrets, services, deployments, seconds, awsRequests, awsRequestsPerSecret };
}

/** Each reads so many of the secrets. Resolves when they run. */
export async function startServices(
  aws: Aws,
  arns: readonly string[],
  services: number,
  reads: number,
): Promise<void> {
  const ecs = await startCluster(aws);
  const names = Array.from({ length: services }, (_, index) => `service${index}`);
  const starting = new Set(names);
  const allStarted = Promise.withResolvers<void>();
  using _ = aws.ecs.onEvent(({ detail, resources: [arn] }) => {
    if (detail.eventName !== "SERVICE_DEPLOYMENT_COMPLETED") return;
    starting.delete(arn.slice(arn.lastIndexOf("/") + 1));
    if (starting.size === 0) allStarted.resolve();
  });
  for (const [index, name] of names.entries()) {
    const first = Math.floor((index * arns.length) / services);
    const own = Array.from({ length: reads }, (_, at) => arns[(first + at) % arns.length] ?? "");
    await createIdleService(ecs, name, own);
  }
  await allStarted.promise;
}

async function rotateAll({ arns, rotate }: ManySecrets): Promise<void> {
  const waiting = [...arns.keys()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await rotate(next);
  };
  await Promise.all(Array.from({ length: width }, work));
}

/** Notes which secrets lose RETIRING, which settlement removes last. */
export class Settled implements Disposable {
  readonly #left = Promise.withResolvers<void>();
  readonly #hook: Disposable;

  constructor(aws: Aws, count: number) {
    const secrets = new Set<unknown>();
    this.#hook = aws.intercept({
      after: ({ operation, input }) => {
        const isRemoval = input["VersionStage"] === "RETIRING" && !input["MoveToVersionId"];
        if (operation !== "UpdateSecretVersionStage" || !isRemoval) return;
        if (secrets.add(input["SecretId"]).size === count) this.#left.resolve();
      },
    });
  }

  async all(): Promise<void> {
    const timeout = new AbortController();
    const late = sleep(patience, "late", { signal: timeout.signal }).catch(() => "settled");
    const outcome = await Promise.race([this.#left.promise, late]);
    timeout.abort();
    if (outcome === "late") throw new Error("Not all secrets were settled.");
  }

  [Symbol.dispose](): void {
    this.#hook[Symbol.dispose]();
  }
}

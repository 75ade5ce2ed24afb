import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "../../server.ts";
import { connectSettlement, createConsumerService } from "../../settlement.ts";
import { startWorld, type World } from "../../world.ts";

/** What an emergency does to a service of three tasks that log in all the time. Times in milliseconds, from the command. */
export interface ServiceFigures {
  /** To the first refused login with what leaked. */
  readonly deadMs: number;
  /** To the end of the deployment, and how long that took by itself. */
  readonly backMs: number;
  readonly deploymentMs: number;
  readonly failedLogins: number;
}

const tasks = 3;

/** Between two logins of a task, and until what leaked is tried again, in milliseconds. */
const [loginPause, tryPause] = [50, 10];

/** In milliseconds. */
const patience = 60_000;

/** As deployed: functions that are not running yet, and a queue that gives nothing out for 15 seconds. */
export async function measureLeakedPassword(server: Server): Promise<ServiceFigures> {
  await using world = await startWorld({ server, strategy: "alternating-users", name: "leaked" });
  const { aws, settleArn, secretArn, emergencyArn } = world;
  await connectSettlement(aws, settleArn, { delaySeconds: 15, visibilitySeconds: 30 });
  using consumers = new Consumers(world);
  const service = { cluster: "production", name: "web", tasks, secretArn, server };
  await createConsumerService(aws, { ...service, pauseMs: loginPause });
  await until(async () => consumers.tasks === tasks && consumers.completedAt !== undefined);
  const leaked = await world.secret();
  consumers.begin();
  const start = performance.now();
  const event = { action: "leaked", secrets: [secretArn], reason: "bench" };
  const { error } = await aws.functions.invoke(emergencyArn, event);
  if (error) throw new Error(`${error.errorType}: ${error.errorMessage}`);
  await until(async () => !(await server.accepts(leaked)), tryPause);
  const deadMs = Math.round(performance.now() - start);
  await until(async () => consumers.completedAt !== undefined);
  const { completedAt = 0, startedAt = 0, failedLogins } = consumers;
  return {
    deadMs,
    backMs: Math.round(completedAt - start),
    deploymentMs: Math.round(completedAt - startedAt),
    failedLogins,
  };
}

/** Watches a service, and counts the logins of its tasks. */
class Consumers implements Disposable {
  failedLogins = 0;
  startedAt: number | undefined;
  completedAt: number | undefined;
  readonly #seen = new Set<string>();
  readonly #hooks = new DisposableStack();

  constructor({ aws }: World) {
    this.#hooks.use(aws.ecs.onOutput(({ taskArn, line }) => this.#count(taskArn, line)));
    this.#hooks.use(
      aws.ecs.onEvent(({ detail: { eventName } }) => {
        if (eventName === "SERVICE_DEPLOYMENT_IN_PROGRESS") this.startedAt = performance.now();
        if (eventName === "SERVICE_DEPLOYMENT_COMPLETED") this.completedAt = performance.now();
      }),
    );
  }

  /** Those that have logged in. */
  get tasks(): number {
    return this.#seen.size;
  }

  begin(): void {
    this.failedLogins = 0;
    this.completedAt = undefined;
  }

  [Symbol.dispose](): void {
    this.#hooks.dispose();
  }

  #count(taskArn: string, line: string): void {
    if (!line.startsWith('{"startedAt"')) return;
    if (JSON.parse(line).code === undefined) this.#seen.add(taskArn);
    else this.failedLogins += 1;
  }
}

/** @throws when it is not so within a minute */
export async function until(isSo: () => Promise<boolean>, pauseMs = 50): Promise<void> {
  for (const end = performance.now() + patience; !(await isSo()); await sleep(pauseMs))
    if (performance.now() > end) throw new Error("The emergency does not come to its end.");
}

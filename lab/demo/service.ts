import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
} from "@aws-sdk/client-ecs";
import { keysOf } from "../clients.ts";
import type { ConsumerStats } from "../consumer/consumers.ts";
import type { Attempt } from "../consumer/messages.ts";
import { connectSettlement, createConsumerService } from "../settlement.ts";
import type { World } from "../world.ts";

const [cluster, name] = ["production", "web"];

/** What became of the service, and of the credential that its tasks had. */
export interface ServiceShown {
  readonly name: string;
  readonly tasks: number;
  /** The service deployment that replaced them. */
  readonly deployment: string;
  /** When every task was proven to run on the new version. */
  readonly provenAt: string;
}

/** How long settlement may take, in milliseconds. */
const patience = 30_000;

/** An ECS service whose tasks had the secret injected and log in all the time, with settlement at work. */
export class WatchedService implements Disposable {
  readonly #world: World;
  readonly #attempts: Attempt[] = [];
  readonly #parts = new DisposableStack();
  #provenAt: Date | undefined;
  #retiredAt: Date | undefined;

  private constructor(world: World) {
    this.#world = world;
    const { ecs } = world.aws;
    this.#parts.use(ecs.onOutput(({ line }) => void this.#attempts.push(JSON.parse(line))));
    this.#parts.use(
      world.aws.intercept({
        before: ({ operation, input }) => {
          // Settlement has the old credential ended only when everything is proven.
          if (operation === "Invoke" && JSON.stringify(input).includes("retire"))
            this.#provenAt = new Date();
        },
        after: ({ operation, input }) => {
          const removed = input["VersionStage"] === "RETIRING" && !input["MoveToVersionId"];
          if (operation === "UpdateSecretVersionStage" && removed) this.#retiredAt = new Date();
        },
      }),
    );
  }

  /** Resolves when every task has logged in. */
  static async start(world: World, tasks: number, pauseMs: number): Promise<WatchedService> {
    const service = new WatchedService(world);
    const { aws, server, settleArn, secretArn } = world;
    await connectSettlement(aws, settleArn, { delaySeconds: 1, visibilitySeconds: 30 });
    await createConsumerService(aws, { cluster, name, tasks, secretArn, server, pauseMs });
    while (service.#attempts.filter(({ code }) => !code).length < tasks * 3) await sleep(20);
    return service;
  }

  /** Waits until the rotation is settled; `undefined` when it is not in time. */
  async settled(): Promise<{ service: ServiceShown; retiredAt: string } | undefined> {
    const deadline = Date.now() + patience;
    while (!this.#retiredAt && Date.now() < deadline) await sleep(50);
    if (!this.#retiredAt || !this.#provenAt) return undefined;
    const { aws } = this.#world;
    const { endpoint, region } = aws;
    const client = new ECSClient({ endpoint, region, credentials: keysOf(aws, "operator") });
    const service = { cluster, services: [name] };
    const { services = [] } = await client.send(new DescribeServicesCommand(service));
    const list = new ListServiceDeploymentsCommand({ cluster, service: name });
    const { serviceDeployments = [] } = await client.send(list);
    client.destroy();
    const deployment = serviceDeployments[0]?.serviceDeploymentArn?.split("/").at(-1) ?? "";
    const provenAt = this.#provenAt.toISOString();
    const shown = { name, tasks: services[0]?.runningCount ?? 0, deployment, provenAt };
    return { service: shown, retiredAt: this.#retiredAt.toISOString() };
  }

  /** Of all tasks, the replaced ones included. */
  stats(): ConsumerStats {
    const failures = this.#attempts.flatMap(({ code, startedAt, endedAt }) =>
      code === undefined ? [] : [{ code, at: startedAt, endedAt }],
    );
    const [first, last] = [failures[0], failures.at(-1)];
    return {
      attempted: this.#attempts.length,
      failed: failures.length,
      failedSpanMs: first && last ? last.endedAt - first.at : 0,
      failures,
    };
  }

  [Symbol.dispose](): void {
    this.#parts.dispose();
  }
}

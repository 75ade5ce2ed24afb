import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  GetTaskProtectionCommand,
  ListServiceDeploymentsCommand,
  paginateListClusters,
  paginateListServices,
  paginateListTasks,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { awsFailure, callAws, type Send } from "../../aws/failures.ts";
import { chunks } from "../../chunks.ts";
import { onDemand } from "../../on-demand.ts";
import type { Ecs, ServiceRecord, TaskRecord } from "./ecs.ts";
import { ClusterUnreadable } from "./errors.ts";
import type { DeploymentFacts } from "./facts.ts";
import {
  idOf,
  isAlive,
  toContainer,
  toDeployment,
  toService,
  toTask,
  toVolumeCredential,
} from "./from-sdk.ts";
import type { TaskDefinition } from "./references.ts";

/**
 * In the account and Region of the environment. The SDK retries throttled calls, except UpdateService: a retry
 * after a lost reply would start a second deployment.
 */
export function ecsOnAws(): Ecs {
  return new EcsOnAws();
}

/** How many services or protected tasks, and how many tasks, one request may name (API reference). */
const [perDescribe, perDescribeTasks] = [10, 100];

class EcsOnAws implements Ecs {
  readonly #clients = {
    retrying: onDemand(() => new ECSClient({ maxAttempts: 6 })),
    once: onDemand(() => new ECSClient({ maxAttempts: 1 })),
  };
  /** By ARN. A revision never changes (developer guide, "Updating a task definition": it makes a new one). */
  readonly #definitions = new Map<string, TaskDefinition>();

  get #client(): ECSClient {
    return this.#clients.retrying();
  }

  get #paged() {
    return { client: this.#client };
  }

  clusters(signal: AbortSignal): Promise<readonly string[]> {
    return callAws("ecs:ListClusters", "the account", signal, (options) =>
      inAll(paginateListClusters(this.#paged, {}, options), ({ clusterArns }) => clusterArns),
    );
  }

  services(cluster: string, signal: AbortSignal): Promise<readonly ServiceRecord[]> {
    return this.#onCluster("ListServices", cluster, signal, async (options) => {
      const pages = paginateListServices(this.#paged, { cluster, maxResults: 100 }, options);
      const arns = await inAll(pages, ({ serviceArns }) => serviceArns);
      const found: ServiceRecord[] = [];
      for (const services of chunks(arns, perDescribe)) {
        const command = new DescribeServicesCommand({ cluster, services });
        const answer = await this.#client.send(command, options);
        found.push(...(answer.services ?? []).map(toService));
      }
      return found;
    });
  }

  tasks(cluster: string, signal: AbortSignal): Promise<readonly TaskRecord[]> {
    return this.#onCluster("ListTasks", cluster, signal, async (options) => {
      const arns: string[] = [];
      // The desired status of a draining task is STOPPED; it still runs.
      for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
        const pages = paginateListTasks(this.#paged, { cluster, desiredStatus }, options);
        arns.push(...(await inAll(pages, ({ taskArns }) => taskArns)));
      }
      const found: TaskRecord[] = [];
      for (const tasks of chunks([...new Set(arns)], perDescribeTasks)) {
        const command = new DescribeTasksCommand({ cluster, tasks });
        const answer = await this.#client.send(command, options);
        found.push(...(answer.tasks ?? []).filter(isAlive).map(toTask));
      }
      return found;
    });
  }

  async protections(
    cluster: string,
    taskIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Date>> {
    return callAws("ecs:GetTaskProtection", cluster, signal, async (options) => {
      const until = new Map<string, Date>();
      for (const tasks of chunks(taskIds, perDescribe)) {
        const command = new GetTaskProtectionCommand({ cluster, tasks });
        const { protectedTasks = [] } = await this.#client.send(command, options);
        for (const { taskArn, protectionEnabled, expirationDate } of protectedTasks)
          if (taskArn && protectionEnabled && expirationDate)
            until.set(idOf(taskArn), expirationDate);
      }
      return until;
    });
  }

  async taskDefinition(arn: string, signal: AbortSignal): Promise<TaskDefinition> {
    const known = this.#definitions.get(arn);
    if (known) return known;
    return callAws("ecs:DescribeTaskDefinition", arn, signal, async (options) => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn });
      const { taskDefinition } = await this.#client.send(command, options);
      const containers = (taskDefinition?.containerDefinitions ?? []).map(toContainer);
      const volumes = (taskDefinition?.volumes ?? []).flatMap(toVolumeCredential);
      const definition = { arn, containers, volumes };
      this.#definitions.set(arn, definition);
      return definition;
    });
  }

  async deployments(
    cluster: string,
    service: string,
    since: Date,
    signal: AbortSignal,
  ): Promise<readonly DeploymentFacts[]> {
    const on = `${cluster}/${service}`;
    return callAws("ecs:ListServiceDeployments", on, signal, async (options) => {
      const found: DeploymentFacts[] = [];
      let nextToken: string | undefined;
      do {
        const input = { cluster, service, createdAt: { after: since }, nextToken };
        const page = await this.#client.send(new ListServiceDeploymentsCommand(input), options);
        nextToken = page.nextToken;
        found.push(...(page.serviceDeployments ?? []).flatMap(toDeployment));
      } while (nextToken);
      return found.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    });
  }

  async roll(cluster: string, service: string, signal: AbortSignal): Promise<void> {
    const command = new UpdateServiceCommand({ cluster, service, forceNewDeployment: true });
    await callAws("ecs:UpdateService", `${cluster}/${service}`, signal, (options) =>
      this.#clients.once().send(command, options),
    );
  }

  async #onCluster<T>(
    action: string,
    cluster: string,
    signal: AbortSignal,
    send: Send<T>,
  ): Promise<T> {
    try {
      return await send({ abortSignal: signal });
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      if (name === "ClusterNotFoundException" || /AccessDenied/.test(name))
        throw new ClusterUnreadable(cluster, name);
      throw awsFailure(error, `ecs:${action}`, cluster, signal);
    }
  }
}

/** What every page of a list holds. */
async function inAll<P>(
  pages: AsyncIterable<P>,
  itemsOf: (page: P) => readonly string[] | undefined,
): Promise<string[]> {
  const items: string[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}

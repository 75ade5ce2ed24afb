import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  GetTaskProtectionCommand,
  ListServiceDeploymentsCommand,
  type ListTasksCommandInput,
  paginateListClusters,
  paginateListServices,
  paginateListTasks,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { awsFailure, callAws } from "../../aws/failures.ts";
import { chunks } from "../../chunks.ts";
import type { Ecs, ServiceRecord, TaskRecord } from "./ecs.ts";
import { ClusterUnreadable } from "./errors.ts";
import type { DeploymentFacts } from "./facts.ts";
import { idOf, isAlive, toContainer, toService, toTask, toVolumeCredential } from "./from-sdk.ts";
import type { TaskDefinition } from "./references.ts";

/**
 * In the account and Region of the environment. The SDK retries throttled calls, except UpdateService: a retry
 * after a lost reply would start a second deployment.
 */
export function ecsOnAws(): Ecs {
  return new EcsOnAws(new ECSClient({ maxAttempts: 6 }), new ECSClient({ maxAttempts: 1 }));
}

/** How many services or protected tasks, and how many tasks, one request may name (API reference). */
const [perDescribe, perDescribeTasks] = [10, 100];

class EcsOnAws implements Ecs {
  readonly #client: ECSClient;
  readonly #once: ECSClient;
  /** By ARN. A revision never changes (developer guide, "Updating a task definition": it makes a new one). */
  readonly #definitions = new Map<string, TaskDefinition>();

  constructor(client: ECSClient, once: ECSClient) {
    this.#client = client;
    this.#once = once;
  }

  clusters(signal: AbortSignal): Promise<readonly string[]> {
    return this.#call("ListClusters", "the account", signal, async (options) => {
      const arns: string[] = [];
      for await (const { clusterArns = [] } of paginateListClusters(
        { client: this.#client },
        {},
        options,
      ))
        arns.push(...clusterArns);
      return arns;
    });
  }

  services(cluster: string, signal: AbortSignal): Promise<readonly ServiceRecord[]> {
    return this.#onCluster("ListServices", cluster, signal, async (options) => {
      const arns: string[] = [];
      const pages = paginateListServices(
        { client: this.#client },
        { cluster, maxResults: 100 },
        options,
      );
      for await (const { serviceArns = [] } of pages) arns.push(...serviceArns);
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
        const input: ListTasksCommandInput = { cluster, desiredStatus };
        for await (const { taskArns = [] } of paginateListTasks(
          { client: this.#client },
          input,
          options,
        ))
          arns.push(...taskArns);
      }
      const found: TaskRecord[] = [];
      for (const tasks of chunks([...new Set(arns)], perDescribeTasks)) {
        const answer = await this.#client.send(
          new DescribeTasksCommand({ cluster, tasks }),
          options,
        );
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
    return this.#call("GetTaskProtection", cluster, signal, async (options) => {
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
    return this.#call("DescribeTaskDefinition", arn, signal, async (options) => {
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
    return this.#call(
      "ListServiceDeployments",
      `${cluster}/${service}`,
      signal,
      async (options) => {
        const found: DeploymentFacts[] = [];
        let nextToken: string | undefined;
        do {
          const input = { cluster, service, createdAt: { after: since }, nextToken };
          const page = await this.#client.send(new ListServiceDeploymentsCommand(input), options);
          nextToken = page.nextToken;
          for (const {
            serviceDeploymentArn,
            createdAt,
            status,
            statusReason,
          } of page.serviceDeployments ?? [])
            if (serviceDeploymentArn && createdAt && status)
              found.push({
                id: idOf(serviceDeploymentArn),
                createdAt,
                status,
                reason: statusReason,
              });
        } while (nextToken);
        return found.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
      },
    );
  }

  async roll(cluster: string, service: string, signal: AbortSignal): Promise<void> {
    await this.#call("UpdateService", `${cluster}/${service}`, signal, (options) =>
      this.#once.send(
        new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }),
        options,
      ),
    );
  }

  async #onCluster<T>(
    action: string,
    cluster: string,
    signal: AbortSignal,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
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

  async #call<T>(
    action: string,
    on: string,
    signal: AbortSignal,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return callAws(`ecs:${action}`, on, signal, send);
  }
}

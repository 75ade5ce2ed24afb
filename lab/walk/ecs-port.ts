import type { Ecs, ServiceRecord, TaskRecord } from "../../lib/consumers/ecs/ecs.ts";
import type { DeploymentFacts } from "../../lib/consumers/ecs/facts.ts";
import type { TaskDefinition } from "../../lib/consumers/ecs/references.ts";
import type { FakeEcs, FakeService } from "./ecs.ts";
import { awsFailure, type Gate, type Invocation } from "./gate.ts";

/** The port `Ecs` of one invocation, on services in memory. */
export class FakeEcsPort implements Ecs {
  readonly #ecs: FakeEcs;
  readonly #gate: Gate;
  readonly #by: Invocation;

  constructor(ecs: FakeEcs, gate: Gate, by: Invocation) {
    this.#ecs = ecs;
    this.#gate = gate;
    this.#by = by;
  }

  clusters(signal: AbortSignal): Promise<readonly string[]> {
    const call = awsFailure("ecs:ListClusters", "all");
    const list = () => [
      ...new Set([...this.#ecs.services, ...this.#ecs.tasks].map(({ cluster }) => cluster)),
    ];
    return this.#gate.call(this.#by, call, list, signal);
  }

  services(cluster: string): Promise<readonly ServiceRecord[]> {
    return this.#call("DescribeServices", cluster, () =>
      this.#ecs.services
        .filter((service) => service.cluster === shortName(cluster))
        .map((service) => ({
          arn: `arn:aws:ecs:eu-central-1:000000000000:service/${service.cluster}/${service.name}`,
          name: service.name,
          status: "ACTIVE",
          controller: service.controller,
          desiredCount: service.desired,
          taskDefinitions: [service.definition.arn],
        })),
    );
  }

  tasks(cluster: string): Promise<readonly TaskRecord[]> {
    return this.#call("DescribeTasks", cluster, () =>
      this.#ecs
        .live()
        .filter((task) => task.cluster === shortName(cluster))
        .map(({ id, createdAt, definition, service }) => ({
          id,
          createdAt: new Date(createdAt),
          taskDefinition: definition.arn,
          ...(service && { service: service.name }),
        })),
    );
  }

  protections(): Promise<ReadonlyMap<string, Date>> {
    return this.#call("GetTaskProtection", "tasks", () => new Map());
  }

  taskDefinition(arn: string): Promise<TaskDefinition> {
    return this.#call(
      "DescribeTaskDefinition",
      arn,
      () => this.#ecs.definitions.get(arn) ?? { arn, containers: [] },
    );
  }

  deployments(cluster: string, name: string, since: Date): Promise<readonly DeploymentFacts[]> {
    return this.#call("ListServiceDeployments", name, () =>
      (this.#service(cluster, name)?.deployments ?? [])
        .filter(({ createdAt }) => createdAt >= since.getTime())
        .map(({ id, createdAt, status }) => ({ id, createdAt: new Date(createdAt), status })),
    );
  }

  roll(cluster: string, name: string): Promise<void> {
    return this.#call("UpdateService", name, () => {
      const service = this.#service(cluster, name);
      if (service) this.#ecs.deploy(service);
    });
  }

  #service(cluster: string, name: string): FakeService | undefined {
    return this.#ecs.services.find(
      (service) => service.cluster === shortName(cluster) && service.name === name,
    );
  }

  #call<T>(action: string, on: string, effect: () => T): Promise<T> {
    return this.#gate.call(this.#by, awsFailure(`ecs:${action}`, on), effect);
  }
}

const shortName = (cluster: string) => cluster.slice(cluster.lastIndexOf("/") + 1);

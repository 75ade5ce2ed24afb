import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { Service } from "./model.ts";
import type { Task } from "./task.ts";

export interface Cluster {
  readonly arn: string;
  readonly name: string;
  readonly services: Map<string, Service>;
  /** By id, oldest first, stopped tasks included. */
  readonly tasks: Map<string, Task>;
}

/** The clusters of one account and Region, and the ARNs in them (the long format). */
export class ClusterTable {
  readonly #byName = new Map<string, Cluster>();
  readonly #arnPrefix: string;

  constructor(account: { region: string; accountId: string }) {
    this.#arnPrefix = `arn:aws:ecs:${account.region}:${account.accountId}:`;
  }

  all(): Cluster[] {
    return [...this.#byName.values()];
  }

  create(name: string): Cluster {
    const existing = this.#byName.get(name);
    if (existing !== undefined) return existing;
    const arn = this.arn("cluster", name);
    const cluster = { arn, name, services: new Map(), tasks: new Map() };
    this.#byName.set(name, cluster);
    return cluster;
  }

  remove({ name }: Cluster): void {
    this.#byName.delete(name);
  }

  /** By name or ARN; without one, the cluster "default". */
  lookUp(cluster = "default"): Cluster | undefined {
    return this.all().find(({ arn, name }) => cluster === arn || cluster === name);
  }

  /** As `lookUp`. Throws ClusterNotFoundException. */
  find(cluster?: string): Cluster {
    const found = this.lookUp(cluster);
    if (found !== undefined) return found;
    throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  }

  arn(kind: string, ...path: string[]): string {
    return `${this.#arnPrefix}${kind}/${path.join("/")}`;
  }
}

export function lookUpService(cluster: Cluster, service: string): Service | undefined {
  return [...cluster.services.values()].find(
    ({ arn, name }) => service === arn || service === name,
  );
}

/** By name or ARN. Throws ServiceNotFoundException. */
export function findService(cluster: Cluster, service: string): Service {
  const found = lookUpService(cluster, service);
  if (found !== undefined) return found;
  throw new AwsError("ServiceNotFoundException", "Service not found.");
}

/** By id or ARN. */
export function lookUpTask(cluster: Cluster, task: string): Task | undefined {
  const found = cluster.tasks.get(task.slice(task.lastIndexOf("/") + 1));
  return task.includes("/") && found?.arn !== task ? undefined : found;
}

export function tasksOf(cluster: Cluster, service: Service): Task[] {
  return [...cluster.tasks.values()].filter(({ spec }) => spec.service === service);
}

/** As AWS names tasks. */
export function newTaskId(): string {
  return randomUUID().replaceAll("-", "");
}

/** As AWS names deployments and service revisions: 19 digits. */
export function newNumber(): string {
  return `${randomInt(1_000_000_000, 10_000_000_000)}${randomInt(100_000_000, 1_000_000_000)}`;
}

/** As AWS names service deployments: 21 characters. */
export function newServiceDeploymentId(): string {
  return randomBytes(16).toString("base64url").replace(/[-_]/g, "x").slice(0, 21);
}

import type { DeploymentFacts, RolloutFacts, TaskFacts } from "./facts.ts";
import type { Override, TaskDefinition } from "./references.ts";

/** A service as DescribeServices shows it. */
export interface ServiceRecord {
  readonly arn: string;
  readonly name: string;
  readonly status: "ACTIVE" | "DRAINING" | "INACTIVE";
  readonly controller: "ECS" | "CODE_DEPLOY" | "EXTERNAL";
  readonly desiredCount: number;
  readonly rollout?: RolloutFacts | undefined;
  /** ARNs of the definitions that its deployments use. */
  readonly taskDefinitions: readonly string[];
}

export interface TaskRecord extends TaskFacts {
  readonly taskDefinition: string;
  /** The service's name; absent for a standalone task. */
  readonly service?: string | undefined;
  readonly overrides?: readonly Override[] | undefined;
}

/** The calls that change nothing. */
export type EcsReader = Omit<Ecs, "roll">;

/**
 * Amazon ECS. Every call throws AwsCallFailed, or DeadlineReached when the signal aborts; paging and throttling
 * are the implementation's business.
 */
export interface Ecs {
  /** ARNs of all clusters of the account and Region. */
  clusters(signal: AbortSignal): Promise<readonly string[]>;

  /** All services of a cluster. @throws ClusterUnreadable */
  services(cluster: string, signal: AbortSignal): Promise<readonly ServiceRecord[]>;

  /** All tasks of a cluster that are not STOPPED yet, draining ones included. @throws ClusterUnreadable */
  tasks(cluster: string, signal: AbortSignal): Promise<readonly TaskRecord[]>;

  /** Until when tasks are protected from scale-in, and so from deployments, by task id. */
  protections(
    cluster: string,
    taskIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Date>>;

  taskDefinition(arn: string, signal: AbortSignal): Promise<TaskDefinition>;

  /** Service deployments made since then, newest first. */
  deployments(
    cluster: string,
    service: string,
    since: Date,
    signal: AbortSignal,
  ): Promise<readonly DeploymentFacts[]>;

  /** Starts a deployment of the same task definition. Not idempotent: each call starts one. */
  roll(cluster: string, service: string, signal: AbortSignal): Promise<void>;
}

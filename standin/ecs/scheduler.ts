import { type Cluster, newTaskId, tasksOf } from "./cluster-table.ts";
import type { ContainerOverride } from "./container-definition.ts";
import type { Deployment, Service, TaskDefinition } from "./model.ts";
import { plan } from "./plan.ts";
import { type Announce, complete, fail, stopUnderWay } from "./rollout.ts";
import { Task, type TaskHost } from "./task.ts";

export interface TaskWanted {
  definition: TaskDefinition;
  group: string;
  overrides?: readonly ContainerOverride[];
  startedBy?: string | undefined;
  service?: Service;
  deployment?: Deployment;
}

/**
 * Starts tasks and keeps services at their desired state. After each change of a task or a service it
 * reconciles that service once.
 */
export class Scheduler {
  readonly #host: Omit<TaskHost, "onChange">;
  readonly #announce: Announce;
  readonly #touched = new Set<Service>();
  #closed = false;

  constructor(host: Omit<TaskHost, "onChange">, announce: Announce) {
    this.#host = host;
    this.#announce = announce;
  }

  /** Reconciles the service soon: it, or one of its tasks, has changed. */
  touch(cluster: Cluster, service: Service): void {
    if (this.#touched.has(service)) return;
    this.#touched.add(service);
    setImmediate(() => {
      this.#touched.delete(service);
      if (!this.#closed) this.#reconcile(cluster, service);
    });
  }

  /** As `touch`, at a time: epoch milliseconds. */
  touchAt(at: number, cluster: Cluster, service: Service): void {
    setTimeout(() => this.touch(cluster, service), Math.max(0, at - Date.now())).unref();
  }

  /** The task is PROVISIONING when this returns. */
  run(cluster: Cluster, wanted: TaskWanted): Task {
    const id = newTaskId();
    const spec = {
      overrides: [],
      ...wanted,
      arn: `${cluster.arn.replace(":cluster/", ":task/")}/${id}`,
      clusterArn: cluster.arn,
    };
    const { service } = wanted;
    const onChange: TaskHost["onChange"] = (changed, change) => {
      if (service === undefined || this.#closed) return;
      if (isFailure(changed, change)) this.#countFailure(service, changed);
      this.touch(cluster, service);
    };
    const task = new Task(spec, { ...this.#host, onChange });
    cluster.tasks.set(id, task);
    setImmediate(() => {
      if (!this.#closed) task.launch();
    });
    return task;
  }

  /** From now on it starts nothing. */
  close(): void {
    this.#closed = true;
  }

  #reconcile(cluster: Cluster, service: Service): void {
    const lookedAt = Date.now();
    const { primary, underWay } = service;
    if (primary === undefined) {
      if (service.status === "DRAINING") service.status = "INACTIVE";
      return;
    }
    if (underWay?.status === "PENDING") {
      Object.assign(underWay, { status: "IN_PROGRESS", startedAt: Date.now() });
    }
    const tasks = runningTasks(cluster, service);
    this.#forgiveFailures(primary, tasks);
    const startsAt = primary.failedAt + this.#host.clock.hurried(pauseAfter(primary.failures));
    const isFailed = primary.rolloutState === "FAILED";
    const { stop, start } = plan(
      tasks.map((task) => candidate(task, service)),
      {
        ...service.configuration,
        desiredCount: service.desiredCount,
        mayStart: !isFailed && startsAt <= Date.now(),
      },
    );
    for (const { task } of stop) task.stop("ServiceSchedulerInitiated", stopReason(task, primary));
    for (let count = 0; count < start; count += 1) this.#startTask(cluster, service, primary);
    if (startsAt > Date.now() && !isFailed) this.touchAt(startsAt, cluster, service);
    this.#conclude(cluster, service, primary, lookedAt);
  }

  #startTask(cluster: Cluster, service: Service, deployment: Deployment): void {
    this.run(cluster, {
      definition: deployment.taskDefinition,
      group: `service:${service.name}`,
      startedBy: deployment.id,
      service,
      deployment,
    });
  }

  /** Completes a deployment, and removes a deleted service, when their tasks are as desired. */
  #conclude(cluster: Cluster, service: Service, primary: Deployment, lookedAt: number): void {
    const running = runningTasks(cluster, service);
    // A task may have become ready meanwhile.
    for (const { readyAt = 0 } of running) {
      if (readyAt > lookedAt) this.touchAt(readyAt, cluster, service);
    }
    if (service.status === "DRAINING" && running.length === 0) {
      service.status = "INACTIVE";
      stopUnderWay(service, "Service deployment stopped because the service was deleted.");
    }
    const isSteady =
      service.status === "ACTIVE" &&
      running.length === service.desiredCount &&
      running.every((task) => task.spec.deployment === primary && isReady(task));
    if (isSteady && primary.rolloutState === "IN_PROGRESS") complete(service, this.#announce);
  }

  /** "Once a service deployment has one or more successfully running tasks, the failed task count resets to zero" (API_Deployment). */
  #forgiveFailures(primary: Deployment, tasks: readonly Task[]): void {
    const current = tasks.filter(({ spec }) => spec.deployment === primary);
    const recovered = current.some(
      (task) => isReady(task) && (task.readyAt ?? 0) > primary.failedAt,
    );
    if (recovered) primary.failures = 0;
  }

  #countFailure(service: Service, task: Task): void {
    const { deployment } = task.spec;
    if (deployment === undefined || deployment !== service.primary) return;
    deployment.failures += 1;
    deployment.failedAt = Date.now();
    const { enable } = service.configuration.deploymentCircuitBreaker;
    if (!enable || deployment.rolloutState !== "IN_PROGRESS") return;
    if (deployment.failures >= breakerThreshold(service)) fail(service, this.#announce);
  }
}

/** API_ServiceDeploymentCircuitBreaker: "0.5 * desired task count", at least 3 and at most 200. */
export function breakerThreshold({ desiredCount }: Service): number {
  return Math.min(200, Math.max(3, Math.ceil(0.5 * desiredCount)));
}

function runningTasks(cluster: Cluster, service: Service): Task[] {
  return tasksOf(cluster, service).filter(({ desiredStatus }) => desiredStatus === "RUNNING");
}

/** A deleted service stops protected tasks too. */
function candidate(task: Task, { primary, status }: Service) {
  return {
    task,
    isCurrent: task.spec.deployment === primary,
    isReady: isReady(task),
    isUnhealthy: task.health === "UNHEALTHY",
    isProtected: status === "ACTIVE" && task.isProtected,
  };
}

function isReady(task: Task): boolean {
  return (task.readyAt ?? Infinity) <= Date.now();
}

/**
 * "A task is considered a failure if the service scheduler can't launch the task, the task doesn't
 * transition to a RUNNING state, or if it fails any of its defined health checks" (API_Deployment).
 * A task that ends before it is ready counts as a failure, too.
 */
function isFailure(task: Task, change: Parameters<TaskHost["onChange"]>[1]): boolean {
  if (change === "health") return task.health === "UNHEALTHY";
  if (change !== "stopping" || task.health === "UNHEALTHY") return false;
  if (task.stopped?.code === "TaskFailedToStart") return true;
  return task.stopped?.code === "EssentialContainerExited" && !task.wasReady;
}

function stopReason(task: Task, primary: Deployment): string {
  return task.health === "UNHEALTHY"
    ? "Task failed container health checks"
    : `Scaling activity initiated by (deployment ${primary.id})`;
}

/**
 * "The service scheduler includes logic that throttles how often tasks are restarted if they
 * repeatedly fail to start"
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html).
 * Milliseconds.
 */
function pauseAfter(failures: number): number {
  return failures < 2 ? 0 : Math.min(10_000, 100 * 2 ** (failures - 2));
}

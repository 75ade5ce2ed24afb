import type { Deployment, Service, ServiceDeployment, TaskDefinition } from "./model.ts";

/** Sends the event for a deployment's new state. */
export type Announce = (service: Service, deployment: Deployment) => void;

export interface NewNames {
  deploymentId: string;
  revisionArn: string;
  serviceDeploymentArn: string;
}

/**
 * Replaces the PRIMARY deployment. A service deployment that was in progress becomes STOPPED.
 * Only the rolling update has rollout states, service deployments and events.
 */
export function begin(
  service: Service,
  taskDefinition: TaskDefinition,
  names: NewNames,
  announce: Announce,
): void {
  const now = Date.now();
  const target: Deployment = {
    id: names.deploymentId,
    revisionArn: names.revisionArn,
    taskDefinition,
    createdAt: now,
    updatedAt: now,
    rolloutState: "IN_PROGRESS",
    reason: `ECS deployment ${names.deploymentId} in progress.`,
    failures: 0,
    failedAt: 0,
  };
  const source = service.primary;
  if (source !== undefined) service.replaced.unshift(source);
  service.primary = target;
  if (service.controller !== "ECS") return;
  stopUnderWay(service, "Service deployment stopped because a newer one was created.");
  const record: ServiceDeployment = {
    arn: names.serviceDeploymentArn,
    target,
    source,
    createdAt: now,
    updatedAt: now,
    status: "PENDING",
  };
  service.underWay = record;
  service.history.unshift(record);
  announce(service, target);
}

/** The service is steady: no task of an older deployment is left. */
export function complete(service: Service, announce: Announce): void {
  const { primary, underWay } = service;
  if (primary === undefined) return;
  service.replaced = [];
  move(primary, "COMPLETED", `ECS deployment ${primary.id} completed.`);
  if (underWay === undefined) return;
  const isRolledBack = underWay.status === "ROLLBACK_IN_PROGRESS";
  finish(service, isRolledBack ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL");
  announce(service, primary);
}

/**
 * The circuit breaker has tripped
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html):
 * with `rollback` the last COMPLETED deployment is PRIMARY and IN_PROGRESS again and keeps the tasks
 * that it still has. If there is none, or it fails too, the service stalls.
 */
export function fail(service: Service, announce: Announce): void {
  const { primary, underWay, configuration } = service;
  if (primary === undefined || underWay === undefined) return;
  const why = "the circuit breaker threshold was exceeded.";
  move(primary, "FAILED", "ECS deployment circuit breaker: tasks failed to start.");
  announce(service, primary);
  const isRollback = underWay.status === "ROLLBACK_IN_PROGRESS";
  const last = service.replaced.find(({ rolloutState }) => rolloutState === "COMPLETED");
  if (!configuration.deploymentCircuitBreaker.rollback) {
    underWay.stoppedAt = Date.now();
    finish(service, "STOPPED", `Service deployment failed because ${why}`);
  } else if (isRollback || last === undefined) {
    finish(service, "ROLLBACK_FAILED", `Service deployment could not be rolled back: ${why}`);
  } else {
    rollBack(service, underWay, primary, last, why);
    announce(service, last);
  }
}

/** Stops the service deployment in progress: the service is deleted, or a newer one begins. */
export function stopUnderWay(service: Service, reason: string): void {
  if (service.underWay === undefined) return;
  service.underWay.stoppedAt = Date.now();
  finish(service, "STOPPED", reason);
}

function rollBack(
  service: Service,
  underWay: ServiceDeployment,
  failed: Deployment,
  to: Deployment,
  why: string,
): void {
  const reason = `Service deployment rolled back because ${why}`;
  const startedAt = Date.now();
  Object.assign(underWay, {
    status: "ROLLBACK_IN_PROGRESS",
    statusReason: reason,
    updatedAt: startedAt,
    rollback: { reason, startedAt, serviceRevisionArn: to.revisionArn },
  });
  service.replaced = [failed, ...service.replaced.filter((each) => each !== to)];
  service.primary = to;
  to.failures = 0;
  move(to, "IN_PROGRESS", `ECS deployment circuit breaker: rolling back to deploymentId ${to.id}.`);
}

function move(deployment: Deployment, to: Deployment["rolloutState"], reason: string): void {
  Object.assign(deployment, { rolloutState: to, reason, updatedAt: Date.now() });
}

function finish(service: Service, status: ServiceDeployment["status"], reason?: string): void {
  const { underWay } = service;
  if (underWay === undefined) return;
  const now = Date.now();
  Object.assign(underWay, {
    status,
    finishedAt: now,
    updatedAt: now,
    ...(reason && { statusReason: reason }),
  });
  delete service.underWay;
}

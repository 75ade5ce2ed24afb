import type { ContainerDefinition } from "./container-definition.ts";

/** Times are epoch milliseconds throughout. */
export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly containers: readonly ContainerDefinition[];
  /** The other members of RegisterTaskDefinition; only shown. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly registeredAt: number;
  /** INACTIVE from then on. */
  deregisteredAt?: number;
}

/** The tasks that a service starts from one revision (API_Deployment). */
export interface Deployment {
  /** `ecs-svc/…` */
  readonly id: string;
  readonly revisionArn: string;
  readonly taskDefinition: TaskDefinition;
  readonly createdAt: number;
  updatedAt: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  reason: string;
  /** Consecutive failed tasks. */
  failures: number;
  failedAt: number;
}

/** An entry of the service's history (API_ServiceDeployment). */
export interface ServiceDeployment {
  readonly arn: string;
  readonly target: Deployment;
  readonly source: Deployment | undefined;
  readonly createdAt: number;
  updatedAt: number;
  status:
    | "PENDING"
    | "IN_PROGRESS"
    | "SUCCESSFUL"
    | "STOPPED"
    | "ROLLBACK_IN_PROGRESS"
    | "ROLLBACK_SUCCESSFUL"
    | "ROLLBACK_FAILED";
  statusReason?: string;
  startedAt?: number;
  finishedAt?: number;
  stoppedAt?: number;
  rollback?: { reason: string; startedAt: number; serviceRevisionArn: string };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
interface DeploymentConfiguration {
  minimumHealthyPercent: number;
  maximumPercent: number;
  deploymentCircuitBreaker: { enable: boolean; rollback: boolean };
}

export interface Service {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly controller: "ECS" | "CODE_DEPLOY" | "EXTERNAL";
  readonly createdAt: number;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  configuration: DeploymentConfiguration;
  /** Absent if the external controller has created no task set. */
  primary?: Deployment;
  /** Deployments that still have tasks, or may be rolled back to. */
  replaced: Deployment[];
  /** The service deployment in progress. */
  underWay?: ServiceDeployment;
  /** The newest is first. */
  readonly history: ServiceDeployment[];
}

/** Dates on the wire are seconds since the epoch, with fractions. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

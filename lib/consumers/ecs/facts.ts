import type { Reference } from "../../settlement/consumer.ts";

/** A service that consumes a secret, as DescribeServices and its task definitions show it. */
export interface ReaderFacts {
  /** Name or ARN, as it was asked for. */
  readonly cluster: string;
  readonly name: string;
  readonly controller: "ECS" | "CODE_DEPLOY" | "EXTERNAL";
  readonly status: "ACTIVE" | "DRAINING" | "INACTIVE";
  readonly desiredCount: number;
  readonly rollout?: RolloutFacts | undefined;
  readonly references: readonly Reference[];
  /** Not yet STOPPED, draining ones included. */
  readonly tasks: readonly TaskFacts[];
}

/** The deployment of a service that DescribeServices calls PRIMARY; those of other controllers have none. */
export interface RolloutFacts {
  readonly id: string;
  readonly createdAt: Date;
  readonly state: "COMPLETED" | "FAILED" | "IN_PROGRESS";
}

/** The same, with how its deployments went. */
export interface ServiceFacts extends ReaderFacts {
  /** Service deployments, newest first. */
  readonly deployments: readonly DeploymentFacts[];
}

/** States as of ListServiceDeployments. */
export interface DeploymentFacts {
  readonly id: string;
  readonly createdAt: Date;
  readonly status:
    | "PENDING"
    | "IN_PROGRESS"
    | "SUCCESSFUL"
    | "STOPPED"
    | "STOP_REQUESTED"
    | "ROLLBACK_REQUESTED"
    | "ROLLBACK_IN_PROGRESS"
    | "ROLLBACK_SUCCESSFUL"
    | "ROLLBACK_FAILED";
  readonly reason?: string | undefined;
}

export interface TaskFacts {
  readonly id: string;
  /** When it entered PENDING, ahead of the injection of its secrets. */
  readonly createdAt: Date;
  /** It was told to stop; it may still run. */
  readonly isStopping?: boolean | undefined;
  readonly protectedUntil?: Date | undefined;
}

/** A task that no service started and that consumes a secret. */
export interface StandaloneFacts extends TaskFacts {
  readonly cluster: string;
  /** Of its task definition. */
  readonly family: string;
  readonly references: readonly Reference[];
}

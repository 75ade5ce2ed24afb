import type { Reference } from "../consumer.ts";

/** Of what is named or given by its ARN; within one account and Region the name tells clusters apart. */
export const shortName = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

/** A service that consumes a secret. */
export interface ServiceFacts {
  readonly cluster: string;
  readonly name: string;
  readonly controller: "ECS" | "CODE_DEPLOY" | "EXTERNAL";
  readonly status: "ACTIVE" | "DRAINING" | "INACTIVE";
  readonly desiredCount: number;
  readonly references: readonly Reference[];
  /** Service deployments, newest first. */
  readonly deployments: readonly DeploymentFacts[];
  /** Not yet STOPPED, draining ones included. */
  readonly tasks: readonly TaskFacts[];
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
  readonly protectedUntil?: Date | undefined;
}

/** A task that no service has started and that consumes a secret. */
export interface StandaloneFacts extends TaskFacts {
  readonly references: readonly Reference[];
}

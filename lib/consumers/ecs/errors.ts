import { RotationError } from "../../errors.ts";
import type { Problem } from "../../settlement/consumer.ts";

/** What keeps a secret from being settled until somebody acts, with what to do. */
export const remedies = {
  PINNED_REFERENCE:
    "Remove the version id or label from the reference in the task definition, and deploy it.",
  CONTROLLER_CANNOT_BE_FORCED:
    "Deploy the service with the tool that controls it; its new tasks get the new value.",
  ROLL_FAILED:
    "Find out why, and start a new deployment: aws ecs update-service --force-new-deployment.",
  ROLLED_BACK: "See the service's events for why its new tasks failed, and deploy again.",
  REFERENCE_OUTSIDE: "Add its cluster to clusters in rotation.yml.",
  POSSIBLE_CONSUMER:
    "If it uses the secret, start a new deployment of it, and name the secret in `secrets` or as a whole environment value. If it does not, add it (cluster/service, or cluster/family) to consumers.ignore in rotation.yml and deploy.",
} as const;

export const problem = (code: keyof typeof remedies, why: string): Problem => ({
  code,
  why,
  remedy: remedies[code],
});

/** A cluster does not exist, or may not be read: consumers may be in it. */
export class ClusterUnreadable extends RotationError {
  readonly cluster: string;
  /** There is no such cluster; else it may not be read. */
  readonly isAbsent: boolean;

  constructor(cluster: string, failure: string) {
    super({
      code: "CLUSTER_UNREADABLE",
      happened: `The cluster ${cluster} cannot be read (${failure}), so its consumers of the secret are not known.`,
      remedy:
        "Correct clusters in rotation.yml, or allow ecs:ListServices, ListTasks and their Describe actions on it.",
    });
    this.cluster = cluster;
    this.isAbsent = failure === "ClusterNotFoundException";
  }
}

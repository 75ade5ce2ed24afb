import { RotationError } from "../../errors.ts";

/** A cluster of the manifest does not exist, or may not be listed: consumers may be in it. */
export class ClusterUnreadable extends RotationError {
  /** There is no such cluster; else it may not be listed. */
  readonly isAbsent: boolean;

  constructor(cluster: string, failure: string) {
    super({
      code: "CLUSTER_UNREADABLE",
      happened: `The cluster ${cluster} cannot be read (${failure}), so nobody knows who consumes the secret in it.`,
      remedy:
        "Correct clusters in rotation.yml, or allow ecs:ListServices, ListTasks and their Describe actions on it.",
    });
    this.isAbsent = failure === "ClusterNotFoundException";
  }
}

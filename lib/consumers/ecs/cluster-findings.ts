import type { Asked } from "../../validation/ask.ts";
import { type Finding, unchecked } from "../../validation/finding.ts";
import { ClusterUnreadable } from "./errors.ts";

export interface AccountFacts {
  /** The clusters of the manifest, and all others of the account and Region. */
  readonly clusters: readonly ClusterFacts[];
  /** Whether the others could be listed. */
  readonly allClusters: Asked<unknown>;
}

interface ClusterFacts {
  /** As the manifest names it, else its ARN. */
  readonly cluster: string;
  /** Whether a secret of the manifest lists it. */
  readonly listed: boolean;
  readonly read: Asked<unknown>;
}

/** What is about the account and not about one secret. Pure. */
export function accountFindings({ clusters, allClusters }: AccountFacts): readonly Finding[] {
  const findings = clusters.flatMap(clusterFindings);
  if ("known" in allClusters) return findings;
  const allow = "ecs:ListClusters";
  const check = "whether secrets are consumed outside their clusters";
  return [...findings, unchecked(check, allClusters.unknown, { allow })];
}

function clusterFindings({ cluster, listed, read }: ClusterFacts): readonly Finding[] {
  if ("known" in read) return [];
  const { unknown } = read;
  const isMissing = unknown instanceof ClusterUnreadable && unknown.isAbsent;
  if (isMissing && !listed) return [];
  if (isMissing)
    return [
      {
        severity: "error",
        code: "CLUSTER_MISSING",
        what: `rotation.yml lists the cluster ${cluster}, which does not exist in this account and Region: settlement would alert after each rotation.`,
        remedy: "Correct clusters in rotation.yml.",
      },
    ];
  const allow =
    "ecs:ListServices, ListTasks, DescribeServices, DescribeTasks and DescribeTaskDefinition";
  return [unchecked(`who consumes secrets in the cluster ${cluster}`, unknown, { allow })];
}

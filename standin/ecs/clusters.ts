import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import type { Cluster, ClusterTable } from "./cluster-table.ts";
import { page, pageFields } from "./paging.ts";

export function clusterOperations(clusters: ClusterTable): Operations {
  return {
    CreateCluster: createCluster(clusters),
    DeleteCluster: deleteCluster(clusters),
    DescribeClusters: describeClusters(clusters),
    ListClusters: listClusters(clusters),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html */
function createCluster(clusters: ClusterTable) {
  const clusterName = z.string().regex(/^[\w-]{1,255}$/);
  return operation(z.object({ clusterName: clusterName.default("default") }), (input) => ({
    cluster: description(clusters.create(input.clusterName)),
  }));
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html */
function deleteCluster(clusters: ClusterTable) {
  return operation(z.object({ cluster: z.string() }), (input) => {
    const cluster = clusters.find(input.cluster);
    if ([...cluster.services.values()].some(({ status }) => status !== "INACTIVE")) {
      const message = "The Cluster cannot be deleted while Services are active.";
      throw new AwsError("ClusterContainsServicesException", message);
    }
    if ([...cluster.tasks.values()].some(({ lastStatus }) => lastStatus !== "STOPPED")) {
      const message = "The Cluster cannot be deleted while Tasks are active.";
      throw new AwsError("ClusterContainsTasksException", message);
    }
    clusters.remove(cluster);
    return { cluster: { ...description(cluster), status: "INACTIVE" } };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html */
function describeClusters(clusters: ClusterTable) {
  const shape = z.object({ clusters: z.array(z.string()).max(100).default(["default"]) });
  return operation(shape, (input) => {
    const found = input.clusters.flatMap((cluster) => clusters.lookUp(cluster) ?? []);
    const missing = input.clusters.filter((cluster) => clusters.lookUp(cluster) === undefined);
    return {
      clusters: found.map(description),
      failures: missing.map((cluster) => ({
        arn: cluster.startsWith("arn:") ? cluster : clusters.arn("cluster", cluster),
        reason: "MISSING",
      })),
    };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html */
function listClusters(clusters: ClusterTable) {
  return operation(z.object(pageFields), (input) => {
    const arns = clusters.all().map(({ arn }) => arn);
    const { items, ...next } = page(arns, input, 100);
    return { clusterArns: items, ...next };
  });
}

function description({ arn, name, services, tasks }: Cluster): object {
  const all = [...tasks.values()];
  const active = [...services.values()].filter(({ status }) => status === "ACTIVE");
  return {
    clusterArn: arn,
    clusterName: name,
    status: "ACTIVE",
    registeredContainerInstancesCount: 0,
    runningTasksCount: all.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingTasksCount: all.filter(({ isPending }) => isPending).length,
    activeServicesCount: active.length,
  };
}

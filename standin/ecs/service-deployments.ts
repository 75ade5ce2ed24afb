import { z } from "zod";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import { type Cluster, type ClusterTable, findService } from "./cluster-table.ts";
import { type Deployment, type Service, type ServiceDeployment, seconds } from "./model.ts";
import { page, pageFields } from "./paging.ts";
import { breakerThreshold } from "./scheduler.ts";
import { taskCounts } from "./service-descriptions.ts";

const STATUSES = [
  "PENDING",
  "SUCCESSFUL",
  "STOPPED",
  "STOP_REQUESTED",
  "IN_PROGRESS",
  "ROLLBACK_REQUESTED",
  "ROLLBACK_IN_PROGRESS",
  "ROLLBACK_SUCCESSFUL",
  "ROLLBACK_FAILED",
] as const;

export function serviceDeploymentOperations(clusters: ClusterTable): Operations {
  return {
    ListServiceDeployments: listServiceDeployments(clusters),
    DescribeServiceDeployments: describeServiceDeployments(clusters),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html */
function listServiceDeployments(clusters: ClusterTable) {
  const shape = z.object({
    cluster: z.string().optional(),
    service: z.string(),
    status: z.array(z.enum(STATUSES)).optional(),
    createdAt: z
      .object({ before: z.number().optional(), after: z.number().optional() })
      .default({}),
    ...pageFields,
  });
  return operation(shape, (input) => {
    const service = findService(clusters.find(input.cluster), input.service);
    const { before = Infinity, after = -Infinity } = input.createdAt;
    const listed = service.history
      .filter((each) => input.status === undefined || input.status.includes(each.status))
      .filter(({ createdAt }) => seconds(createdAt) >= after && seconds(createdAt) <= before);
    const { items, ...next } = page(listed, input, 20);
    const brief = items.map((each) => ({
      ...common(service, each),
      targetServiceRevisionArn: each.target.revisionArn,
    }));
    return { serviceDeployments: brief, ...next };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html */
function describeServiceDeployments(clusters: ClusterTable) {
  const shape = z.object({ serviceDeploymentArns: z.array(z.string()).min(1).max(20) });
  return operation(shape, ({ serviceDeploymentArns }) => {
    const known = clusters
      .all()
      .flatMap((cluster) => [...cluster.services.values()].map((service) => ({ cluster, service })))
      .flatMap((found) => found.service.history.map((each) => ({ ...found, each })));
    const found = known.filter(({ each }) => serviceDeploymentArns.includes(each.arn));
    const missing = serviceDeploymentArns.filter(
      (arn) => !known.some(({ each }) => each.arn === arn),
    );
    return {
      serviceDeployments: found.map(({ cluster, service, each }) =>
        description(cluster, service, each),
      ),
      failures: missing.map((arn) => ({ arn, reason: "MISSING" })),
    };
  });
}

function common(service: Service, each: ServiceDeployment): object {
  const { startedAt, finishedAt, statusReason } = each;
  return {
    serviceDeploymentArn: each.arn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    createdAt: seconds(each.createdAt),
    ...(startedAt !== undefined && { startedAt: seconds(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: seconds(finishedAt) }),
    status: each.status,
    ...(statusReason !== undefined && { statusReason }),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html */
function description(cluster: Cluster, service: Service, each: ServiceDeployment): object {
  const { target, source, rollback, stoppedAt, updatedAt } = each;
  const isOver = each.finishedAt !== undefined;
  const revision = (deployment: Deployment) => revisionSummary(cluster, service, deployment);
  return {
    ...common(service, each),
    updatedAt: seconds(updatedAt),
    ...(stoppedAt !== undefined && { stoppedAt: seconds(stoppedAt) }),
    sourceServiceRevisions: source === undefined ? [] : [revision(source)],
    targetServiceRevision: revision(target),
    deploymentConfiguration: service.configuration,
    ...(rollback && { rollback: { ...rollback, startedAt: seconds(rollback.startedAt) } }),
    deploymentCircuitBreaker: {
      status: breakerStatus(service, each, isOver),
      failureCount: target.failures,
      threshold: breakerThreshold(service),
    },
  };
}

function breakerStatus(service: Service, each: ServiceDeployment, isOver: boolean): string {
  if (!service.configuration.deploymentCircuitBreaker.enable) return "DISABLED";
  if (each.target.rolloutState === "FAILED") return "TRIGGERED";
  return isOver ? "MONITORING_COMPLETE" : "MONITORING";
}

function revisionSummary(cluster: Cluster, service: Service, deployment: Deployment): object {
  const { runningCount, pendingCount } = taskCounts(cluster, service, deployment);
  return {
    arn: deployment.revisionArn,
    requestedTaskCount: deployment === service.primary ? service.desiredCount : 0,
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
  };
}

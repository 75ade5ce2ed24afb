import { z } from "zod";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import { type Cluster, type ClusterTable, lookUpService, tasksOf } from "./cluster-table.ts";
import { type Deployment, type Service, seconds } from "./model.ts";
import { page, pageFields } from "./paging.ts";

export function serviceDescriptionOperations(clusters: ClusterTable): Operations {
  return {
    DescribeServices: describeServices(clusters),
    ListServices: listServices(clusters),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
function describeServices(clusters: ClusterTable) {
  const shape = z.object({
    cluster: z.string().optional(),
    services: z.array(z.string()).min(1).max(10),
  });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const found = input.services.flatMap((each) => lookUpService(cluster, each) ?? []);
    const missing = input.services.filter((each) => lookUpService(cluster, each) === undefined);
    return {
      services: found.map((service) => serviceDescription(cluster, service)),
      failures: missing.map((service) => ({
        arn: service.startsWith("arn:") ? service : clusters.arn("service", cluster.name, service),
        reason: "MISSING",
      })),
    };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html */
function listServices(clusters: ClusterTable) {
  const shape = z.object({ cluster: z.string().optional(), ...pageFields });
  return operation(shape, (input) => {
    const services = [...clusters.find(input.cluster).services.values()];
    const arns = services.filter(({ status }) => status === "ACTIVE").map(({ arn }) => arn);
    const { items, ...next } = page(arns, input, 10);
    return { serviceArns: items, ...next };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html */
export function serviceDescription(cluster: Cluster, service: Service): object {
  const { arn, name, controller, configuration, primary, replaced, underWay } = service;
  const deployments = primary === undefined ? [] : [primary, ...replaced];
  const isRolling = controller === "ECS";
  return {
    serviceArn: arn,
    serviceName: name,
    clusterArn: cluster.arn,
    status: service.status,
    desiredCount: service.desiredCount,
    ...taskCounts(cluster, service),
    launchType: "FARGATE",
    schedulingStrategy: "REPLICA",
    ...(controller !== "EXTERNAL" && { taskDefinition: primary?.taskDefinition.arn }),
    deploymentController: { type: controller },
    deploymentConfiguration: configuration,
    deployments: isRolling
      ? deployments.map((each) => deploymentDescription(cluster, service, each))
      : [],
    ...(!isRolling && {
      taskSets: deployments.map((each) => taskSetDescription(cluster, service, each)),
    }),
    ...(underWay && { currentServiceDeployment: underWay.arn }),
    createdAt: seconds(service.createdAt),
    events: [],
  };
}

export function taskCounts(cluster: Cluster, service: Service, deployment?: Deployment) {
  const tasks = tasksOf(cluster, service).filter(
    ({ spec }) => deployment === undefined || spec.deployment === deployment,
  );
  return {
    runningCount: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingCount: tasks.filter(({ isPending }) => isPending).length,
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html */
function deploymentDescription(cluster: Cluster, service: Service, each: Deployment): object {
  const isPrimary = each === service.primary;
  return {
    id: each.id,
    status: isPrimary ? "PRIMARY" : "ACTIVE",
    taskDefinition: each.taskDefinition.arn,
    desiredCount: isPrimary ? service.desiredCount : 0,
    ...taskCounts(cluster, service, each),
    failedTasks: each.failures,
    createdAt: seconds(each.createdAt),
    updatedAt: seconds(each.updatedAt),
    launchType: "FARGATE",
    rolloutState: each.rolloutState,
    rolloutStateReason: each.reason,
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html */
function taskSetDescription(cluster: Cluster, service: Service, each: Deployment): object {
  return {
    id: each.id,
    taskSetArn: each.revisionArn.replace("service-revision", "task-set"),
    serviceArn: service.arn,
    clusterArn: cluster.arn,
    status: "PRIMARY",
    taskDefinition: each.taskDefinition.arn,
    computedDesiredCount: service.desiredCount,
    ...taskCounts(cluster, service, each),
    createdAt: seconds(each.createdAt),
    updatedAt: seconds(each.updatedAt),
    launchType: "FARGATE",
    scale: { value: 100, unit: "PERCENT" },
    stabilityStatus: each.rolloutState === "COMPLETED" ? "STEADY_STATE" : "STABILIZING",
  };
}

import { z } from "zod";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import { type ClusterTable, findService, lookUpTask } from "./cluster-table.ts";
import { seconds } from "./model.ts";
import { page, pageFields } from "./paging.ts";
import type { Task } from "./task.ts";

export function taskDescriptionOperations(clusters: ClusterTable): Operations {
  return {
    ListTasks: listTasks(clusters),
    DescribeTasks: describeTasks(clusters),
  };
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html: by the status that
 * ECS wants a task to have, so one that is stopping is listed as STOPPED.
 */
function listTasks(clusters: ClusterTable) {
  const shape = z.object({
    cluster: z.string().optional(),
    serviceName: z.string().optional(),
    family: z.string().optional(),
    startedBy: z.string().optional(),
    desiredStatus: z.enum(["RUNNING", "PENDING", "STOPPED"]).default("RUNNING"),
    ...pageFields,
  });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const service = input.serviceName ? findService(cluster, input.serviceName) : undefined;
    const listed = [...cluster.tasks.values()]
      .filter(({ desiredStatus }) => desiredStatus === input.desiredStatus)
      .filter(({ spec }) => service === undefined || spec.service === service)
      .filter(({ spec }) => !input.family || spec.definition.family === input.family)
      .filter(({ spec }) => !input.startedBy || spec.startedBy === input.startedBy);
    const { items, ...next } = page(listed, input, 100);
    return { taskArns: items.map(({ arn }) => arn), ...next };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
function describeTasks(clusters: ClusterTable) {
  const shape = z.object({
    cluster: z.string().optional(),
    tasks: z.array(z.string()).min(1).max(100),
  });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const found = input.tasks.flatMap((each) => lookUpTask(cluster, each) ?? []);
    const missing = input.tasks.filter((each) => lookUpTask(cluster, each) === undefined);
    return {
      tasks: found.map(taskDescription),
      failures: missing.map((task) => ({
        arn: task.includes("/") ? task : clusters.arn("task", cluster.name, task),
        reason: "MISSING",
      })),
    };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html */
export function taskDescription(task: Task): object {
  const { arn, spec, startedAt, stoppingAt, stoppedAt, stopped } = task;
  return {
    taskArn: arn,
    clusterArn: spec.clusterArn,
    taskDefinitionArn: spec.definition.arn,
    group: spec.group,
    ...(spec.startedBy && { startedBy: spec.startedBy }),
    desiredStatus: task.desiredStatus,
    lastStatus: task.lastStatus,
    healthStatus: task.health,
    launchType: "FARGATE",
    createdAt: seconds(task.createdAt),
    ...(startedAt !== undefined && { startedAt: seconds(startedAt) }),
    ...(stoppingAt !== undefined && { stoppingAt: seconds(stoppingAt) }),
    ...(stoppedAt !== undefined && { stoppedAt: seconds(stoppedAt) }),
    ...(stopped && { stopCode: stopped.code, stoppedReason: stopped.reason }),
    overrides: { containerOverrides: spec.overrides },
    containers: task.containers.map(({ definition, lastStatus, exitCode, health }) => ({
      containerArn: `${arn.replace(":task/", ":container/")}/${definition.name}`,
      taskArn: arn,
      name: definition.name,
      image: definition.image,
      lastStatus,
      healthStatus: health,
      ...(exitCode !== undefined && { exitCode }),
    })),
  };
}

import { z } from "zod";
import { invalidParameter } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import { type ClusterTable, lookUpTask } from "./cluster-table.ts";
import { containerOverride } from "./container-definition.ts";
import type { TaskDefinitions } from "./definition-table.ts";
import type { Scheduler } from "./scheduler.ts";
import { taskDescription } from "./task-descriptions.ts";

export function taskOperations(
  clusters: ClusterTable,
  definitions: TaskDefinitions,
  scheduler: Scheduler,
): Operations {
  return {
    RunTask: runTask(clusters, definitions, scheduler),
    StopTask: stopTask(clusters),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
function runTask(clusters: ClusterTable, definitions: TaskDefinitions, scheduler: Scheduler) {
  const shape = z.object({
    cluster: z.string().optional(),
    taskDefinition: z.string(),
    count: z.int().min(1).max(10).default(1),
    group: z.string().optional(),
    startedBy: z.string().max(128).optional(),
    overrides: z.object({ containerOverrides: z.array(containerOverride).default([]) }).optional(),
  });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const definition = definitions.findActive(input.taskDefinition);
    const overrides = input.overrides?.containerOverrides ?? [];
    for (const { name } of overrides) {
      if (definition.containers.some((container) => container.name === name)) continue;
      throw invalidParameter(
        `Override for container named ${name} is not a container in the TaskDefinition.`,
      );
    }
    const group = input.group ?? `family:${definition.family}`;
    const wanted = { definition, overrides, group, startedBy: input.startedBy };
    const tasks = Array.from({ length: input.count }, () => scheduler.run(cluster, wanted));
    return { tasks: tasks.map(taskDescription), failures: [] };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html */
function stopTask(clusters: ClusterTable) {
  const shape = z.object({
    cluster: z.string().optional(),
    task: z.string(),
    reason: z.string().max(1024).default("Task stopped by user"),
  });
  return operation(shape, (input) => {
    const task = lookUpTask(clusters.find(input.cluster), input.task);
    if (task === undefined) throw invalidParameter("The referenced task was not found.");
    task.stop("UserInitiated", input.reason);
    return { task: taskDescription(task) };
  });
}

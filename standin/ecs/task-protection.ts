import { z } from "zod";
import type { Operations } from "../call.ts";
import { operation } from "../secrets-manager/operation.ts";
import { type Cluster, type ClusterTable, lookUpTask } from "./cluster-table.ts";
import { seconds } from "./model.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html */
export function taskProtectionOperations(clusters: ClusterTable, scheduler: Scheduler): Operations {
  return {
    UpdateTaskProtection: updateTaskProtection(clusters, scheduler),
    GetTaskProtection: getTaskProtection(clusters),
  };
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html; minutes
 * may have fractions here.
 */
function updateTaskProtection(clusters: ClusterTable, scheduler: Scheduler) {
  const shape = z.object({
    cluster: z.string(),
    tasks: z.array(z.string()).min(1).max(10),
    protectionEnabled: z.boolean(),
    expiresInMinutes: z.number().positive().max(2880).default(120),
  });
  return operation(shape, ({ protectionEnabled, expiresInMinutes, ...input }) => {
    const cluster = clusters.find(input.cluster);
    const { tasks, failures } = protectable(cluster, input.tasks);
    for (const task of tasks) {
      const { service } = task.spec;
      task.protectedUntil = protectionEnabled ? Date.now() + expiresInMinutes * 60_000 : 0;
      if (service !== undefined) scheduler.touchAt(task.protectedUntil, cluster, service);
    }
    return { protectedTasks: tasks.map(description), failures };
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html */
function getTaskProtection(clusters: ClusterTable) {
  const shape = z.object({ cluster: z.string(), tasks: z.array(z.string()).max(100).optional() });
  return operation(shape, (input) => {
    const cluster = clusters.find(input.cluster);
    const { tasks, failures } = protectable(cluster, input.tasks ?? [...cluster.tasks.keys()]);
    return {
      protectedTasks: tasks.map(description),
      failures: input.tasks === undefined ? [] : failures,
    };
  });
}

/** Only running tasks of services can be protected. */
function protectable(cluster: Cluster, ids: readonly string[]) {
  const tasks: Task[] = [];
  const failures: { arn: string; reason: string }[] = [];
  for (const id of ids) {
    const task = lookUpTask(cluster, id);
    if (task === undefined) failures.push({ arn: id, reason: "MISSING" });
    else if (task.spec.service === undefined || task.desiredStatus === "STOPPED") {
      failures.push({ arn: task.arn, reason: "TASK_NOT_VALID" });
    } else tasks.push(task);
  }
  return { tasks, failures };
}

function description(task: Task): object {
  return {
    taskArn: task.arn,
    protectionEnabled: task.isProtected,
    ...(task.isProtected && { expirationDate: seconds(task.protectedUntil) }),
  };
}

import type { Operations } from "../call.ts";
import type { Clock } from "../clock.ts";
import { ClusterTable } from "./cluster-table.ts";
import { clusterOperations } from "./clusters.ts";
import { TaskDefinitions } from "./definition-table.ts";
import { type DeploymentEvent, deploymentEvent } from "./deployment-event.ts";
import type { ValueSources } from "./injection.ts";
import { Processes } from "./processes.ts";
import type { Announce } from "./rollout.ts";
import { Scheduler } from "./scheduler.ts";
import { serviceDeploymentOperations } from "./service-deployments.ts";
import { serviceDescriptionOperations } from "./service-descriptions.ts";
import { serviceOperations } from "./services.ts";
import type { Task, TaskOutput } from "./task.ts";
import { taskDefinitionOperations } from "./task-definitions.ts";
import { taskDescriptionOperations } from "./task-descriptions.ts";
import { taskProtectionOperations } from "./task-protection.ts";
import { taskOperations } from "./tasks.ts";

/** What tests see of ECS beside its API. */
export interface EcsTaps {
  /** Deployment state changes, as EventBridge gets them. Until disposed of. */
  onEvent(listener: (event: DeploymentEvent) => void): Disposable;
  /** What tasks write to their output, line by line, as a log driver gets it. Until disposed of. */
  onOutput(listener: (output: TaskOutput) => void): Disposable;
  /** All tasks that are not STOPPED, as they are: to judge by, never to change. */
  tasks(): readonly Task[];
}

export interface EcsHost {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  /** The newest revision of each family of task definitions, ever. */
  readonly revisions: Map<string, number>;
}

export interface Ecs extends AsyncDisposable {
  operations: Operations;
  taps: EcsTaps;
}

/**
 * Amazon ECS (test: ecs.contract). A task's containers are processes on this machine. Their environment
 * holds PATH and what the task definition declares. They end with this process.
 */
export function ecs(host: EcsHost, sources: ValueSources): Ecs {
  const { clock, revisions } = host;
  const clusters = new ClusterTable(host);
  const definitions = new TaskDefinitions(host, revisions);
  const processes = new Processes();
  const [onEvent, sendEvent] = tap<DeploymentEvent>();
  const [onOutput, sendOutput] = tap<TaskOutput>();
  const announce: Announce = (service, deployment) =>
    sendEvent(deploymentEvent(service, deployment));
  const scheduler = new Scheduler({ clock, processes, sources, onOutput: sendOutput }, announce);
  return {
    operations: {
      ...clusterOperations(clusters),
      ...taskDefinitionOperations(definitions),
      ...serviceOperations({ clusters, definitions, scheduler, announce }),
      ...serviceDescriptionOperations(clusters),
      ...serviceDeploymentOperations(clusters),
      ...taskOperations(clusters, definitions, scheduler),
      ...taskDescriptionOperations(clusters),
      ...taskProtectionOperations(clusters, scheduler),
    },
    taps: { onEvent, onOutput, tasks: () => liveTasks(clusters) },
    async [Symbol.asyncDispose]() {
      scheduler.close();
      await processes[Symbol.asyncDispose]();
    },
  };
}

const liveTasks = (clusters: ClusterTable): readonly Task[] =>
  clusters
    .all()
    .flatMap(({ tasks }) => [...tasks.values()])
    .filter(({ lastStatus }) => lastStatus !== "STOPPED");

function tap<T>() {
  const listeners = new Set<(value: T) => void>();
  const subscribe = (listener: (value: T) => void): Disposable => {
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  };
  const send = (value: T) => {
    for (const listener of [...listeners]) listener(value);
  };
  return [subscribe, send] as const;
}

import type { Clock } from "../clock.ts";
import { Container } from "./container.ts";
import type { ContainerOverride } from "./container-definition.ts";
import { environmentFor, StartFailure, type ValueSources } from "./injection.ts";
import type { Deployment, Service, TaskDefinition } from "./model.ts";
import type { Processes } from "./processes.ts";

/**
 * "If a task has no essential containers with a health check defined, the service scheduler will
 * wait for 40 seconds after a task reaches a RUNNING state before the task is counted towards the
 * minimum healthy percent total" (API_DeploymentConfiguration). Here it is this long at any pace: a real
 * process needs some time to fail.
 */
const SETTLING_MS = 200;

/** A line that a container wrote to its standard output or error. */
export interface TaskOutput {
  taskArn: string;
  container: string;
  line: string;
}

/** What a task runs on. */
export interface TaskHost {
  clock: Clock;
  processes: Processes;
  sources: ValueSources;
  onOutput(output: TaskOutput): void;
  /** "stopping" comes once, when the desired status becomes STOPPED. */
  onChange(task: Task, change: "started" | "health" | "stopping" | "stopped"): void;
}

export interface TaskSpec {
  arn: string;
  clusterArn: string;
  definition: TaskDefinition;
  overrides: readonly ContainerOverride[];
  group: string;
  startedBy?: string | undefined;
  /** The service that started it. */
  service?: Service;
  deployment?: Deployment;
}

type StopCode =
  | "EssentialContainerExited"
  | "ServiceSchedulerInitiated"
  | "TaskFailedToStart"
  | "UserInitiated";

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html; one
 * process for each container. Times are epoch milliseconds.
 */
export class Task {
  readonly spec: TaskSpec;
  readonly containers: readonly Container[];
  /** Before the secrets are read. */
  readonly createdAt = Date.now();
  desiredStatus: "RUNNING" | "STOPPED" = "RUNNING";
  lastStatus: "PROVISIONING" | "PENDING" | "RUNNING" | "STOPPING" | "STOPPED" = "PROVISIONING";
  /** After the secrets are injected and the processes run. */
  startedAt: number | undefined;
  stoppingAt: number | undefined;
  stoppedAt: number | undefined;
  stopped: { code: StopCode; reason: string } | undefined;
  /** Set when it stops: whether its service had counted it as healthy. */
  wasReady = false;
  protectedUntil = 0;
  readonly #host: TaskHost;
  #healthyAt: number | undefined;

  constructor(spec: TaskSpec, host: TaskHost) {
    this.spec = spec;
    this.#host = host;
    this.containers = spec.definition.containers.map((definition) => {
      const override = spec.overrides.find(({ name }) => name === definition.name);
      return new Container(definition, override);
    });
  }

  get arn(): string {
    return this.spec.arn;
  }

  /** The health of the essential containers that have a health check (API_Task, healthStatus). */
  get health(): Container["health"] {
    const states = this.#checked().map(({ health }) => health);
    if (states.includes("UNHEALTHY")) return "UNHEALTHY";
    return states.length === 0 || states.includes("UNKNOWN") ? "UNKNOWN" : "HEALTHY";
  }

  /** When a service counts it as healthy; undefined while that is not known. */
  get readyAt(): number | undefined {
    if (this.lastStatus !== "RUNNING" || this.startedAt === undefined) return undefined;
    if (this.#checked().length === 0) return this.startedAt + SETTLING_MS;
    return this.health === "HEALTHY" ? this.#healthyAt : undefined;
  }

  get isPending(): boolean {
    return this.lastStatus === "PROVISIONING" || this.lastStatus === "PENDING";
  }

  get isProtected(): boolean {
    return this.protectedUntil > Date.now();
  }

  /** PROVISIONING to RUNNING: reads the secrets, starts the processes. */
  launch(): void {
    if (this.desiredStatus === "STOPPED") return;
    this.lastStatus = "PENDING";
    try {
      const { sources, processes, clock } = this.#host;
      const environments = this.containers.map(({ definition, override }) =>
        environmentFor(definition, override, sources),
      );
      for (const [index, container] of this.containers.entries()) {
        container.start({ processes, clock }, environments[index] ?? {}, this.#events(container));
      }
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      this.stop("TaskFailedToStart", error.message);
      return;
    }
    this.lastStatus = "RUNNING";
    this.startedAt = Date.now();
    this.#host.onChange(this, "started");
  }

  /** Begins to stop it, unless it is stopping already. */
  stop(code: StopCode, reason: string): void {
    if (this.desiredStatus === "STOPPED") return;
    this.wasReady = (this.readyAt ?? Infinity) <= Date.now();
    this.desiredStatus = "STOPPED";
    this.lastStatus = "STOPPING";
    this.stopped = { code, reason };
    this.stoppingAt = Date.now();
    for (const container of this.containers) container.stop();
    this.#host.onChange(this, "stopping");
    this.#endOnceEmpty();
  }

  #events(container: Container) {
    const { name, essential } = container.definition;
    return {
      onLine: (line: string) => this.#host.onOutput({ taskArn: this.arn, container: name, line }),
      onHealth: () => {
        if (this.health === "HEALTHY") this.#healthyAt = Date.now();
        this.#host.onChange(this, "health");
      },
      onExit: () => {
        if (essential) this.stop("EssentialContainerExited", "Essential container in task exited");
        this.#endOnceEmpty();
      },
    };
  }

  #endOnceEmpty(): void {
    if (this.desiredStatus === "RUNNING" || this.lastStatus === "STOPPED") return;
    if (this.containers.some(({ lastStatus }) => lastStatus !== "STOPPED")) return;
    this.lastStatus = "STOPPED";
    this.stoppedAt = Date.now();
    this.#host.onChange(this, "stopped");
  }

  #checked(): Container[] {
    return this.containers.filter(
      ({ definition }) => definition.essential && definition.healthCheck !== undefined,
    );
  }
}

import type { DeploymentFacts } from "../../lib/consumers/ecs/facts.ts";
import type { TaskDefinition } from "../../lib/consumers/ecs/references.ts";
import type { VirtualClock } from "./clock.ts";
import type { Held, Holder } from "./holder.ts";

export type Outcome = "succeeds" | "rolls back" | "is stopped";

export interface FakeDeployment {
  readonly id: string;
  readonly createdAt: number;
  status: DeploymentFacts["status"];
}

export interface FakeTask {
  readonly id: string;
  readonly cluster: string;
  readonly service: FakeService | undefined;
  readonly definition: TaskDefinition;
  readonly createdAt: number;
  state: "starting" | "running" | "stopping" | "stopped";
  holders: readonly Holder[];
}

export interface FakeService {
  readonly cluster: string;
  readonly name: string;
  readonly controller: "ECS" | "CODE_DEPLOY" | "EXTERNAL";
  readonly definition: TaskDefinition;
  /** Its tasks keep connections open. */
  readonly pools: boolean;
  desired: number;
  readonly deployments: FakeDeployment[];
  /** Of the next deployment. */
  outcome: Outcome;
}

/** What a task gets of Secrets Manager when it starts: whoever it may log in as now. */
export type Inject = (
  definition: TaskDefinition,
) => readonly { secret: string; held: Held; worked: boolean }[];

/** In milliseconds, after the call or the previous event. */
const pace = { create: 1500, inject: 1000, settle: 25_000, stop: 30_000, rollBack: 40_000 };

/** Amazon ECS in memory: services, deployments, tasks that get their values at start and keep them. */
export class FakeEcs {
  readonly clock: VirtualClock;
  readonly services: FakeService[] = [];
  tasks: FakeTask[] = [];
  readonly definitions = new Map<string, TaskDefinition>();
  readonly #inject: Inject;
  readonly #changed: (service: FakeService, eventName: string) => void;
  #count = 0;

  constructor(clock: VirtualClock, inject: Inject, changed: FakeEcs["changed"]) {
    this.clock = clock;
    this.#inject = inject;
    this.#changed = changed;
  }

  get changed() {
    return this.#changed;
  }

  define(family: string, containers: TaskDefinition["containers"]): TaskDefinition {
    const arn = `arn:aws:ecs:eu-central-1:000000000000:task-definition/${family}:1`;
    const definition = { arn, containers };
    this.definitions.set(arn, definition);
    return definition;
  }

  serve(
    service: Pick<
      FakeService,
      "cluster" | "name" | "controller" | "definition" | "pools" | "desired"
    >,
  ): void {
    const added: FakeService = { ...service, deployments: [], outcome: "succeeds" };
    this.services.push(added);
    this.#fill(added, 0);
  }

  /** Everybody who holds a value now. */
  holders(): readonly Holder[] {
    return this.tasks.flatMap(({ holders }) => holders);
  }

  live(service?: FakeService): readonly FakeTask[] {
    return this.tasks.filter(
      (task) => task.state !== "stopped" && (!service || task.service === service),
    );
  }

  runTask(cluster: string, definition: TaskDefinition, service?: FakeService): FakeTask {
    this.#count += 1;
    const task: FakeTask = {
      id: `task${this.#count}`,
      cluster,
      service,
      definition,
      createdAt: this.clock.now,
      state: "starting",
      holders: [],
    };
    this.tasks.push(task);
    this.clock.change(pace.inject, () => this.#start(task));
    return task;
  }

  stop(task: FakeTask, takesMs = pace.stop): void {
    if (task.state === "stopped" || task.state === "stopping") return;
    task.state = "stopping";
    this.clock.change(takesMs, () => {
      task.state = "stopped";
      task.holders = [];
      this.tasks = this.tasks.filter((each) => each !== task);
    });
  }

  /** By hand, or by settlement: the same definition again. */
  deploy(service: FakeService): void {
    for (const each of service.deployments)
      if (each.status === "IN_PROGRESS") each.status = "STOPPED";
    this.#count += 1;
    const deployment: FakeDeployment = {
      id: `deployment${this.#count}`,
      createdAt: this.clock.now,
      status: "IN_PROGRESS",
    };
    service.deployments.unshift(deployment);
    service.deployments.length = Math.min(service.deployments.length, 8);
    const { outcome } = service;
    service.outcome = "succeeds";
    const before = new Set(this.live(service));
    this.#fill(service, pace.create, before);
    this.clock.change(pace.settle, () => {
      if (deployment.status !== "IN_PROGRESS") return;
      if (outcome !== "succeeds") return this.#fail(service, deployment, before, outcome);
      deployment.status = "SUCCESSFUL";
      for (const task of before) this.stop(task);
      this.#changed(service, "SERVICE_DEPLOYMENT_COMPLETED");
    });
  }

  scale(service: FakeService, desired: number): void {
    service.desired = desired;
    for (const task of this.live(service).slice(desired)) this.stop(task);
    this.#fill(service, pace.create);
  }

  /** The task ends at once; its service starts another. */
  kill(task: FakeTask): void {
    this.stop(task, 0);
    if (task.service) this.#fill(task.service, pace.create);
  }

  #fail(
    service: FakeService,
    deployment: FakeDeployment,
    before: ReadonlySet<FakeTask>,
    outcome: Outcome,
  ): void {
    for (const task of this.live(service)) if (!before.has(task)) this.stop(task);
    deployment.status = outcome === "rolls back" ? "ROLLBACK_IN_PROGRESS" : "STOPPED";
    this.clock.change(pace.rollBack, () => {
      if (deployment.status === "ROLLBACK_IN_PROGRESS") deployment.status = "ROLLBACK_SUCCESSFUL";
      this.#fill(service, 0);
      this.#changed(service, "SERVICE_DEPLOYMENT_FAILED");
    });
  }

  /** As many tasks as the service shall have, beside those that are to end. */
  #fill(service: FakeService, afterMs: number, old: ReadonlySet<FakeTask> = new Set()): void {
    this.clock.change(afterMs, () => {
      const staying = this.live(service).filter(
        (task) => task.state !== "stopping" && !old.has(task),
      );
      for (let count = staying.length; count < service.desired; count += 1)
        this.runTask(service.cluster, service.definition, service);
    });
  }

  #start(task: FakeTask): void {
    if (task.state !== "starting") return;
    task.state = "running";
    task.holders = this.#inject(task.definition).map(({ secret, held, worked }) => ({
      name: `${task.service?.name ?? "standalone"} ${task.id}`,
      secret,
      holds: held,
      worked,
      connected: worked && task.service?.pools === true,
    }));
  }
}

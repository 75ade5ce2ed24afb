import type { Ecs, ServiceRecord, TaskRecord } from "../../../lib/consumers/ecs/ecs.ts";
import type { DeploymentFacts } from "../../../lib/consumers/ecs/facts.ts";
import type { TaskDefinition } from "../../../lib/consumers/ecs/references.ts";
import { Quota, type VirtualClock } from "./clock.ts";

/** In milliseconds: what a request takes; until a deployment is complete, and until its old tasks have stopped. */
const [requestTime, deploymentTime, drainTime] = [25, 60_000, 30_000];
const [perList, perDescribe, perDescribeTasks] = [100, 10, 100];
const tasksEach = 2;

interface Service {
  readonly name: string;
  /** ARNs. */
  readonly secrets: readonly string[];
  startedAt: number;
  rolledAt?: number;
}

/** One cluster whose requests are counted, page by page as the adapter makes them, and held to the account's quotas. */
export class SimulatedEcs implements Ecs {
  /** But for those of task definitions. */
  reads = 0;
  /** Each is read once while the function's process lives. */
  definitionReads = 0;
  rolls = 0;
  readonly #clock: VirtualClock;
  readonly #services: readonly Service[];
  readonly #onComplete: () => void;
  readonly #quota: { readonly reads: Quota; readonly updates: Quota };
  /** The adapter remembers them between passes. */
  readonly #definitions = new Set<string>();

  constructor(
    clock: VirtualClock,
    services: readonly (readonly string[])[],
    onComplete: () => void,
  ) {
    this.#clock = clock;
    const startedAt = clock.ms - 3_600_000;
    this.#services = services.map((secrets, index) => ({ name: `s${index}`, secrets, startedAt }));
    this.#onComplete = onComplete;
    this.#quota = { reads: new Quota(clock, 20), updates: new Quota(clock, 5) };
  }

  async clusters(): Promise<readonly string[]> {
    await this.#read(1);
    return ["production"];
  }

  async services(): Promise<readonly ServiceRecord[]> {
    const { length } = this.#services;
    await this.#read(Math.max(1, Math.ceil(length / perList)) + Math.ceil(length / perDescribe));
    return this.#services.map((service) => {
      const { name, rolledAt } = service;
      const at = rolledAt ?? service.startedAt;
      const state = this.#isRolling(service) ? "IN_PROGRESS" : "COMPLETED";
      return {
        arn: `arn:aws:ecs:eu-west-1:123456789012:service/production/${name}`,
        name,
        status: "ACTIVE",
        controller: "ECS",
        desiredCount: tasksEach,
        taskDefinitions: [name],
        rollout: { id: `ecs-svc/${at}`, createdAt: new Date(at), state },
      };
    });
  }

  async tasks(): Promise<readonly TaskRecord[]> {
    const tasks = this.#services.flatMap((service) => this.#tasksOf(service));
    const pages = Math.ceil(tasks.length / perList) + 1;
    await this.#read(Math.max(2, pages) + Math.ceil(tasks.length / perDescribeTasks));
    return tasks;
  }

  async protections(): Promise<ReadonlyMap<string, Date>> {
    await this.#read(1);
    return new Map();
  }

  async taskDefinition(arn: string): Promise<TaskDefinition> {
    if (!this.#definitions.has(arn)) {
      this.definitionReads += 1;
      this.#definitions.add(arn);
      await this.#quota.reads.take();
      await this.#clock.sleep(requestTime);
    }
    const read = this.#services.find(({ name }) => name === arn)?.secrets ?? [];
    const secrets = read.map((valueFrom, index) => ({ name: `DATABASE_${index}`, valueFrom }));
    return { arn, containers: [{ name: "app", environment: [], secrets, secretOptions: [] }] };
  }

  async deployments(_: string, name: string, since: Date): Promise<readonly DeploymentFacts[]> {
    await this.#read(1);
    const service = this.#services.find((each) => each.name === name);
    const { rolledAt = 0 } = service ?? {};
    if (!service || rolledAt <= since.getTime()) return [];
    const status = this.#isRolling(service) ? "IN_PROGRESS" : "SUCCESSFUL";
    return [{ id: `ecs-svc/${rolledAt}`, createdAt: new Date(rolledAt), status }];
  }

  async roll(_: string, name: string): Promise<void> {
    const service = this.#services.find((each) => each.name === name);
    await this.#quota.updates.take();
    await this.#clock.sleep(requestTime);
    this.rolls += 1;
    if (!service) return;
    service.rolledAt = this.#clock.ms;
    this.#clock.at(this.#clock.ms + deploymentTime, this.#onComplete);
  }

  #isRolling({ rolledAt }: Service): boolean {
    return rolledAt !== undefined && this.#clock.ms < rolledAt + deploymentTime;
  }

  #tasksOf(service: Service): TaskRecord[] {
    const { name, startedAt, rolledAt } = service;
    const at = (createdAt: number, isStopping: boolean) =>
      Array.from({ length: tasksEach }, (_, index) => ({
        id: `${name}-${createdAt}-${index}`,
        createdAt: new Date(createdAt),
        taskDefinition: name,
        service: name,
        isStopping,
      }));
    if (rolledAt === undefined) return at(startedAt, false);
    const isOver = this.#clock.ms >= rolledAt + deploymentTime + drainTime;
    const old = isOver ? [] : at(startedAt, !this.#isRolling(service));
    return [...old, ...at(rolledAt + 5000, false)].filter(
      ({ createdAt }) => createdAt.getTime() <= this.#clock.ms,
    );
  }

  async #read(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      this.reads += 1;
      await this.#quota.reads.take();
      await this.#clock.sleep(requestTime);
    }
  }
}

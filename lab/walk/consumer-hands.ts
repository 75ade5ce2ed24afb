import type { VirtualClock } from "./clock.ts";
import type { FakeEcs, Outcome } from "./ecs.ts";
import type { ConsumerHands } from "./hands.ts";
import { jobs } from "./layout.ts";
import { pick } from "./pick.ts";

/** What operators do to consumers in memory. */
export class FakeConsumers implements ConsumerHands {
  readonly #ecs: FakeEcs;
  readonly #clock: VirtualClock;

  constructor(ecs: FakeEcs, clock: VirtualClock) {
    this.#ecs = ecs;
    this.#clock = clock;
  }

  fail(index: number, outcome: Outcome): void {
    const service = pick(this.#ecs.services, index);
    if (service) service.outcome = outcome;
  }

  scale(index: number, tasks: number): void {
    const service = pick(this.#ecs.services, index);
    if (service) this.#ecs.scale(service, tasks);
  }

  deploy(index: number): void {
    const service = pick(this.#ecs.services, index);
    if (service) this.#ecs.deploy(service);
  }

  kill(index: number): void {
    const task = pick(this.#ecs.live(), index);
    if (task) this.#ecs.kill(task);
  }

  run(index: number, ms: number): void {
    const job = pick(jobs, index);
    const definition = [...this.#ecs.definitions.values()].find(({ arn }) =>
      arn.endsWith(`/${job?.name}:1`),
    );
    if (!definition) return;
    const task = this.#ecs.runTask("production", definition);
    this.#clock.change(ms, () => this.#ecs.stop(task));
  }
}

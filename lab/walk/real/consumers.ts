import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateServiceCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import type { Aws } from "../../../standin/aws.ts";
import type { Task } from "../../../standin/ecs/task.ts";
import { cluster } from "../../idle-service.ts";
import type { Outcome } from "../ecs.ts";
import type { ConsumerHands } from "../hands.ts";
import { type Holder, heldIn } from "../holder.ts";
import { jobs, services } from "../layout.ts";
import { pick } from "../pick.ts";
import type { Servers } from "../server.ts";
import type { JumpingClock } from "./clock.ts";
import type { Sessions } from "./sessions.ts";

interface Parts {
  readonly aws: Aws;
  readonly ecs: ECSClient;
  readonly clock: JumpingClock;
  readonly servers: Servers;
  readonly sessions: Sessions;
  /** Where services find whether they are to fail. */
  readonly folder: string;
}

/** Services and tasks of the stand-in: real processes that say what they were given, and keep it. */
export class RealConsumers implements ConsumerHands, Disposable {
  readonly #parts: Parts;
  /** A task that has stopped leaves no session behind. */
  readonly #closing = setInterval(() => this.holders(), 50).unref();
  /** By ARN of the task. */
  readonly #given = new Map<string, Holder[]>();

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.aws.ecs.onOutput(({ taskArn, line }) => this.#note(taskArn, line));
    parts.aws.ecs.onEvent(({ detail: { eventName }, resources: [arn] }) => {
      // A rollback starts with the next deployment's luck.
      if (eventName === "SERVICE_DEPLOYMENT_FAILED") this.#mark(nameIn(arn), false);
    });
  }

  /** @param arns of secrets, by name */
  async furnish(arns: ReadonlyMap<string, string>): Promise<void> {
    const { ecs } = this.#parts;
    for (const { name, secrets } of [...services, ...jobs]) {
      const from = secrets.map((secret) => [secret, arns.get(secret) ?? ""] as const);
      await ecs.send(
        new RegisterTaskDefinitionCommand({
          family: name,
          containerDefinitions: [this.#container(name, from)],
        }),
      );
    }
    for (const { name, controller, tasks } of services) {
      const deploymentCircuitBreaker = { enable: true, rollback: true };
      await ecs.send(
        new CreateServiceCommand({
          cluster,
          serviceName: name,
          taskDefinition: name,
          desiredCount: tasks,
          deploymentController: { type: controller },
          ...(controller === "ECS" && { deploymentConfiguration: { deploymentCircuitBreaker } }),
        }),
      );
    }
  }

  holders(): readonly Holder[] {
    const live = new Set(this.#live().map(({ arn }) => arn));
    for (const [arn, holders] of this.#given) {
      if (live.has(arn)) continue;
      for (const holder of holders) this.#parts.sessions.close(holder);
      this.#given.delete(arn);
    }
    return [...this.#given.values()].flat();
  }

  /** Nothing starts, stops or is deployed just now. */
  get isQuiet(): boolean {
    return this.#live().every(
      ({ lastStatus, readyAt }) => lastStatus === "RUNNING" && (readyAt ?? Infinity) <= Date.now(),
    );
  }

  /** Of outcomes that only a deployment without rollback has, there is none here. */
  fail(index: number, outcome: Outcome): void {
    const service = pick(services, index);
    if (service) this.#mark(service.name, outcome === "rolls back");
  }

  /** Nothing fails any more. */
  mend(): void {
    for (const { name } of services) this.#mark(name, false);
  }

  async scale(index: number, desiredCount: number): Promise<void> {
    const service = pick(services, index)?.name;
    await this.#parts.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount }));
  }

  /** CodeDeploy replaces the tasks; nobody else may force that deployment. */
  async deploy(index: number): Promise<void> {
    const service = pick(services, index);
    if (!service) return;
    const { name, controller } = service;
    if (controller !== "ECS") {
      const own = this.#live().filter(({ spec }) => spec.service?.name === name);
      for (const task of own) await this.#stop(task.arn);
      return;
    }
    const update = { cluster, service: name, forceNewDeployment: true };
    await this.#parts.ecs.send(new UpdateServiceCommand(update));
  }

  async kill(index: number): Promise<void> {
    const task = pick(this.#live(), index);
    if (task) await this.#stop(task.arn);
  }

  async run(index: number, ms: number): Promise<void> {
    const taskDefinition = pick(jobs, index)?.name;
    const started = await this.#parts.ecs.send(new RunTaskCommand({ cluster, taskDefinition }));
    const arn = started.tasks?.[0]?.taskArn;
    if (arn) this.#parts.clock.change(ms, () => void this.#stop(arn));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#closing);
  }

  async #stop(task: string): Promise<void> {
    await this.#parts.ecs.send(new StopTaskCommand({ cluster, task })).catch(() => {});
  }

  #live(): readonly Task[] {
    return this.#parts.aws.ecs.tasks();
  }

  #container(name: string, from: readonly (readonly [string, string])[]) {
    const says = from.map(([secret], index) => `printf '%s %s\\n' ${secret} "$S${index}"`);
    const script = [`test -e ${this.#marker(name)} && exit 1`, ...says, "exec sleep 36000"];
    return {
      name: "app",
      image: "app",
      essential: true,
      stopTimeout: 2,
      command: ["/bin/sh", "-c", script.join("; ")],
      secrets: from.map(([, valueFrom], index) => ({ name: `S${index}`, valueFrom })),
    };
  }

  readonly #marker = (service: string) => join(this.#parts.folder, `fails-${service}`);

  #mark(service: string, fails: boolean): void {
    if (fails) writeFileSync(this.#marker(service), "");
    else rmSync(this.#marker(service), { force: true });
  }

  #note(arn: string, line: string): void {
    const { servers, sessions } = this.#parts;
    const held = heldIn(line.slice(line.indexOf(" ") + 1));
    const task = this.#live().find((each) => each.arn === arn);
    if (!held || !task) return;
    const service = task.spec.service?.name;
    const holder: Holder = {
      name: `${service ?? "standalone"} ${arn.slice(-6)}`,
      secret: line.slice(0, line.indexOf(" ")),
      holds: held,
      worked: servers.accepts(held),
      connected: false,
    };
    this.#given.set(arn, [...(this.#given.get(arn) ?? []), holder]);
    if (holder.worked && services.find(({ name }) => name === service)?.pools)
      sessions.open(holder);
  }
}

const nameIn = (arn = "") => arn.slice(arn.lastIndexOf("/") + 1);

import { randomBytes, randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  ContainerDefinition,
  CreateServiceCommandInput,
  ECS,
  Task,
} from "@aws-sdk/client-ecs";
import { afterAll } from "vitest";
import { Host } from "../../../lab/host.ts";
import type { PostgresServer } from "../../../lab/postgres/server.ts";
import type { Strategy } from "../../../lab/server.ts";
import { connectSettlement, createConsumerService } from "../../../lab/settlement.ts";
import { startWorld, type World, type WorldOptions } from "../../../lab/world.ts";
import { consistencyMargin } from "../../../lib/settlement/promotion.ts";
import type { Call } from "../../../standin/aws.ts";
import { ecsClient, until } from "../../standin/ecs-fixtures.ts";

export const cluster = "production";

/** Free ones, by what their manifest depends on. They end with the file of tests. */
const hosts = new Map<string, Host[]>();
afterAll(async () => {
  const all = [...hosts.values()].flat();
  hosts.clear();
  for (const host of all) await host[Symbol.asyncDispose]();
});

/** The built functions with a database's secret, and the services that consume it. */
export class Production implements AsyncDisposable {
  readonly world: World;
  readonly ecs: ECS;
  /** What each task saw, by its ARN, in the order in which they first logged in. */
  readonly logins = new Map<string, { ok: number; failed: number }>();
  /** Whether containers that are defined by `failsWhenMarked` fail when they start. */
  readonly mark: (fails: boolean) => void;
  readonly failsWhenMarked: Partial<ContainerDefinition>;

  readonly #giveBack: () => void;
  #isConnected = false;

  private constructor(world: World, giveBack: () => void) {
    this.world = world;
    this.#giveBack = giveBack;
    this.ecs = ecsClient(world.aws);
    world.aws.ecs.onOutput(({ taskArn, line }) => this.#count(taskArn, line));
    const marker = join(world.folder, randomUUID());
    this.mark = (fails) => (fails ? writeFileSync(marker, "") : rmSync(marker));
    this.failsWhenMarked = {
      command: ["/bin/sh", "-c", `test ! -e ${marker} && exec sleep 60`],
    };
  }

  static async open(
    postgres: PostgresServer,
    strategy: Strategy = "alternating-users",
    more: Pick<
      WorldOptions,
      "mirror" | "beside" | "address" | "drill" | "namesUsers" | "master" | "pace"
    > = {},
  ): Promise<Production> {
    const name = `app${randomBytes(4).toString("hex")}`;
    const own = [more.drill, more.namesUsers || more.master ? name : ""].join();
    const key = [strategy, JSON.stringify(more.mirror), String(more.beside), own].join("\n");
    const free = hosts.get(key) ?? [];
    hosts.set(key, free);
    const host =
      free.pop() ??
      (await Host.start({
        inProcess: true,
        rotation: { attempts: 2, retryDelayMs: 50 },
        ...(more.master && { rds: more.master }),
        ...(more.pace !== undefined && { pace: more.pace }),
      }));
    const world = await startWorld({ server: postgres, strategy, name, host, ...more });
    return new Production(world, () => free.push(host));
  }

  /** From now on events reach the function by the queue. @param delaySeconds of the queue; 15 in a deployment */
  connect(delaySeconds = 0): Promise<void> {
    const { aws, settleArn } = this.world;
    this.#isConnected = true;
    return connectSettlement(aws, settleArn, { delaySeconds, visibilitySeconds: 30 });
  }

  /** Tasks that log in again and again with what they got at their start, and leave the tests some time. */
  async serveConsumers(
    name = "web",
    tasks = 3,
    valueFrom?: (field: string) => string,
  ): Promise<void> {
    const { aws, secretArn, server } = this.world;
    const from = valueFrom && { valueFrom };
    const of = { cluster, name, tasks, secretArn, server, pauseMs: 150 };
    await createConsumerService(aws, { ...of, ...from });
    await until(async () => this.logins.size >= tasks);
  }

  /** A container that consumes the secret and does nothing; where it has a health check, it passes. */
  container(more: Partial<ContainerDefinition> = {}): ContainerDefinition {
    const secrets = [{ name: "DB", valueFrom: this.world.secretArn }];
    const idle = ["/bin/sh", "-c", "exec sleep 60"];
    return { name: "app", image: "app", command: idle, secrets, stopTimeout: 2, ...more };
  }

  async define(family: string, more: Partial<ContainerDefinition> = {}): Promise<void> {
    const containerDefinitions = [this.container(more)];
    await this.ecs.registerTaskDefinition({ family, containerDefinitions });
  }

  /** A service whose first deployment is complete, or which runs as many tasks as it shall. */
  async serve(
    name: string,
    more: Partial<ContainerDefinition> = {},
    input: Partial<CreateServiceCommandInput> = {},
  ): Promise<void> {
    const { cluster: where = cluster } = input;
    await this.define(name, more);
    const service = { cluster: where, serviceName: name, taskDefinition: name, desiredCount: 1 };
    await this.ecs.createService({ ...service, ...input });
    await until(async () => {
      const asked = { cluster: where, services: [name] };
      const [described] = (await this.ecs.describeServices(asked)).services ?? [];
      const [primary] = described?.deployments ?? [];
      const isSteady = primary?.rolloutState === undefined || primary.rolloutState === "COMPLETED";
      return isSteady && described?.runningCount === described?.desiredCount;
    });
  }

  /**
   * Rotates. Where no event tells settlement of the promotion, the secret remembers it as long ago as settlement
   * waits for reads that lag behind, so that it need not wait: `unseen` leaves that to settlement.
   */
  async rotate({ unseen = this.#isConnected } = {}): Promise<void> {
    const { world } = this;
    const { succeeded, steps } = await world.rotate();
    if (!succeeded) throw new Error(`${JSON.stringify(steps.at(-1)?.error)}`);
    if (!unseen) await world.rememberMove(consistencyMargin);
  }

  /** One invocation with these messages; what it logged, a line for each secret. */
  async settle(...bodies: unknown[]): Promise<string[]> {
    const messages = bodies.length > 0 ? bodies : [{}];
    const Records = messages.map((body, index) => ({
      messageId: String(index),
      body: typeof body === "string" ? body : JSON.stringify(body),
    }));
    const { error, log } = await this.world.aws.functions.invoke(this.world.settleArn, { Records });
    if (error) throw new Error(`${error.errorType}: ${error.errorMessage}`);
    return (
      log
        .split("\n")
        .filter((line) => line.includes('"step":"settle"') && line.includes('"level"'))
        .map((line) => JSON.parse(line))
        .map(({ code, errorMessage }) => [code, errorMessage].filter(Boolean).join(" "))
        // Here no queue delays the first look.
        .filter((line) => line !== "waiting: AWSCURRENT has just moved")
    );
  }

  /** Invokes it until nothing waits any more. */
  async settleToTheEnd(): Promise<void> {
    await until(async () => (await this.settle()).every((line) => line === "settled"));
  }

  /** Waits until settlement has done its work by itself. */
  async settled(): Promise<void> {
    await until(async () => (await this.world.labels())["RETIRING"] === undefined);
  }

  /** Of the settle function. */
  calls(operation?: string): readonly Call[] {
    return this.world.aws.calls.filter(
      (call) =>
        call.principal.startsWith("settle-") && call.operation === (operation ?? call.operation),
    );
  }

  /** Names of the services that it rolled. */
  rolled(): string[] {
    return this.calls("UpdateService").map(({ input }) => String(input["service"]));
  }

  /** Codes of the problems that on-call was told of. */
  alerts(): string[] {
    return this.#codes((status) => status !== "over");
  }

  /** Codes of those that on-call was told are over. */
  over(): string[] {
    return this.#codes((status) => status === "over");
  }

  #codes(isAsked: (status: unknown) => boolean): string[] {
    return this.world.aws.notifications
      .filter(({ attributes }) => isAsked(attributes["status"]))
      .map(({ attributes }) => String(attributes["code"]));
  }

  async retiring(): Promise<string | undefined> {
    return (await this.world.labels())["RETIRING"];
  }

  /** Whether the server lets the old credential in. */
  async oldIsAccepted(): Promise<boolean> {
    return this.world.versionAccepted((await this.world.labels())["AWSPREVIOUS"] ?? "");
  }

  /** Those that are not STOPPED yet. */
  async tasks(): Promise<readonly Task[]> {
    const listed = await Promise.all(
      (["RUNNING", "STOPPED"] as const).map((desiredStatus) =>
        this.ecs.listTasks({ cluster, desiredStatus }),
      ),
    );
    const tasks = listed.flatMap(({ taskArns = [] }) => taskArns);
    if (tasks.length === 0) return [];
    const described = (await this.ecs.describeTasks({ cluster, tasks })).tasks ?? [];
    return described.filter(({ lastStatus }) => lastStatus !== "STOPPED");
  }

  newestDeployment(service: string) {
    return until(async () => {
      const listed = await this.ecs.listServiceDeployments({ cluster, service });
      return listed.serviceDeployments?.[0];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ecs.destroy();
    await this.world[Symbol.asyncDispose]();
    this.#giveBack();
  }

  #count(taskArn: string, line: string): void {
    if (!line.startsWith('{"startedAt"')) return;
    const seen = this.logins.get(taskArn) ?? { ok: 0, failed: 0 };
    this.logins.set(taskArn, seen);
    if (JSON.parse(line).code === undefined) seen.ok += 1;
    else seen.failed += 1;
  }
}

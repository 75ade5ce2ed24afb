import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ContainerDefinition,
  type CreateServiceCommandInput,
  ECS,
  type Task,
} from "@aws-sdk/client-ecs";
import type { Aws } from "../../standin/aws.ts";

/** Says its secret, or "up", and waits for SIGTERM. */
export const waits = ["/bin/sh", "-c", `echo "\${SECRET:-up}"; exec sleep 60`];

/** The real SDK client, as a caller of its own. One attempt: the tests look at single calls. */
export function ecsClient(aws: Aws, principal = "test"): ECS {
  const env = aws.env(principal);
  return new ECS({
    endpoint: aws.endpoint,
    region: aws.region,
    maxAttempts: 1,
    credentials: {
      accessKeyId: String(env["AWS_ACCESS_KEY_ID"]),
      secretAccessKey: String(env["AWS_SECRET_ACCESS_KEY"]),
    },
  });
}

/** A cluster of its own for a test, with short cuts for what every test does. */
export class TestCluster {
  readonly ecs: ECS;
  readonly cluster: string;
  readonly #lines = new Map<string, string[]>();

  private constructor(aws: Aws, cluster: string) {
    this.ecs = ecsClient(aws);
    this.cluster = cluster;
    aws.ecs.onOutput(({ taskArn, line }) => {
      this.#lines.set(taskArn, [...(this.#lines.get(taskArn) ?? []), line]);
    });
  }

  static async create(aws: Aws): Promise<TestCluster> {
    const created = new TestCluster(aws, `cluster-${randomUUID()}`);
    await created.ecs.createCluster({ clusterName: created.cluster });
    return created;
  }

  /** A task definition with one container; its ARN. */
  async define(
    container: Partial<ContainerDefinition> = {},
    family = `family-${randomUUID()}`,
  ): Promise<string> {
    const first = { name: "app", image: "app", command: waits, ...container };
    const input = { family, containerDefinitions: [first] };
    const { taskDefinition } = await this.ecs.registerTaskDefinition(input);
    return String(taskDefinition?.taskDefinitionArn);
  }

  /** A service of its own, once its first deployment is complete. */
  async serve(input: Partial<CreateServiceCommandInput> & { taskDefinition: string }) {
    const serviceName = `service-${randomUUID()}`;
    const { cluster } = this;
    await this.ecs.createService({ cluster, serviceName, desiredCount: 1, ...input });
    await this.deployed(serviceName);
    return serviceName;
  }

  async describe(service: string) {
    const { services = [] } = await this.ecs.describeServices({
      cluster: this.cluster,
      services: [service],
    });
    const [described] = services;
    if (described === undefined) throw new Error(`There is no service ${service}.`);
    return described;
  }

  /** Waits until the service deployment that is the newest is over. */
  async deployed(service: string) {
    return until(async () => {
      const newest = await this.newestDeployment(service);
      return newest?.finishedAt && newest;
    });
  }

  async newestDeployment(service: string) {
    const { cluster } = this;
    const { serviceDeployments = [] } = await this.ecs.listServiceDeployments({ cluster, service });
    const arns = serviceDeployments.flatMap((each) => each.serviceDeploymentArn ?? []).slice(0, 1);
    const described = await this.ecs.describeServiceDeployments({ serviceDeploymentArns: arns });
    return described.serviceDeployments?.[0];
  }

  /** Those that shall run; of a service, or all. */
  async tasks(serviceName?: string, desiredStatus: "RUNNING" | "STOPPED" = "RUNNING") {
    const { cluster } = this;
    const filter = { cluster, desiredStatus, ...(serviceName && { serviceName }) };
    const { taskArns: tasks = [] } = await this.ecs.listTasks(filter);
    if (tasks.length === 0) return [];
    return (await this.ecs.describeTasks({ cluster, tasks })).tasks ?? [];
  }

  async task(taskArn: string): Promise<Task> {
    const { tasks = [] } = await this.ecs.describeTasks({
      cluster: this.cluster,
      tasks: [taskArn],
    });
    const [described] = tasks;
    if (described === undefined) throw new Error(`There is no task ${taskArn}.`);
    return described;
  }

  /** Starts a standalone task. */
  async run(taskDefinition: string): Promise<string> {
    const { tasks = [] } = await this.ecs.runTask({ cluster: this.cluster, taskDefinition });
    return String(tasks[0]?.taskArn);
  }

  async stopped(taskArn: string): Promise<Task> {
    return until(async () => {
      const task = await this.task(taskArn);
      return task.lastStatus === "STOPPED" && task;
    });
  }

  /** What the task has written, once that is `count` lines. */
  async lines(taskArn: string, count = 1): Promise<string[]> {
    return until(async () => {
      const written = this.#lines.get(taskArn) ?? [];
      return written.length >= count && written;
    });
  }
}

/** Asks again until the answer is truthy; the test's timeout ends it. */
export async function until<T>(
  ask: () => Promise<T>,
): Promise<Exclude<T, undefined | false | null>> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, undefined | false | null>;
    await sleep(10);
  }
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

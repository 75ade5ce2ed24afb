/** The rolling update: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteSecretCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, it } from "vitest";
import { type DeploymentEvent, startAws } from "../../standin/aws.ts";
import { sampled } from "../everything.ts";
import { isRunning, TestCluster, until, waits } from "./ecs-fixtures.ts";
import { createSecret, sdkClient } from "./fixtures.ts";

const aws = await startAws();
const secrets = sdkClient(aws);
const test = await TestCluster.create(aws);
const { ecs, cluster } = test;
const folder = await mkdtemp(join(tmpdir(), "quarterturn-ecs-"));
const events: DeploymentEvent[] = [];
aws.ecs.onEvent((event) => events.push(event));
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A check that fails as soon as the file is there. */
const healthyUntil = (file: string) => ({
  command: ["CMD-SHELL", `test ! -e ${file}`],
  interval: 0.02,
  retries: 1,
});
const broken = { command: ["CMD", "false"], interval: 0.02, retries: 1 };
const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };

function force(service: string) {
  return ecs.updateService({ cluster, service, forceNewDeployment: true });
}

async function arnsOf(service: string): Promise<string[]> {
  return (await test.tasks(service)).map(({ taskArn }) => String(taskArn)).sort();
}

/** Of one service, without what differs from run to run. */
function eventsOf(service: string) {
  return events
    .filter(({ resources }) => resources[0].endsWith(`/${service}`))
    .map(({ detail }) => [detail.eventName, detail.deploymentId, detail.reason]);
}

describe("a forced deployment (API_UpdateService)", () => {
  it("starts tasks with the secret's new value, and stops the old ones with SIGTERM", async () => {
    const secret = await createSecret(secrets, "one");
    const command = ["/bin/sh", "-c", 'echo "$SECRET"; echo $$; exec sleep 60'];
    const taskDefinition = await test.define({
      command,
      secrets: [{ name: "SECRET", valueFrom: secret.arn }],
    });
    const service = await test.serve({ taskDefinition, desiredCount: 3 });
    const old = await arnsOf(service);
    const pids = await Promise.all(old.map(async (arn) => Number((await test.lines(arn, 2))[1])));
    await secrets.send(new PutSecretValueCommand({ SecretId: secret.arn, SecretString: "two" }));
    const before = new Date();
    await force(service);
    expect(await test.deployed(service)).toMatchObject({ status: "SUCCESSFUL" });
    const current = await test.tasks(service);
    expect(current).toHaveLength(3);
    for (const { taskArn, createdAt, startedAt, group, startedBy } of current) {
      expect((await test.lines(String(taskArn)))[0]).toBe("two");
      expect(createdAt?.getTime()).toBeGreaterThanOrEqual(before.getTime());
      expect(startedAt?.getTime()).toBeGreaterThanOrEqual(Number(createdAt));
      expect([group, startedBy]).toEqual([
        `service:${service}`,
        (await test.describe(service)).deployments?.[0]?.id,
      ]);
    }
    for (const arn of old) {
      const task = await test.stopped(arn);
      expect(task.containers?.[0]?.exitCode).toBe(143);
      expect(task.stopCode).toBe("ServiceSchedulerInitiated");
      expect(task.stoppedReason).toMatch(/^Scaling activity initiated by \(deployment ecs-svc\//);
    }
    expect(pids.filter(isRunning)).toEqual([]);
  });

  const limits = [
    { desiredCount: 4, minimumHealthyPercent: 75, maximumPercent: 100 },
    { desiredCount: 4, minimumHealthyPercent: 100, maximumPercent: 200 },
    { desiredCount: 3, minimumHealthyPercent: 100, maximumPercent: 150 },
  ];
  it.each(sampled(limits, 3))(
    "keeps within $minimumHealthyPercent and $maximumPercent percent of $desiredCount at every instant",
    async ({ desiredCount, ...deploymentConfiguration }) => {
      const { minimumHealthyPercent, maximumPercent } = deploymentConfiguration;
      const healthCheck = healthyUntil(join(folder, randomUUID()));
      const service = await test.serve({
        desiredCount,
        deploymentConfiguration,
        taskDefinition: await test.define({ healthCheck }),
      });
      const old = await arnsOf(service);
      const before = new Date();
      await force(service);
      const healthy: number[] = [];
      await until(async () => {
        const tasks = await test.tasks(service);
        healthy.push(tasks.filter(({ healthStatus }) => healthStatus === "HEALTHY").length);
        return eventsOf(service).length === 4;
      });
      const all = [...(await test.tasks(service)), ...(await test.tasks(service, "STOPPED"))];
      const from = all.flatMap(({ createdAt, stoppingAt }) => [createdAt, stoppingAt]);
      const instants = from.flatMap((at) => (at && at >= before ? [Number(at)] : []));
      expect(instants).toHaveLength(desiredCount * 2);
      const count = (begins: "createdAt" | "startedAt", at: number) =>
        all.filter((t) => Number(t[begins]) <= at && Number(t.stoppingAt ?? Infinity) > at).length;
      const least = Math.min(...healthy, ...instants.map((at) => count("startedAt", at)));
      const most = Math.max(...instants.map((at) => count("createdAt", at)));
      expect(least).toBeGreaterThanOrEqual((desiredCount * minimumHealthyPercent) / 100);
      expect(most).toBeLessThanOrEqual((desiredCount * maximumPercent) / 100);
      expect((await arnsOf(service)).filter((arn) => old.includes(arn))).toEqual([]);
    },
  );

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
  it("is told to EventBridge, and in the service's history (API_ListServiceDeployments)", async () => {
    const service = await test.serve({ taskDefinition: await test.define() });
    const first = (await test.describe(service)).deployments?.[0]?.id;
    const forced = await force(service);
    const [primary, active] = forced.service?.deployments ?? [];
    expect([primary?.status, active?.status]).toEqual(["PRIMARY", "ACTIVE"]);
    expect([primary?.rolloutState, active?.rolloutState]).toEqual(["IN_PROGRESS", "COMPLETED"]);
    await test.deployed(service);
    expect((await test.describe(service)).deployments).toMatchObject([
      {
        id: primary?.id,
        status: "PRIMARY",
        rolloutState: "COMPLETED",
        createdAt: primary?.createdAt,
      },
    ]);
    expect(eventsOf(service)).toEqual(
      [first, primary?.id].flatMap((id) => [
        ["SERVICE_DEPLOYMENT_IN_PROGRESS", id, `ECS deployment ${id} in progress.`],
        ["SERVICE_DEPLOYMENT_COMPLETED", id, `ECS deployment ${id} completed.`],
      ]),
    );
    const serviceArn = String((await test.describe(service)).serviceArn);
    expect(events.findLast(({ resources }) => resources[0] === serviceArn)).toEqual({
      version: "0",
      id: expect.any(String),
      source: "aws.ecs",
      "detail-type": "ECS Deployment State Change",
      resources: [serviceArn],
      account: aws.accountId,
      region: aws.region,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      detail: {
        eventType: "INFO",
        eventName: "SERVICE_DEPLOYMENT_COMPLETED",
        deploymentId: primary?.id,
        updatedAt: expect.stringMatching(/Z$/),
        reason: expect.any(String),
      },
    });
    const listed = await ecs.listServiceDeployments({ cluster, service });
    const name = `${cluster}/${service}`;
    expect(listed.serviceDeployments).toHaveLength(2);
    expect(listed.serviceDeployments?.[0]).toMatchObject({
      serviceDeploymentArn: expect.stringContaining(`:service-deployment/${name}/`),
      targetServiceRevisionArn: expect.stringContaining(`:service-revision/${name}/`),
      status: "SUCCESSFUL",
      serviceArn,
    });
    const [newest, oldest] = listed.serviceDeployments ?? [];
    const filters = [
      { status: ["IN_PROGRESS" as const] },
      { createdAt: { before: oldest?.createdAt } },
      { createdAt: { after: newest?.createdAt } },
    ];
    for (const [index, expected] of [[], [oldest], [newest]].entries()) {
      const { serviceDeployments } = await ecs.listServiceDeployments({
        cluster,
        service,
        ...filters[index],
      });
      expect(serviceDeployments).toEqual(expected);
    }
    const paged = await ecs.listServiceDeployments({ cluster, service, maxResults: 1 });
    expect(paged.serviceDeployments).toEqual([newest]);
    expect(paged.nextToken).toBeDefined();
    const unknown = `${newest?.serviceDeploymentArn}x`;
    expect(
      (await ecs.describeServiceDeployments({ serviceDeploymentArns: [unknown] })).failures,
    ).toEqual([{ arn: unknown, reason: "MISSING" }]);
  });

  it("stops the one that is under way", async () => {
    const service = await test.serve({ taskDefinition: await test.define() });
    const stuck = await test.define({ healthCheck: { command: ["CMD", "false"], interval: 60 } });
    await ecs.updateService({ cluster, service, taskDefinition: stuck });
    await until(async () => (await test.describe(service)).runningCount === 2);
    const { serviceDeploymentArn = "" } = (await test.newestDeployment(service)) ?? {};
    await ecs.updateService({ cluster, service, taskDefinition: await test.define() });
    expect(await test.deployed(service)).toMatchObject({ status: "SUCCESSFUL" });
    const serviceDeploymentArns = [serviceDeploymentArn];
    const stopped = await ecs.describeServiceDeployments({ serviceDeploymentArns });
    expect(stopped.serviceDeployments).toMatchObject([
      { status: "STOPPED", statusReason: expect.any(String), stoppedAt: expect.any(Date) },
    ]);
    expect(await test.tasks(service)).toHaveLength(1);
  });

  it("is complete while old tasks are still stopping", { tags: "ci" }, async () => {
    const command = ["/bin/sh", "-c", 'trap "" TERM; echo up; while :; do sleep 0.05; done'];
    const service = await test.serve({
      taskDefinition: await test.define({ command, stopTimeout: 2 }),
    });
    const [old] = await test.tasks(service);
    await test.lines(String(old?.taskArn));
    await force(service);
    await test.deployed(service);
    expect((await test.task(String(old?.taskArn))).lastStatus).toBe("STOPPING");
    expect(await test.tasks(service, "STOPPED")).toHaveLength(1);
  });

  it("waits for a protected task (API_UpdateTaskProtection)", { tags: "ci" }, async () => {
    const service = await test.serve({ taskDefinition: await test.define(), desiredCount: 2 });
    const [kept = ""] = await arnsOf(service);
    const asked = { cluster, tasks: [kept] };
    const on = await ecs.updateTaskProtection({ ...asked, protectionEnabled: true });
    expect(on.protectedTasks).toMatchObject([{ taskArn: kept, protectionEnabled: true }]);
    const left = Number(on.protectedTasks?.[0]?.expirationDate) - Date.now();
    expect(left / 60_000).toBeCloseTo(120, 0);
    await force(service);
    await until(async () => {
      const tasks = await arnsOf(service);
      return tasks.length === 3 && tasks.includes(kept) && (await settled(service, 2));
    });
    expect((await test.newestDeployment(service))?.status).toBe("IN_PROGRESS");
    const get = await ecs.getTaskProtection(asked);
    expect(get.protectedTasks).toEqual(on.protectedTasks);
    await ecs.updateTaskProtection({ ...asked, protectionEnabled: false });
    expect(await test.deployed(service)).toMatchObject({ status: "SUCCESSFUL" });
    expect(await arnsOf(service)).not.toContain(kept);
  });

  it("goes on when a protection expires; a standalone task cannot be protected", {
    tags: "ci",
  }, async () => {
    const service = await test.serve({ taskDefinition: await test.define() });
    const [task = ""] = await arnsOf(service);
    const asked = { cluster, protectionEnabled: true, expiresInMinutes: 1 / 60 };
    await ecs.updateTaskProtection({ ...asked, tasks: [task] });
    await force(service);
    const { createdAt, finishedAt } = await test.deployed(service);
    expect(Number(finishedAt) - Number(createdAt)).toBeGreaterThan(300);
    const standalone = await test.run(await test.define());
    const refused = await ecs.updateTaskProtection({ ...asked, tasks: [standalone] });
    expect(refused.failures).toEqual([{ arn: standalone, reason: "TASK_NOT_VALID" }]);
  });
});

/** So many of the newest deployment's tasks run. */
async function settled(service: string, count: number): Promise<boolean> {
  return (await test.describe(service)).deployments?.[0]?.runningCount === count;
}

describe("a service", () => {
  it("replaces a task that dies or is stopped, and scales, without a deployment", async () => {
    const service = await test.serve({ taskDefinition: await test.define(), desiredCount: 2 });
    const [first = "", second = ""] = await arnsOf(service);
    await ecs.stopTask({ cluster, task: first });
    await until(async () => {
      const tasks = await arnsOf(service);
      return tasks.length === 2 && tasks.includes(second) && !tasks.includes(first);
    });
    await ecs.updateService({ cluster, service, desiredCount: 3 });
    await until(async () => (await test.describe(service)).runningCount === 3);
    await ecs.updateService({ cluster, service, desiredCount: 1 });
    await until(async () => (await test.describe(service)).runningCount === 1);
    const listed = await ecs.listServiceDeployments({ cluster, service });
    expect(listed.serviceDeployments).toHaveLength(1);
    expect((await test.describe(service)).deployments).toMatchObject([
      { rolloutState: "COMPLETED" },
    ]);
  });

  it("replaces an unhealthy task", { tags: "ci" }, async () => {
    const file = join(folder, randomUUID());
    const taskDefinition = await test.define({ healthCheck: healthyUntil(file) });
    const service = await test.serve({ taskDefinition });
    const [sick = ""] = await arnsOf(service);
    await writeFile(file, "");
    const task = await test.stopped(sick);
    expect(task).toMatchObject({ stoppedReason: "Task failed container health checks" });
    await rm(file);
    await until(async () => {
      const tasks = await test.tasks(service);
      return tasks.length === 1 && tasks[0]?.healthStatus === "HEALTHY";
    });
    expect(await arnsOf(service)).not.toContain(sick);
  });
});

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
describe("the circuit breaker", () => {
  it("rolls back to the last completed deployment, which keeps its tasks", async () => {
    const taskDefinition = await test.define();
    const service = await test.serve({
      taskDefinition,
      desiredCount: 2,
      deploymentConfiguration: breaker,
    });
    const old = await arnsOf(service);
    const [completed] = (await test.describe(service)).deployments ?? [];
    const failing = await test.define({ healthCheck: broken });
    const updated = await ecs.updateService({ cluster, service, taskDefinition: failing });
    const failed = updated.service?.deployments?.[0];
    expect(await test.deployed(service)).toMatchObject({
      status: "ROLLBACK_SUCCESSFUL",
      statusReason: expect.stringContaining("circuit breaker"),
      rollback: { reason: expect.stringContaining("circuit breaker"), startedAt: expect.any(Date) },
      deploymentCircuitBreaker: { status: "TRIGGERED", threshold: 3, failureCount: 3 },
    });
    expect(await arnsOf(service)).toEqual(old);
    expect(await test.describe(service)).toMatchObject({
      taskDefinition,
      deployments: [{ id: completed?.id, status: "PRIMARY", rolloutState: "COMPLETED" }],
    });
    const rollback = `ECS deployment circuit breaker: rolling back to deploymentId ${completed?.id}.`;
    expect(eventsOf(service).slice(2)).toEqual([
      ["SERVICE_DEPLOYMENT_IN_PROGRESS", failed?.id, `ECS deployment ${failed?.id} in progress.`],
      ["SERVICE_DEPLOYMENT_FAILED", failed?.id, expect.stringContaining("circuit breaker")],
      ["SERVICE_DEPLOYMENT_IN_PROGRESS", completed?.id, rollback],
      ["SERVICE_DEPLOYMENT_COMPLETED", completed?.id, expect.stringContaining("completed")],
    ]);
  });

  it("counts tasks that cannot get their secret; without rollback the service stalls", {
    tags: "ci",
  }, async () => {
    const secret = await createSecret(secrets);
    const service = await test.serve({
      taskDefinition: await test.define({ secrets: [{ name: "SECRET", valueFrom: secret.arn }] }),
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
    });
    const old = await arnsOf(service);
    await secrets.send(new DeleteSecretCommand({ SecretId: secret.arn }));
    await force(service);
    expect(await test.deployed(service)).toMatchObject({
      status: "STOPPED",
      stoppedAt: expect.any(Date),
      statusReason: expect.stringContaining("circuit breaker"),
    });
    expect((await test.describe(service)).deployments).toMatchObject([
      { status: "PRIMARY", rolloutState: "FAILED", failedTasks: 3 },
      { status: "ACTIVE", rolloutState: "COMPLETED", runningCount: 1 },
    ]);
    expect(await arnsOf(service)).toEqual(old);
  });

  it("fails the rollback where the last completed deployment cannot start tasks either", {
    tags: "ci",
  }, async () => {
    const secret = await createSecret(secrets);
    const service = await test.serve({
      taskDefinition: await test.define({ secrets: [{ name: "SECRET", valueFrom: secret.arn }] }),
      deploymentConfiguration: { ...breaker, minimumHealthyPercent: 0, maximumPercent: 100 },
    });
    await secrets.send(new DeleteSecretCommand({ SecretId: secret.arn }));
    await force(service);
    expect(await test.deployed(service)).toMatchObject({ status: "ROLLBACK_FAILED" });
  });

  it("switched off leaves a deployment IN_PROGRESS, and its failed tasks are stopped", async () => {
    const service = await test.serve({ taskDefinition: await test.define() });
    const old = await arnsOf(service);
    const failing = await test.define({ healthCheck: broken });
    await ecs.updateService({ cluster, service, taskDefinition: failing });
    await until(
      async () => ((await test.describe(service)).deployments?.[0]?.failedTasks ?? 0) >= 4,
    );
    expect((await test.newestDeployment(service))?.status).toBe("IN_PROGRESS");
    expect(eventsOf(service).at(-1)?.[0]).toBe("SERVICE_DEPLOYMENT_IN_PROGRESS");
    expect(await arnsOf(service)).toEqual(expect.arrayContaining(old));
    await ecs.updateService({
      cluster,
      service,
      taskDefinition: await test.define({ command: waits }),
    });
    expect(await test.deployed(service)).toMatchObject({ status: "SUCCESSFUL" });
  });
});

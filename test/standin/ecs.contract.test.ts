/** Clusters, task definitions and services: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ */
import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { AwsError, startAws } from "../../standin/aws.ts";
import { ecsClient, TestCluster, until, waits } from "./ecs-fixtures.ts";

const aws = await startAws();
const ecs = ecsClient(aws);
afterAll(() => aws[Symbol.asyncDispose]());

const arn = (resource: string) => `arn:aws:ecs:${aws.region}:${aws.accountId}:${resource}`;
const missing = (resource: string) => [{ arn: arn(resource), reason: "MISSING" }];

describe("clusters", () => {
  it("are created once (API_CreateCluster), described and listed", async () => {
    const { cluster } = await ecs.createCluster({ clusterName: "one" });
    expect(cluster).toMatchObject({
      clusterArn: arn("cluster/one"),
      clusterName: "one",
      status: "ACTIVE",
      runningTasksCount: 0,
      pendingTasksCount: 0,
      activeServicesCount: 0,
    });
    await ecs.createCluster({ clusterName: "one" });
    expect((await ecs.listClusters({})).clusterArns).toEqual([arn("cluster/one")]);
    const described = await ecs.describeClusters({ clusters: ["one", "two"] });
    expect(described.clusters).toEqual([cluster]);
    expect(described.failures).toEqual(missing("cluster/two"));
  });

  it("are asked for by name or ARN, and are 'default' where none is named", async () => {
    const { cluster } = await TestCluster.create(aws);
    expect((await ecs.listTasks({ cluster: arn(`cluster/${cluster}`) })).taskArns).toEqual([]);
    const unknown = { name: "ClusterNotFoundException", message: "Cluster not found." };
    await expect(ecs.listTasks({})).rejects.toMatchObject(unknown);
    await expect(ecs.listServices({ cluster: "unknown" })).rejects.toMatchObject(unknown);
    await expect(
      ecs.describeServices({ cluster: "unknown", services: ["a"] }),
    ).rejects.toMatchObject(unknown);
  });

  it("are deleted once they are empty (API_DeleteCluster)", async () => {
    const test = await TestCluster.create(aws);
    const { cluster } = test;
    const service = await test.serve({ taskDefinition: await test.define() });
    const [task] = await test.tasks();
    await expect(ecs.deleteCluster({ cluster })).rejects.toMatchObject({
      name: "ClusterContainsServicesException",
    });
    await ecs.deleteService({ cluster, service, force: true });
    const standalone = await test.run(await test.define());
    await test.stopped(String(task?.taskArn));
    await expect(ecs.deleteCluster({ cluster })).rejects.toMatchObject({
      name: "ClusterContainsTasksException",
    });
    await ecs.stopTask({ cluster, task: standalone });
    await test.stopped(standalone);
    expect((await ecs.deleteCluster({ cluster })).cluster?.status).toBe("INACTIVE");
  });
});

describe("task definitions", () => {
  it("are numbered by family, and the family's name is its latest active revision", async () => {
    const test = await TestCluster.create(aws);
    const family = `family-${randomUUID()}`;
    const one = await test.define({ memory: 64, secrets: [{ name: "A", valueFrom: "b" }] }, family);
    const two = await test.define({}, family);
    expect([one, two]).toEqual([1, 2].map((n) => arn(`task-definition/${family}:${n}`)));
    const asked = { taskDefinition: `${family}:1` };
    expect((await ecs.describeTaskDefinition(asked)).taskDefinition).toMatchObject({
      taskDefinitionArn: one,
      family,
      revision: 1,
      status: "ACTIVE",
      registeredAt: expect.any(Date),
      containerDefinitions: [
        {
          name: "app",
          image: "app",
          essential: true,
          command: waits,
          memory: 64,
          environment: [],
          secrets: [{ name: "A", valueFrom: "b" }],
        },
      ],
    });
    const latest = { taskDefinition: family };
    expect((await ecs.describeTaskDefinition(latest)).taskDefinition?.revision).toBe(2);
    await ecs.deregisterTaskDefinition({ taskDefinition: two });
    expect((await ecs.describeTaskDefinition(latest)).taskDefinition?.revision).toBe(1);
    // "INACTIVE task definitions remain discoverable" (API_DeregisterTaskDefinition)
    const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: two });
    expect(taskDefinition).toMatchObject({ status: "INACTIVE", deregisteredAt: expect.any(Date) });
    const list = async (status?: "INACTIVE") =>
      (await ecs.listTaskDefinitions({ familyPrefix: family, ...(status && { status }) }))
        .taskDefinitionArns;
    expect(await list()).toEqual([one]);
    expect(await list("INACTIVE")).toEqual([two]);
    await expect(ecs.runTask({ cluster: test.cluster, taskDefinition: two })).rejects.toMatchObject(
      {
        name: "ClientException",
        message: "TaskDefinition is inactive",
      },
    );
  });

  it.each([
    ["no essential container", [{ name: "a", image: "a", essential: false }]],
    ["one name twice", ["a", "a"].map((name) => ({ name, image: "a" }))],
    ["a health check without CMD", [{ name: "a", image: "a", healthCheck: { command: ["true"] } }]],
    ["no image", [{ name: "a" }]],
    ["no containers", []],
  ])("are refused with %s", async (_what, containerDefinitions) => {
    await expect(
      ecs.registerTaskDefinition({ family: "refused", containerDefinitions }),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("that are unknown are a ClientException (API_DescribeTaskDefinition)", async () => {
    const { cluster } = await TestCluster.create(aws);
    const taskDefinition = "unknown";
    const name = "ClientException";
    await expect(ecs.describeTaskDefinition({ taskDefinition })).rejects.toMatchObject({ name });
    await expect(ecs.runTask({ cluster, taskDefinition })).rejects.toMatchObject({ name });
    await expect(
      ecs.createService({ cluster, serviceName: "a", taskDefinition }),
    ).rejects.toMatchObject({ name });
  });
});

describe("services", () => {
  it("have the defaults and the long ARN of API_CreateService", async () => {
    const test = await TestCluster.create(aws);
    const { cluster } = test;
    const taskDefinition = await test.define();
    const { service } = await ecs.createService({
      cluster,
      serviceName: "app",
      taskDefinition,
      desiredCount: 2,
    });
    expect(service).toMatchObject({
      serviceArn: arn(`service/${cluster}/app`),
      clusterArn: arn(`cluster/${cluster}`),
      serviceName: "app",
      status: "ACTIVE",
      taskDefinition,
      desiredCount: 2,
      schedulingStrategy: "REPLICA",
      deploymentController: { type: "ECS" },
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
      deployments: [
        {
          status: "PRIMARY",
          rolloutState: "IN_PROGRESS",
          taskDefinition,
          desiredCount: 2,
          id: expect.stringMatching(/^ecs-svc\/\d{19}$/),
          createdAt: expect.any(Date),
        },
      ],
    });
    expect(service?.deployments).toHaveLength(1);
    await test.deployed("app");
    expect(await test.describe("app")).toMatchObject({
      runningCount: 2,
      pendingCount: 0,
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 2 }],
    });
  });

  it("are refused under a name in use, without a task definition, and where they are unknown", async () => {
    const test = await TestCluster.create(aws);
    const { cluster } = test;
    const taskDefinition = await test.define();
    const service = await test.serve({ taskDefinition });
    const name = "InvalidParameterException";
    await expect(
      ecs.createService({ cluster, serviceName: service, taskDefinition }),
    ).rejects.toMatchObject({ name, message: "Creation of service was not idempotent." });
    await expect(ecs.createService({ cluster, serviceName: "b" })).rejects.toMatchObject({ name });
    for (const call of [
      ecs.updateService({ cluster, service: "b" }),
      ecs.deleteService({ cluster, service: "b" }),
      ecs.listTasks({ cluster, serviceName: "b" }),
      ecs.listServiceDeployments({ cluster, service: "b" }),
    ]) {
      await expect(call).rejects.toMatchObject({ name: "ServiceNotFoundException" });
    }
  });

  it("are listed 10 to a page (API_ListServices) and described by name or ARN (API_DescribeServices)", async () => {
    const test = await TestCluster.create(aws);
    const { cluster } = test;
    const taskDefinition = await test.define();
    for (let n = 0; n < 12; n += 1) {
      await ecs.createService({ cluster, serviceName: `app-${n}`, taskDefinition });
    }
    const first = await ecs.listServices({ cluster });
    const { nextToken } = first;
    const second = await ecs.listServices({ cluster, ...(nextToken && { nextToken }) });
    expect([first.serviceArns?.length, second.serviceArns?.length]).toEqual([10, 2]);
    expect(second.nextToken).toBeUndefined();
    expect((await ecs.listServices({ cluster, maxResults: 100 })).serviceArns).toEqual([
      ...(first.serviceArns ?? []),
      ...(second.serviceArns ?? []),
    ]);
    const described = await ecs.describeServices({ cluster, services: ["app-11", "unknown"] });
    expect(described.services?.map(({ serviceName }) => serviceName)).toEqual(["app-11"]);
    expect(described.failures).toEqual(missing(`service/${cluster}/unknown`));
  });

  it("drain when they are deleted, and stay describable (API_DeleteService)", async () => {
    const test = await TestCluster.create(aws);
    const { cluster } = test;
    const service = await test.serve({ taskDefinition: await test.define() });
    const [task] = await test.tasks(service);
    await expect(ecs.deleteService({ cluster, service })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "The service cannot be stopped while it is scaled above 0.",
    });
    const deleted = await ecs.deleteService({ cluster, service, force: true });
    expect(deleted.service?.status).toBe("DRAINING");
    expect((await ecs.listServices({ cluster })).serviceArns).toEqual([]);
    await until(async () => (await test.describe(service)).status === "INACTIVE");
    expect(await test.stopped(String(task?.taskArn))).toMatchObject({
      stopCode: "ServiceSchedulerInitiated",
    });
    await expect(
      ecs.updateService({ cluster, service, forceNewDeployment: true }),
    ).rejects.toMatchObject({ name: "ServiceNotActiveException" });
  });

  it.each(["CODE_DEPLOY", "EXTERNAL"] as const)(
    "of the %s controller have task sets, and cannot be forced (API_UpdateService)",
    async (type) => {
      const test = await TestCluster.create(aws);
      const { cluster } = test;
      const taskDefinition = await test.define();
      const input = { cluster, serviceName: "app", taskDefinition, desiredCount: 1 };
      await ecs.createService({ ...input, deploymentController: { type } });
      await until(async () => (await test.describe("app")).runningCount === 1);
      expect(await test.describe("app")).toMatchObject({
        deploymentController: { type },
        deployments: [],
        taskSets: [{ status: "PRIMARY", taskDefinition, runningCount: 1 }],
      });
      const service = "app";
      expect((await ecs.listServiceDeployments({ cluster, service })).serviceDeployments).toEqual(
        [],
      );
      for (const update of [{ forceNewDeployment: true }, { taskDefinition }]) {
        await expect(ecs.updateService({ cluster, service, ...update })).rejects.toMatchObject({
          name: "InvalidParameterException",
          message: expect.stringMatching(
            / with a \w+ deployment controller\. Use AWS CodeDeploy to trigger a new deployment\.$/,
          ),
        });
      }
      await ecs.updateService({ cluster, service, desiredCount: 0 });
      await until(async () => (await test.describe("app")).runningCount === 0);
    },
  );

  it("are out of reach for a caller without the right, by an interceptor", async () => {
    const { cluster } = await TestCluster.create(aws);
    using _ = aws.intercept({
      before({ service, operation, principal }) {
        if (service !== "ecs" || operation !== "ListServices" || principal !== "nobody") return;
        throw new AwsError("AccessDeniedException", "User is not authorized to perform this.");
      },
    });
    await expect(ecsClient(aws, "nobody").listServices({ cluster })).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    expect((await ecs.listServices({ cluster })).serviceArns).toEqual([]);
  });
});

import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { createRole, openSession } from "../../lab/conformance/session.ts";
import { topic } from "./fact.ts";

const ecsApi = (page: string) =>
  `https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_${page}.html`;

async function cluster({ clients }: TestAccount, clusterName: string) {
  await clients.ecs.send(new CreateClusterCommand({ clusterName }));
  return clusterName;
}

/** A task that does nothing for five minutes, of the smallest size. */
async function definition({ clients }: TestAccount, family: string): Promise<string> {
  const { taskDefinition } = await clients.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: [
        {
          name: "app",
          image: "public.ecr.aws/docker/library/busybox:stable",
          command: ["sleep", "300"],
          essential: true,
        },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? "";
}

/** A service of no task, so that it costs nothing. */
async function service(account: TestAccount, type: "ECS" | "EXTERNAL") {
  const name = account.name();
  const at = { cluster: await cluster(account, name), service: name };
  const { subnets } = account.settings ?? {};
  await account.clients.ecs.send(
    new CreateServiceCommand({
      cluster: at.cluster,
      serviceName: name,
      desiredCount: 0,
      deploymentController: { type },
      ...(type === "ECS" && {
        taskDefinition: await definition(account, name),
        launchType: "FARGATE",
        networkConfiguration: { awsvpcConfiguration: { subnets: [...(subnets ?? [])] } },
      }),
    }),
  );
  return at;
}

const describe = async ({ clients }: TestAccount, at: { cluster: string; service: string }) => {
  const { cluster, service } = at;
  const command = new DescribeServicesCommand({ cluster, services: [service] });
  return (await clients.ecs.send(command)).services?.[0];
};

topic("A deployment of ECS", (fact) => {
  fact(
    "a forced one is allowed where ecs:task-definition must be absent, and another task definition or a shell is not",
    {
      source:
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html",
      only: ["account", "the stand-in denies nothing"],
      needs: "subnets",
      minutes: 7,
    },
    async (account) => {
      const at = await service(account, "ECS");
      const [role, other] = [await createRole(account), await definition(account, account.name())];
      const { ecs } = await openSession(account, role, [
        {
          Effect: "Allow",
          Action: "ecs:UpdateService",
          Resource: "*",
          Condition: {
            Null: { "ecs:task-definition": "true" },
            BoolIfExists: { "ecs:enable-execute-command": "false" },
          },
        },
      ]);
      const force = new UpdateServiceCommand({ ...at, forceNewDeployment: true });
      await eventually("the rights of the role", account.patience(2), () =>
        ecs.send(force).catch(() => undefined),
      );
      for (const more of [{ taskDefinition: other }, { enableExecuteCommand: true }])
        await expect(
          ecs.send(new UpdateServiceCommand({ ...at, forceNewDeployment: true, ...more })),
        ).rejects.toMatchObject({ name: "AccessDeniedException" });
    },
  );

  fact(
    "a forced one has an id of its own, the task definition that it had, and succeeds at once where no task is wanted",
    { source: ecsApi("UpdateService"), needs: "subnets", minutes: 7 },
    async (account) => {
      const { ecs } = account.clients;
      const at = await service(account, "ECS");
      const before = await describe(account, at);
      const forced = await ecs.send(new UpdateServiceCommand({ ...at, forceNewDeployment: true }));
      expect(forced.service?.taskDefinition).toBe(before?.taskDefinition);
      expect(forced.service?.deployments?.[0]?.id).not.toBe(before?.deployments?.[0]?.id);
      const list = () => ecs.send(new ListServiceDeploymentsCommand(at));
      const [newest, ...older] = await eventually("success", account.patience(5), async () => {
        const { serviceDeployments = [] } = await list();
        const isDone = serviceDeployments[0]?.status === "SUCCESSFUL";
        return isDone && serviceDeployments.length >= 2 && serviceDeployments;
      });
      expect(newest?.createdAt).toBeInstanceOf(Date);
      for (const { createdAt } of older) {
        expect(Number(createdAt)).toBeLessThanOrEqual(Number(newest?.createdAt));
      }
      const after = await describe(account, at);
      expect(after?.deployments).toMatchObject([{ status: "PRIMARY", rolloutState: "COMPLETED" }]);
      return `currentServiceDeployment ${after?.currentServiceDeployment ? "stays" : "is not there"} afterwards`;
    },
  );

  fact(
    "a service of the EXTERNAL controller cannot be forced",
    { source: ecsApi("UpdateService") },
    async (account) => {
      const at = await service(account, "EXTERNAL");
      const force = new UpdateServiceCommand({ ...at, forceNewDeployment: true });
      await expect(account.clients.ecs.send(force)).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      const list = new ListServiceDeploymentsCommand(at);
      return account.clients.ecs.send(list).then(
        ({ serviceDeployments = [] }) =>
          `ListServiceDeployments lists ${serviceDeployments.length} for it`,
        ({ name }: Error) => `ListServiceDeployments is refused for it: ${name}`,
      );
    },
  );
});

topic("Tasks of ECS", (fact) => {
  fact(
    "ListTasks shows RUNNING ones by default, and a task that is still stopping under STOPPED alone; createdAt comes before startedAt",
    { source: ecsApi("ListTasks"), needs: "subnets", minutes: 10 },
    async (account) => {
      const { ecs } = account.clients;
      const name = account.name();
      const at = { cluster: await cluster(account, name) };
      const subnets = [...(account.settings?.subnets ?? [])];
      const started = await ecs.send(
        new RunTaskCommand({
          ...at,
          taskDefinition: await definition(account, name),
          launchType: "FARGATE",
          networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
        }),
      );
      const task = started.tasks?.[0]?.taskArn ?? "";
      const describeTask = async () =>
        (await ecs.send(new DescribeTasksCommand({ ...at, tasks: [task] }))).tasks?.[0];
      const running = await eventually("a task that runs", account.patience(5), async () => {
        const described = await describeTask();
        return described?.lastStatus === "RUNNING" && described;
      });
      expect(Number(running.createdAt)).toBeLessThan(Number(running.startedAt));
      const list = async (desiredStatus?: "STOPPED") =>
        (await ecs.send(new ListTasksCommand({ ...at, ...(desiredStatus && { desiredStatus }) })))
          .taskArns;
      expect(await list()).toEqual([task]);
      await ecs.send(new StopTaskCommand({ ...at, task }));
      expect(await list("STOPPED")).toEqual([task]);
      expect(await list()).toEqual([]);
      return `right after StopTask it is ${(await describeTask())?.lastStatus}`;
    },
  );
});

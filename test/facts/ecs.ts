import {
  type ContainerDefinition,
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { trust } from "../../lab/conformance/rotation-host.ts";

export const ecsApi = (page: string) =>
  `https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_${page}.html`;

export async function cluster({ clients }: TestAccount, clusterName: string) {
  await clients.ecs.send(new CreateClusterCommand({ clusterName }));
  return clusterName;
}

/** A task that does nothing for five minutes, of the smallest size. */
export async function definition(
  { clients }: TestAccount,
  family: string,
  {
    executionRoleArn,
    ...container
  }: Partial<ContainerDefinition> & {
    executionRoleArn?: string;
  } = {},
): Promise<string> {
  const { taskDefinition } = await clients.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      executionRoleArn,
      containerDefinitions: [
        {
          name: "app",
          image: "public.ecr.aws/docker/library/busybox:stable",
          command: ["sleep", "300"],
          essential: true,
          ...container,
        },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? "";
}

/** A role with which ECS reads the secrets of this run for a task. */
export async function executionRole(account: TestAccount): Promise<string> {
  const { clients, partition, prefix } = account;
  const RoleName = account.name();
  const AssumeRolePolicyDocument = trust("ecs-tasks.amazonaws.com");
  const { Role } = await clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
  );
  const Resource = `arn:${partition}:secretsmanager:*:*:secret:${prefix}*`;
  const allow = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource };
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [allow] });
  const policy = { RoleName, PolicyName: "secrets", PolicyDocument };
  await clients.iam.send(new PutRolePolicyCommand(policy));
  return Role?.Arn ?? "";
}

/** A service of no task, so that it costs nothing. */
export async function service(account: TestAccount, type: "ECS" | "EXTERNAL") {
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

/** Of a task with this command, once it has ended. */
export async function exitCode(
  account: TestAccount,
  at: { cluster: string },
  taskDefinition: string,
  command: string[],
): Promise<number | undefined> {
  const { ecs } = account.clients;
  const subnets = [...(account.settings?.subnets ?? [])];
  const run = new RunTaskCommand({
    ...at,
    taskDefinition,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
    overrides: { containerOverrides: [{ name: "app", command }] },
  });
  const task = (await ecs.send(run)).tasks?.[0]?.taskArn ?? "";
  const stopped = await eventually("a task that ends", account.patience(5), async () => {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ ...at, tasks: [task] }));
    return tasks?.[0]?.lastStatus === "STOPPED" && tasks[0];
  });
  return stopped.containers?.[0]?.exitCode;
}

export const describe = async (
  { clients }: TestAccount,
  at: { cluster: string; service: string },
) => {
  const { cluster, service } = at;
  const command = new DescribeServicesCommand({ cluster, services: [service] });
  return (await clients.ecs.send(command)).services?.[0];
};

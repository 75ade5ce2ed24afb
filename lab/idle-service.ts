import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Aws } from "../standin/aws.ts";
import { keysOf } from "./clients.ts";

export const cluster = "production";

/** A client that calls the stand-in's ECS as the operator, with the cluster that the manifests here name. */
export async function startCluster(aws: Aws): Promise<ECSClient> {
  const { endpoint, region } = aws;
  const ecs = new ECSClient({ endpoint, region, credentials: keysOf(aws, "operator") });
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  return ecs;
}

/**
 * A service of one task that gets passwords injected, and does nothing with them.
 * @param from ARNs of secrets, or names of parameters
 */
export async function createIdleService(
  ecs: ECSClient,
  name: string,
  from: readonly string[],
): Promise<void> {
  const secrets = from.map((id, index) => ({
    name: `PASSWORD_${index}`,
    valueFrom: id.startsWith("arn:") ? `${id}:password::` : id,
  }));
  const app = { name: "app", image: "app", command: ["/bin/sleep", "3600"], secrets };
  await ecs.send(new RegisterTaskDefinitionCommand({ family: name, containerDefinitions: [app] }));
  const service = { cluster, serviceName: name, taskDefinition: name, desiredCount: 1 };
  await ecs.send(new CreateServiceCommand(service));
}

/** ARNs of the tasks that ECS wants to run. */
export async function runningTasks(ecs: ECSClient): Promise<string[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }));
  return taskArns;
}

/** Those of these tasks that are not STOPPED yet. */
export async function stillLive(ecs: ECSClient, tasks: string[]): Promise<string[]> {
  if (tasks.length === 0) return [];
  const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  const live = described.tasks?.filter(({ lastStatus }) => lastStatus !== "STOPPED") ?? [];
  return live.flatMap(({ taskArn }) => taskArn ?? []);
}

/** The value of a parameter, decrypted. */
export async function readParameter(aws: Aws, Name: string): Promise<string | undefined> {
  const { endpoint, region } = aws;
  const ssm = new SSMClient({ endpoint, region, credentials: keysOf(aws, "operator") });
  const read = new GetParameterCommand({ Name, WithDecryption: true });
  return (await ssm.send(read)).Parameter?.Value;
}

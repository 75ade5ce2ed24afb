import { arn } from "./cloudformation.ts";
import type { Deployment } from "./deployment.ts";
import type { Statement } from "./grants.ts";

/** Consumers are looked for everywhere, and rolled in the manifest's clusters only. */
export function findAndRollConsumers({ manifest }: Deployment): Statement[] {
  const clusters = new Set(Object.values(manifest.secrets).flatMap(({ clusters }) => clusters));
  const services = [...clusters].map(servicesOf);
  const look: Statement[] = [
    {
      actions: ["ecs:ListClusters", "ecs:ListServices", "ecs:DescribeTaskDefinition"],
      resources: ["*"],
      why: "These actions take no resource (service authorization reference of Amazon ECS).",
    },
    {
      actions: ["ecs:ListTasks"],
      resources: [arn("ecs", "container-instance/*")],
      why: "The only resource that the action takes is one of container instances, whose ids are not known; consumers in clusters that the manifest does not list have to be found, to be reported.",
    },
    {
      actions: ["ecs:DescribeServices", "ecs:ListServiceDeployments"],
      resources: [arn("ecs", "service/*")],
      why: "Consumers in clusters that the manifest does not list have to be found, to be reported.",
    },
    {
      actions: ["ecs:DescribeTasks", "ecs:GetTaskProtection"],
      resources: [arn("ecs", "task/*")],
      why: "As for services; and the ids of tasks are not known.",
    },
  ];
  if (services.length === 0) return look;
  const roll = {
    actions: ["ecs:UpdateService"],
    resources: services,
    why: "Which services of the listed clusters consume a secret is found at run time.",
  };
  return [...look, roll];
}

/** @param cluster its name or ARN */
const servicesOf = (cluster: string) =>
  cluster.startsWith("arn:")
    ? `${cluster.replace(":cluster/", ":service/")}/*`
    : arn("ecs", `service/${cluster}/*`);

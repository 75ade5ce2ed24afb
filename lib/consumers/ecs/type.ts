import { list, text } from "../../manifest/forms.ts";
import type { ConsumerScope } from "../../manifest/manifest.ts";
import { unknownVariable } from "../../manifest/names.ts";
import type { ConsumerBuildType } from "../type.ts";
import { clustersOf } from "./clusters.ts";

/** ECS when the manifest is deployed. */
export const ecsType: ConsumerBuildType = {
  scopeKeys: {
    clusters: {
      schema: list(text("a cluster"), "production").describe(
        "ECS clusters, by name or ARN, in which consumers are looked for and rolled.",
      ),
      problem: clusterProblem,
    },
  },
  /** Everywhere, also in clusters that the manifest does not list. */
  findGrants(arn) {
    return [
      {
        actions: ["ecs:ListClusters", "ecs:ListServices", "ecs:DescribeTaskDefinition"],
        resources: ["*"],
        why: "These actions take no resource (service authorization reference of Amazon ECS).",
      },
      {
        actions: ["ecs:ListTasks"],
        resources: ["*"],
        why: "A request that names no container instance is authorized on *; consumers in clusters that the manifest does not list have to be found, to be reported.",
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
  },
  /** Only in the clusters that the manifest lists. */
  rollGrants(scopes, arn) {
    const services = servicesOf(scopes, arn).map((prefix) => `${prefix}*`);
    if (services.length === 0) return [];
    const why = "Which services of the listed clusters consume a secret is found at run time.";
    return [{ actions: ["ecs:UpdateService"], resources: services, condition: onlyRollOut, why }];
  },
  events: {
    "deployment-changed": {
      source: ["aws.ecs"],
      "detail-type": ["ECS Deployment State Change"],
      // Not SERVICE_DEPLOYMENT_IN_PROGRESS: there is nothing to do yet.
      detail: { eventName: ["SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"] },
    },
  },
  eventResources: servicesOf,
};

/** A new deployment of what the service runs already: no other task definition, no shell into its tasks. */
const onlyRollOut = {
  Null: { "ecs:task-definition": "true" },
  BoolIfExists: { "ecs:enable-execute-command": "false" },
};

/** What the ARNs of the services begin with that may be rolled: those in the listed clusters. */
function servicesOf(
  scopes: readonly ConsumerScope[],
  arn: (service: string, resource: string) => string,
): readonly string[] {
  return [...new Set(scopes.flatMap(clustersOf))].map((cluster) =>
    cluster.startsWith("arn:")
      ? `${cluster.replace(":cluster/", ":service/")}/`
      : arn("ecs", `service/${cluster}/`),
  );
}

/** The problem of a name or ARN that no cluster can have (CreateCluster). */
function clusterProblem(name: string): string | undefined {
  if (/^(arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster\/)?[A-Za-z0-9_-]{1,255}$/.test(name))
    return undefined;
  return (
    unknownVariable(name) ??
    "is not an ECS cluster: use its name (letters, digits, _ and -) or its ARN (arn:aws:ecs:…:cluster/…)"
  );
}

import type { ConsumerScope } from "../../manifest/manifest.ts";
import type { Asked } from "../../validation/ask.ts";
import type { ConsumersOfSecret } from "../../validation/consumers.ts";
import { type Finding, unchecked } from "../../validation/finding.ts";
import { clustersOf, ignoredIn, listedIn, serviceName, taskName } from "./clusters.ts";
import { ClusterUnreadable, remedies } from "./errors.ts";
import type { ReaderFacts, StandaloneFacts } from "./facts.ts";
import { isPossible } from "./judge.ts";

export interface AccountFacts {
  /** The clusters of the manifest, and all others of the account and Region. */
  readonly clusters: readonly ClusterFacts[];
  /** Whether the others could be listed. */
  readonly allClusters: Asked<unknown>;
}

interface ClusterFacts {
  /** As the manifest names it, else its ARN. */
  readonly cluster: string;
  /** Whether a secret of the manifest lists it. */
  readonly listed: boolean;
  readonly read: Asked<unknown>;
}

/** What is about the account and not about one secret. Pure. */
export function accountFindings({ clusters, allClusters }: AccountFacts): readonly Finding[] {
  const findings = clusters.flatMap(clusterFindings);
  if ("known" in allClusters) return findings;
  const allow = "ecs:ListClusters";
  const check = "whether secrets are consumed outside their clusters";
  return [...findings, unchecked(check, allClusters.unknown, { allow })];
}

function clusterFindings({ cluster, listed, read }: ClusterFacts): readonly Finding[] {
  if ("known" in read) return [];
  const { unknown } = read;
  const isMissing = unknown instanceof ClusterUnreadable && unknown.isAbsent;
  if (isMissing && !listed) return [];
  if (isMissing)
    return [
      {
        severity: "error",
        code: "CLUSTER_MISSING",
        what: `rotation.yml lists the cluster ${cluster}, which does not exist in this account and Region: settlement would alert after each rotation.`,
        remedy: "Correct clusters in rotation.yml.",
      },
    ];
  const allow =
    "ecs:ListServices, ListTasks, DescribeServices, DescribeTasks and DescribeTaskDefinition";
  return [unchecked(`who consumes secrets in the cluster ${cluster}`, unknown, { allow })];
}

/** Who leads to one secret, in all clusters that could be read. */
export interface Readers {
  readonly services: readonly ReaderFacts[];
  readonly tasks: readonly StandaloneFacts[];
}

/** What the readers of a secret mean for its rotations. Pure. */
export function consumersOfSecret(readers: Readers, scope: ConsumerScope): ConsumersOfSecret {
  const services = readers.services.filter((service) => !isPossible(service));
  const tasks = readers.tasks.filter((task) => !isPossible(task));
  const isListed = listedIn(scope);
  const inside = services.filter(isListed);
  const outside = [
    ...services.filter((service) => !isListed(service)).map(serviceName),
    ...tasks.filter((task) => !isListed(task)).map(taskName),
  ];
  const clusters = clustersOf(scope).join(", ") || "none is listed";
  return {
    where: `ECS clusters: ${clusters}`,
    sees: "ECS services and tasks",
    consumers: [
      ...inside.map((service) => ({
        name: canBeForced(service)
          ? serviceName(service)
          : `${serviceName(service)}, which is deployed by ${service.controller}`,
        references: service.references,
        after: canBeForced(service) ? ("rolled" as const) : ("deployed" as const),
        isRunning: service.desiredCount > 0,
      })),
      ...tasks.filter(isListed).map((task) => ({
        name: taskName(task),
        references: task.references,
        after: "ends" as const,
        isRunning: true,
      })),
    ],
    findings: [
      ...inside.flatMap(pinned),
      ...inside.flatMap(notForced),
      ...(outside.length > 0 ? [referencedOutside(outside)] : []),
      ...possible(readers, scope),
    ],
  };
}

/** Those that only mention the secret and that the manifest does not ignore. */
function possible({ services, tasks }: Readers, scope: ConsumerScope): readonly SecretFinding[] {
  const isIgnored = ignoredIn(scope);
  const all = [
    ...services.map((service) => ({ ...service, title: serviceName(service) })),
    ...tasks.map((task) => ({ ...task, name: task.family, title: taskName(task) })),
  ];
  return all
    .filter((each) => isPossible(each) && !isIgnored(each))
    .map(({ title, references }) => ({
      severity: "error",
      code: "POSSIBLE_CONSUMER",
      what: `${title} mentions the secret (${references.map(({ where }) => where).join(", ")}) and may use it: no rotation would settle while it runs.`,
      remedy: remedies.POSSIBLE_CONSUMER,
    }));
}

/** CodeDeploy and external controllers take no forced deployment. */
const canBeForced = ({ controller }: ReaderFacts) => controller === "ECS";

type SecretFinding = ConsumersOfSecret["findings"][number];

function pinned(service: ReaderFacts): readonly SecretFinding[] {
  const reference = service.references.find((each) => each.pinned !== undefined);
  if (!reference) return [];
  return [
    {
      severity: "error",
      code: "PINNED_REFERENCE",
      what: `${serviceName(service)}: ${reference.where} is pinned to ${reference.pinned}, which no rotation replaces: no rotation would ever settle.`,
      remedy: remedies.PINNED_REFERENCE,
    },
  ];
}

function notForced(service: ReaderFacts): readonly SecretFinding[] {
  const { controller, desiredCount } = service;
  if (canBeForced(service) || desiredCount === 0) return [];
  return [
    {
      severity: "warning",
      code: "CONTROLLER_CANNOT_BE_FORCED",
      what: `${serviceName(service)} is deployed by ${controller}, so it is not rolled: deploy it yourself after each rotation, which waits for it.`,
      remedy: remedies.CONTROLLER_CANNOT_BE_FORCED,
    },
  ];
}

const referencedOutside = (who: readonly string[]): SecretFinding => ({
  severity: "error",
  code: "REFERENCE_OUTSIDE",
  what: `Consumed outside its clusters by ${who.join(", ")}, which settlement does not roll: no rotation would ever settle.`,
  remedy: remedies.REFERENCE_OUTSIDE,
});

import type { ConsumerScope } from "../../manifest/manifest.ts";
import type { ConsumersOfSecret } from "../../validation/consumers.ts";
import { clustersOf, ignoredIn, listedIn, serviceName, taskName } from "./clusters.ts";
import { remedies } from "./errors.ts";
import type { ReaderFacts, StandaloneFacts } from "./facts.ts";
import { isPossible } from "./judge.ts";

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
      what: `${serviceName(service)} is deployed by ${controller}, so settlement does not roll it: deploy it yourself after each rotation; settlement waits for it.`,
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

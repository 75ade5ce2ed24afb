import { shortName } from "../consumers/ecs/facts.ts";
import { settlementRemedies } from "../settlement/errors.ts";
import type { SecretFacts, Service } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";

/** Who was found to consume a secret, and what its strategy means for them. Pure. */
export function consumerFindings(facts: SecretFacts): readonly Finding[] {
  const { name: secret, state, entry, consumers } = facts;
  if ("unknown" in state || !state.known) return [];
  const listed = new Set(entry.clusters.map(shortName));
  const isListed = ({ cluster }: { cluster: string }) => listed.has(shortName(cluster));
  const inside = consumers.services.filter(isListed);
  const outside = [
    ...consumers.services.filter((service) => !isListed(service)).map(path),
    ...consumers.tasks.filter((task) => !isListed(task)).map(({ id }) => `standalone task ${id}`),
  ];
  return [
    ...found(facts, inside),
    ...inPlace(facts, inside),
    ...inside.flatMap((service) => usernameNotRead(facts, service)),
    ...inside.flatMap((service) => pinned(secret, service)),
    ...inside.flatMap((service) => notForced(secret, service)),
    ...(outside.length > 0 ? [referencedOutside(secret, outside)] : []),
  ];
}

const path = ({ cluster, name }: Service) => `${shortName(cluster)}/${name}`;
const isInjected = ({ references }: Service) => references.some(({ reads }) => !reads);

function counted(services: readonly Service[]): string {
  const names = services.map(path).join(", ");
  return `${services.length} ${services.length === 1 ? "service" : "services"} (${names})`;
}

function found({ name: secret, entry, consumers }: SecretFacts, services: readonly Service[]) {
  const { length: tasks } = consumers.tasks;
  const standalone = tasks > 0 ? ` Standalone tasks that end by themselves: ${tasks}.` : "";
  const unseen = entry.clusters.length > 0 ? entry.clusters.join(", ") : "no cluster is listed";
  const what =
    services.length > 0
      ? `${counted(services)} will be rolled after each rotation.${standalone}`
      : `No ECS service leads to it (${unseen}): what else consumes it must read it again by itself.${standalone}`;
  return [finding({ severity: "note", code: "CONSUMERS", secret, what })];
}

function inPlace({ name: secret, credentials }: SecretFacts, services: readonly Service[]) {
  const injected = services.filter((service) => isInjected(service) && service.desiredCount > 0);
  const failing = credentials.some(({ spec }) => spec.strategy === "in-place");
  if (!failing || injected.length === 0) return [];
  return [
    finding({
      severity: "warning",
      code: "INJECTED_IN_PLACE",
      secret,
      what: `in-place with injected consumers: new connections of ${counted(injected)} fail from each rotation until they are rolled.`,
      remedy:
        "Name an admin secret for alternating-users in rotation.yml, or have them read the secret again when a login is refused.",
    }),
  ];
}

/** It takes the new password, and its own idea of the user. */
function usernameNotRead({ name: secret, credentials }: SecretFacts, service: Service) {
  const taken = service.references.map(({ field }) => field);
  const isWhole = taken.includes(undefined);
  return credentials.flatMap(({ spec, target }) => {
    if (spec.strategy !== "alternating-users" || "unknown" in target || isWhole) return [];
    const { username, password } = target.known.fields;
    const isUserTaken = [username, ...spec.urls].some((field) => taken.includes(field));
    if (!taken.includes(password) || isUserTaken) return [];
    return [
      finding({
        severity: "error",
        code: "USERNAME_NOT_READ",
        secret,
        what: `Service ${path(service)} takes the field ${JSON.stringify(password)} and not ${JSON.stringify(username)}: alternating-users changes both, so its new tasks would log in as the wrong user.`,
        remedy: `Inject ${JSON.stringify(username)} into the same container as well.`,
      }),
    ];
  });
}

function pinned(secret: string, service: Service) {
  const [reference] = service.references.filter((each) => each.pinned !== undefined);
  if (!reference) return [];
  return [
    finding({
      severity: "error",
      code: "PINNED_REFERENCE",
      secret,
      what: `Service ${path(service)}: ${reference.where} names ${reference.pinned}, which no rotation replaces: none would ever settle.`,
      remedy: settlementRemedies.PINNED_REFERENCE,
    }),
  ];
}

function notForced(secret: string, service: Service) {
  if (service.controller === "ECS" || service.desiredCount === 0 || !isInjected(service)) return [];
  return [
    finding({
      severity: "warning",
      code: "CONTROLLER_CANNOT_BE_FORCED",
      secret,
      what: `Service ${path(service)} is deployed by ${service.controller}, so it is not rolled: each rotation waits for a deployment of it.`,
      remedy: settlementRemedies.CONTROLLER_CANNOT_BE_FORCED,
    }),
  ];
}

const referencedOutside = (secret: string, who: readonly string[]) =>
  finding({
    severity: "error",
    code: "REFERENCE_OUTSIDE",
    secret,
    what: `Consumed outside the clusters that it lists, by ${who.join(", ")}: never rolled, so no rotation of it would ever settle.`,
    remedy: settlementRemedies.REFERENCE_OUTSIDE,
  });

import type { ConsumerScope } from "../../manifest/manifest.ts";

/** The clusters that the manifest lists for a secret: names or ARNs. */
export const clustersOf = (scope: ConsumerScope): readonly string[] => scope["clusters"] ?? [];

/** The name in an ARN; a name is its own. Within one account and Region the name tells clusters apart. */
const shortName = (cluster: string) => cluster.slice(cluster.lastIndexOf("/") + 1);

/** Whether the manifest lists a cluster, whichever of name and ARN it and the caller use. */
export function listedIn(scope: ConsumerScope): (located: { readonly cluster: string }) => boolean {
  const listed = new Set(clustersOf(scope).map(shortName));
  return ({ cluster }) => listed.has(shortName(cluster));
}

/** Each cluster once, as it was first named. */
export function unique(clusters: readonly string[]): readonly string[] {
  const byName = new Map<string, string>();
  for (const cluster of clusters)
    if (!byName.has(shortName(cluster))) byName.set(shortName(cluster), cluster);
  return [...byName.values()];
}

/** Whether `consumers.ignore` of the manifest lists it, as `cluster/service` or `cluster/family`. */
export function ignoredIn(
  scope: ConsumerScope,
): (located: { readonly cluster: string; readonly name: string }) => boolean {
  const ignored = new Set(scope["ignore"]);
  return ({ cluster, name }) => ignored.has(`${shortName(cluster)}/${name}`);
}

/** For a reader. */
export const serviceName = ({ cluster, name }: { cluster: string; name: string }) =>
  `service ${shortName(cluster)}/${name}`;

/** For a reader. */
export const taskName = ({ id }: { id: string }) => `standalone task ${id}`;

/** The same for each task of a kind that comes and goes. */
export const taskSubject = ({ cluster, family }: { cluster: string; family: string }) =>
  `standalone tasks ${shortName(cluster)}/${family}`;

/** The family in the ARN of a task definition. */
export const familyOf = (definition: string) => shortName(definition).replace(/:.*/, "");

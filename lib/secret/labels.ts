/** The labels of each version that carries one, by version id. */
export interface VersionLabels {
  readonly versions: ReadonlyMap<string, readonly string[]>;
}

/** Our own label: on the version whose credential settlement has to retire. */
export const retiringLabel = "RETIRING";

/** Our own label: on the version that createSecret made, and never on the one of a lone testSecret. */
export const preparedLabel = "PREPARED";

const origin = "FROM-";

/**
 * Our own label, on the version that createSecret made: names the version that was AWSCURRENT then. A rotation goes on
 * only while that one is AWSCURRENT. A secret has 20 labels at most, so each rotation removes those of earlier ones.
 */
export const originLabel = (currentId: string) => `${origin}${currentId}`;

/** The id in the `originLabel` among these labels. */
export const originOf = (labels: readonly string[]): string | undefined =>
  labels.find((label) => label.startsWith(origin))?.slice(origin.length);

/** The `originLabel`s of rotations that are over: those on any version but AWSPENDING. */
export function staleOrigins({ versions }: VersionLabels) {
  return [...versions].flatMap(([from, labels]) =>
    labels.includes("AWSPENDING") && !labels.includes("AWSCURRENT")
      ? []
      : labels.filter((label) => label.startsWith(origin)).map((label) => ({ from, label })),
  );
}

/** A token of this form becomes the version's id, and means that the old credential leaked. */
export const isLeaked = (versionId: string) => versionId.startsWith("leaked-");

/** The version that carries a label; a label sits on at most one version. */
export function holderOf({ versions }: VersionLabels, label: string): string | undefined {
  for (const [id, labels] of versions) if (labels.includes(label)) return id;
  return undefined;
}

/** The labels of each version that carries one, by version id. */
export interface VersionLabels {
  readonly versions: ReadonlyMap<string, readonly string[]>;
}

/** Our own label: on the version whose credential settlement has to retire. */
export const retiringLabel = "RETIRING";

const older = "RETIRING-";

/**
 * Our own label: on a version to be retired beside the one that is RETIRING. A label sits on one version only, so this
 * one names its version.
 */
export const olderRetiringLabel = (versionId: string) => `${older}${versionId}`;

/** A label on a version. */
export interface LabelOf {
  readonly from: string;
  readonly label: string;
}

/** A version whose credential settlement has to retire, and the label that says so. */
export interface RetiringVersion {
  readonly version: string;
  readonly label: string;
}

/** Those whose credential has to be retired, the older ones first; empty: the secret is settled. */
export function retiringVersions({ versions }: VersionLabels): readonly RetiringVersion[] {
  const all = [...versions].flatMap(([version, labels]) =>
    labels.includes("AWSCURRENT")
      ? []
      : labels
          .filter((label) => label === retiringLabel || label === olderRetiringLabel(version))
          .map((label) => ({ version, label })),
  );
  return all.toSorted((a, b) => b.label.length - a.label.length);
}

/** None where the version is unknown. */
// Stryker disable next-line StringLiteral: no version has such an id
export const labelsOn = ({ versions }: VersionLabels, versionId = ""): readonly string[] =>
  // Stryker disable next-line ArrayDeclaration: nothing looks for such a label
  versions.get(versionId) ?? [];

/** Whether a version carries a label by which settlement may retire it. */
export const isRetiring = (versionId: string, labels: readonly string[]) =>
  labels.includes(retiringLabel) || labels.includes(olderRetiringLabel(versionId));

/** Our own label: on the version that createSecret made, and never on the one of a lone testSecret. */
export const preparedLabel = "PREPARED";

/**
 * Our own label, in secrets whose credential is replaced by one call that ends the old one: on AWSCURRENT, or, while an
 * attempt makes that call, on the version that it makes.
 */
export const rollingLabel = "ROLLING";

const origin = "FROM-";

/**
 * Our own label, on the version that createSecret made: names the version that was AWSCURRENT then. A rotation goes on
 * only while that one is AWSCURRENT. A secret has 20 labels at most, so each rotation removes those of earlier ones.
 */
export const originLabel = (currentId: string) => `${origin}${currentId}`;

/** The id in the `originLabel` among these labels. */
export const originOf = (labels: readonly string[]): string | undefined =>
  labels.find((label) => label.startsWith(origin))?.slice(origin.length);

/**
 * The `originLabel`s of rotations that are over: those on any version but AWSPENDING. While one of them is there,
 * settlement does not forget the version that it names, whoever takes RETIRING off.
 */
export function staleOrigins({ versions }: VersionLabels): readonly LabelOf[] {
  return [...versions].flatMap(([from, labels]) =>
    labels.includes("AWSPENDING") && !labels.includes("AWSCURRENT")
      ? []
      : labels.filter((label) => label.startsWith(origin)).map((label) => ({ from, label })),
  );
}

const leaked = "leaked-";

/** A token of this form becomes the version's id, and means that the old credential leaked. */
export const isLeaked = (versionId: string) => versionId.startsWith(leaked);

const first = "leaked-first-";

/** The same, and a key is revoked before there is another one: whoever uses it fails until then. */
export const revokesFirst = (versionId: string) => versionId.startsWith(first);

/** For the id of a version that replaces what leaked. @param uuid of its own */
export const leakedVersion = (uuid: string, isRevokedFirst: boolean) =>
  (isRevokedFirst ? first : leaked) + uuid;

const supplied = "supply-";

/** For the id of a version by which a person supplies a credential. @param uuid of its own */
export const suppliedVersion = (uuid: string) => supplied + uuid;

export const isSuppliedVersion = (versionId: string) => versionId.startsWith(supplied);

/** The version that carries a label; a label sits on at most one version. */
export function holderOf({ versions }: VersionLabels, label: string): string | undefined {
  for (const [id, labels] of versions) if (labels.includes(label)) return id;
  return undefined;
}

/** AWSPENDING on another version than AWSCURRENT; `undefined` where it is on none, or on the same. */
export function pendingOf(secret: VersionLabels): string | undefined {
  const pending = holderOf(secret, "AWSPENDING");
  return pending === holderOf(secret, "AWSCURRENT") ? undefined : pending;
}

/**
 * A switch begins by RETIRING on AWSCURRENT, of a version that createSecret has made. Whether it then changed
 * the password, only the server knows.
 */
export function mayHaveSwitched(secret: VersionLabels, token: string | undefined): boolean {
  const current = labelsOn(secret, holderOf(secret, "AWSCURRENT"));
  const labels = labelsOn(secret, token);
  const made =
    token === undefined || labels.includes(preparedLabel) || labels.includes(rollingLabel);
  return current.includes(retiringLabel) && made;
}

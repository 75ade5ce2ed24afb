import type { RotationRules } from "./rotation-rules.ts";

export const CURRENT = "AWSCURRENT";
export const PENDING = "AWSPENDING";
export const PREVIOUS = "AWSPREVIOUS";

/** As on the wire: SecretBinary is base64. */
export type SecretValue = { SecretString: string } | { SecretBinary: string };

/** A rotation registers its version before it has a value. Times are epoch milliseconds. */
export interface Version {
  readonly id: string;
  readonly createdAt: number;
  readonly labels: Set<string>;
  value?: SecretValue;
  /** Absent for the key that AWS manages. */
  kmsKey?: string;
  accessedAt?: number;
}

/** A rotation that was started and is not finished, abandoned or cancelled. */
export interface OpenRotation {
  readonly token: string;
  /** false after the service gave up: labels stay, the next RotateSecret tries it again. */
  running: boolean;
}

/** A change that Secrets Manager sends an event for. */
export type SecretChange =
  | { kind: "label"; label: string; versionId: string }
  | {
      kind: `${"" | "Test"}Rotation${"Started" | "Succeeded" | "Failed"}` | "RotationAbandoned";
      token: string;
      errorMessage?: string;
    };

interface Rotation {
  enabled: boolean;
  functionArn: string;
  rules?: RotationRules;
  /** Days to the next rotation, calculated from the schedule after each success. */
  everyDays?: number;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  readonly versions: Map<string, Version>;
  tags: { Key: string; Value: string }[];
  /** A secret that had tags shows an empty list from then on. */
  hadTags?: boolean;
  description?: string;
  /** Only shown. */
  policy?: string;
  /** Only shown: nothing is encrypted. */
  kmsKey?: string;
  changedAt: number;
  accessedAt?: number;
  /** When DeleteSecret was called. */
  deletedAt?: number;
  /** The end of the recovery window. */
  deletionAt?: number;
  rotation?: Rotation;
  rotatedAt?: number;
  nextRotationAt?: number;
  openRotation?: OpenRotation;
  readonly changed: (change: SecretChange) => void;
}

/** A staging label is attached to one version at a time. */
export function holderOf(secret: Secret, label: string): Version | undefined {
  return [...secret.versions.values()].find((version) => version.labels.has(label));
}

/** Moves a label; AWSPREVIOUS follows to the version that AWSCURRENT leaves. */
export function moveLabel(secret: Secret, label: string, to: Version): void {
  const from = holderOf(secret, label);
  if (from === to) return;
  from?.labels.delete(label);
  to.labels.add(label);
  secret.changed({ kind: "label", label, versionId: to.id });
  if (label === CURRENT && from !== undefined) moveLabel(secret, PREVIOUS, from);
}

export function sortedLabels(version: Version): string[] {
  return [...version.labels].sort();
}

/** AWSPENDING on another version than AWSCURRENT: an earlier rotation is not complete. */
export function incompleteVersion(secret: Secret): Version | undefined {
  const pending = holderOf(secret, PENDING);
  return pending?.labels.has(CURRENT) ? undefined : pending;
}

/** Dates on the wire are seconds since the epoch, with fractions. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

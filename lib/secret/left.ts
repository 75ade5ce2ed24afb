import {
  holderOf,
  isRetiring,
  type LabelOf,
  labelsOn,
  originOf,
  preparedLabel,
  staleOrigins,
  type VersionLabels,
} from "./labels.ts";
import { namingVersion } from "./leak.ts";
import type { Sighting } from "./sighting.ts";

/**
 * The versions that AWSCURRENT has left without a label that says so: their credentials may be alive, and consumers
 * may hold them. Pure. Each of these shows one:
 *
 * - An `originLabel` of a rotation that is over names it: somebody took RETIRING off, or promoted by hand.
 * - A rotation prepared it, and it is neither AWSCURRENT nor AWSPENDING any more.
 * - A tag names it, because no label was left for it.
 * - AWSCURRENT was last seen on it, or it is AWSPREVIOUS, and AWSCURRENT has moved since.
 *
 * @param isHeard whether an event reports a move of AWSCURRENT that no look has seen: it may have left and come back
 */
export function leftVersions(
  secret: VersionLabels,
  sighting: Sighting | undefined,
  isHeard = false,
): readonly string[] {
  const current = holderOf(secret, "AWSCURRENT");
  const origins = staleOrigins(secret).map(({ label }) => originOf([label]));
  const hasMoved = isHeard || (sighting && sighting.version !== current);
  const seen = hasMoved ? [sighting?.version, holderOf(secret, "AWSPREVIOUS")] : [];
  const noted = sighting?.left ?? [];
  const all = [...noted, ...origins, ...seen, preparedAndLeft(secret, sighting)];
  return untracked(secret, all);
}

/**
 * Those of `leftVersions` that the last rotation left: it is not settled, so the next one waits. What AWSCURRENT left
 * after settlement, as by an edit of a note, stops no rotation while AWSPREVIOUS shows it.
 */
export function forgottenVersions(secret: VersionLabels): readonly string[] {
  // Stryker disable next-line StringLiteral: no version has such an id
  const current = holderOf(secret, "AWSCURRENT") ?? "";
  const tracked = staleOrigins(secret).flatMap(({ from, label }) => {
    // Stryker disable next-line StringLiteral: each of these labels has one
    const version = originOf([label]) ?? "";
    return from === namingVersion(version, current, secret) ? [version] : [];
  });
  const prepared = preparedAndLeft(secret);
  const labels = labelsOn(secret, prepared);
  const isForgotten = originOf(labels) !== undefined || !labels.includes("AWSPREVIOUS");
  return untracked(secret, [...tracked, isForgotten ? prepared : undefined]);
}

/**
 * The version of a rotation that was given up: it was never AWSCURRENT, so nobody holds its credential, which the
 * server may accept until the next rotation replaces it.
 */
export function abandonedVersion(secret: VersionLabels, sighting?: Sighting): string | undefined {
  const version = unusedPrepared(secret);
  return isAbandoned(version, secret, sighting) ? version : undefined;
}

function preparedAndLeft(secret: VersionLabels, sighting?: Sighting): string | undefined {
  const version = unusedPrepared(secret);
  return isAbandoned(version, secret, sighting) ? undefined : version;
}

function unusedPrepared(secret: VersionLabels): string | undefined {
  const version = holderOf(secret, preparedLabel) ?? "";
  const labels = labelsOn(secret, version);
  const isUsed = labels.includes("AWSCURRENT") || labels.includes("AWSPENDING");
  return isUsed || !version || isRetiring(version, labels) ? undefined : version;
}

/** A promotion attaches RETIRING to the origin first; the origin's label goes when the rotation is settled. */
function isAbandoned(
  version: string | undefined,
  secret: VersionLabels,
  sighting: Sighting | undefined,
): boolean {
  const labels = labelsOn(secret, version);
  const origin = originOf(labels);
  if (origin === undefined || labels.includes("AWSPREVIOUS")) return false;
  const ofOrigin = labelsOn(secret, origin);
  const wasPromoted = isRetiring(origin, ofOrigin) && !ofOrigin.includes("AWSCURRENT");
  return sighting?.version !== version && !wasPromoted;
}

const untracked = (secret: VersionLabels, all: readonly (string | undefined)[]) =>
  [...new Set(all)].filter(
    (version) =>
      version !== undefined &&
      version !== holderOf(secret, "AWSCURRENT") &&
      !isRetiring(version, labelsOn(secret, version)),
  ) as readonly string[];

/**
 * `leftVersions`; where AWSCURRENT is refused, also what it was seen on last, and AWSPREVIOUS. Pure.
 * @param isRefused somebody may have moved AWSCURRENT unseen
 */
export function heldVersions(
  secret: VersionLabels,
  sighting: Sighting | undefined,
  isRefused: boolean,
): readonly string[] {
  const seen = isRefused ? [sighting?.version, holderOf(secret, "AWSPREVIOUS")] : [];
  const known = [holderOf(secret, "AWSCURRENT"), holderOf(secret, "AWSPENDING")];
  return [...new Set([...leftVersions(secret, sighting), ...seen])].filter(
    (id) => id !== undefined && !known.includes(id),
  ) as readonly string[];
}

/** The labels by which a version is one of `leftVersions`, or the abandoned one. */
export function labelsOf(version: string, secret: VersionLabels): readonly LabelOf[] {
  const labels = labelsOn(secret, version);
  const isPrepared = labels.includes(preparedLabel) && !labels.includes("AWSPENDING");
  return [
    ...staleOrigins(secret).filter(({ label }) => originOf([label]) === version),
    ...(isPrepared ? [{ from: version, label: preparedLabel }] : []),
  ];
}

/**
 * `RETIRING` and its kin on AWSCURRENT while no rotation is under way: AWSCURRENT was moved there by hand, or a
 * rotation was given up between its two labels.
 */
export function idleRetiring(secret: VersionLabels): readonly LabelOf[] {
  if (holderOf(secret, "AWSPENDING") !== undefined) return [];
  return [...secret.versions].flatMap(([from, labels]) =>
    labels.includes("AWSCURRENT")
      ? labels.filter((label) => isRetiring(from, [label])).map((label) => ({ from, label }))
      : [],
  );
}

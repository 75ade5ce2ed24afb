import {
  isLeaked,
  isRetiring,
  labelsOn,
  originLabel,
  staleOrigins,
  type VersionLabels,
} from "./labels.ts";

/**
 * The `leaked-…` version whose rotation replaced this one, so that it gets no grace; `undefined` where none did. It is
 * the one that names this version as its origin, or the origin of one that was replaced so: what was not settled when
 * the rotation began. What AWSCURRENT is called now tells nothing: people move it back, and edit it. Pure.
 */
export function leakOf(version: string, secret: VersionLabels): string | undefined {
  const passed = new Set<string>();
  let replaced = version;
  while (!passed.has(replaced)) {
    passed.add(replaced);
    const by = namedBy(replaced, secret);
    if (by === undefined || passed.has(by)) return undefined;
    const labels = labelsOn(secret, by);
    const isTracked = isRetiring(replaced, labelsOn(secret, replaced));
    const wasCurrent = labels.includes("AWSCURRENT") || labels.includes("AWSPREVIOUS");
    if (isLeaked(by)) return wasCurrent || isTracked ? by : undefined;
    if (labels.includes("AWSCURRENT") || !isRetiring(by, labels)) return undefined;
    replaced = by;
  }
  return undefined;
}

/**
 * Where the `originLabel` of a version that is to be retired belongs: on AWSCURRENT, so that a rotation waits though
 * somebody takes RETIRING off. But what leaked stays named by the rotation that says so, and no other one gets named
 * by a `leaked-…` version that AWSCURRENT was moved back to: it names itself. Pure.
 */
export function namingVersion(version: string, current: string, secret: VersionLabels): string {
  return leakOf(version, secret) ?? (isLeaked(current) ? version : current);
}

/** The version that carries the `originLabel` of this one, unless its rotation is under way. */
export const namedBy = (version: string, secret: VersionLabels): string | undefined =>
  staleOrigins(secret).find(({ label }) => label === originLabel(version))?.from;

/** A command that replaces AWSCURRENT though the last rotation is not settled. Tokens have 32 characters or more. */
export const rotateLeaked = (secret: string) =>
  `aws secretsmanager rotate-secret --secret-id ${secret} --client-request-token leaked-emergency-rotation-$(date +%s)`;

import { isRetiring, labelsOn } from "../secret/labels.ts";
import { leftVersions } from "../secret/left.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { VersionElsewhere, VersionUntracked } from "./errors.ts";
import type { Working } from "./ports.ts";
import type { Facts, Step, Wish } from "./step.ts";

/**
 * What to do where an earlier version leaked: nothing, if it is dead; the same as for AWSCURRENT, if that holds the same or
 * settlement ends it with it; else a person has to. Pure.
 * @returns `undefined`: it is replaced as AWSCURRENT is
 */
export function ofVersion(
  version: string,
  wish: Wish,
  secret: SecretState,
  { versions }: Pick<Facts, "versions">,
): Step | undefined {
  const working = versions.get(version);
  if (working === undefined) return { kind: "ask", question: { version } };
  if (working === "same") return undefined;
  const { name } = secret;
  if (working === "elsewhere")
    return { kind: "refuse", error: new VersionElsewhere(name, version) };
  // Of several credentials the first one that is refused says nothing of the others.
  const isDead = typeof working === "object" && wish.entry.credentials.length === 1;
  if (isDead) return { kind: "done", says: deadText(version, working) };
  return isEndedWithCurrent(version, secret, wish.now)
    ? undefined
    : { kind: "refuse", error: new VersionUntracked(name, version) };
}

const deadText = (version: string, { refused }: Extract<Working, object>) =>
  `Version ${version} is dead already: ${refused} is refused. AWSCURRENT holds another value, so nothing is done.`;

const isEndedWithCurrent = (version: string, secret: SecretState, now: Date) =>
  isRetiring(version, labelsOn(secret, version)) ||
  leftVersions(secret, sightingOf(secret.tags, now)).includes(version);

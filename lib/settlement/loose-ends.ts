import { holderOf, originLabel, retiringVersions } from "../secret/labels.ts";
import { namedBy, namingVersion } from "../secret/leak.ts";
import { abandonedVersion, idleRetiring, labelsOf, leftVersions } from "../secret/left.ts";
import type { Action } from "./action.ts";
import { isNews } from "./promotion.ts";
import { liveHolder, type SettlementState } from "./state.ts";

/**
 * What people did to AWSCURRENT, RETIRING or AWSPENDING: a version whose credential may be alive although no label says
 * that it is to be retired. `undefined` when there is none, or all are known. Pure.
 */
export function looseEnd(state: SettlementState, current: string): Action | undefined {
  const { secret, sighting, heard, old, unlabelled } = state;
  for (const version of leftVersions(secret, sighting, isNews(heard, sighting))) {
    if (unlabelled?.has(version)) continue;
    const found = old.get(version);
    if (found === undefined) return { kind: "probe", version };
    // Also where it does not work any more: consumers may hold it, and need the new one all the more.
    if (found === "alive" || found === "refused" || liveHolder(found) === "AWSPENDING")
      return { kind: "track", version, current };
    const labels = labelsOf(version, secret);
    const isNoted = sighting?.left?.includes(version);
    if (labels.length > 0 || isNoted)
      return { kind: "forget", labels, ...(isNoted && { version }) };
  }
  for (const { version } of retiringVersions(secret)) {
    if (unlabelled?.has(version)) continue;
    // A rotation that is under way has named it, and moves the label on.
    if (holderOf(secret, originLabel(version)) && !namedBy(version, secret)) continue;
    if (namedBy(version, secret) !== namingVersion(version, current, secret))
      return { kind: "track", version, current };
  }
  const idle = idleRetiring(secret);
  return idle.length > 0 ? { kind: "forget", labels: idle } : abandoned(state);
}

/** While another rotation is under way, that one replaces it. */
function abandoned({ secret, sighting, old }: SettlementState): Action | undefined {
  const version = abandonedVersion(secret, sighting);
  if (version === undefined || holderOf(secret, "AWSPENDING")) return undefined;
  const found = old.get(version);
  if (found === undefined) return { kind: "probe", version };
  return found === "alive" ? undefined : { kind: "forget", labels: labelsOf(version, secret) };
}

import { holderOf, retiringVersions } from "../secret/labels.ts";
import { abandonedVersion, idleRetiring, leftVersions } from "../secret/left.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";

/**
 * Whether there is something to do for a secret, as far as ListSecrets tells.
 * @param mirrors whether its parameters are looked at also when it is settled
 */
export function isOpen(secret: SecretState, now: Date, mirrors: boolean): boolean {
  const sighting = sightingOf(secret.tags, now);
  return (
    retiringVersions(secret).length > 0 ||
    leftVersions(secret, sighting).length > 0 ||
    abandonedVersion(secret, sighting) !== undefined ||
    idleRetiring(secret).length > 0 ||
    (sighting !== undefined && sighting.version !== holderOf(secret, "AWSCURRENT")) ||
    mirrors
  );
}

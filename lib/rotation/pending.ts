import type { Versions } from "./credential.ts";
import { SecretChanged } from "./errors.ts";
import { rotatedAtOf, withRotatedAt } from "./rotated-at.ts";
import { type Rotation, versionsOf } from "./rotation.ts";

/**
 * The versions, after a proof that the pending one was made from AWSCURRENT as it is: it leads to the same targets,
 * and differs in nothing but what this rotation replaces. No connection is opened before.
 * @throws TargetChanged, SecretChanged
 */
export async function usableVersions(rotation: Rotation): Promise<Versions> {
  const { credentials, entry, secret, event, step } = rotation;
  const versions = await versionsOf(rotation);
  const { current } = versions;
  const pending = await versions.pending();
  let expected = current;
  for (const credential of credentials)
    expected = credential.carry(pending, expected, current, step);
  const rotatedAt = rotatedAtOf(pending, entry);
  if (rotatedAt !== undefined) expected = withRotatedAt(expected, entry, rotatedAt);
  if (!expected.text.equals(pending.text)) throw new SecretChanged(secret.name, event.token);
  return versions;
}

import { withValueOf } from "../rotators/generated/generate.ts";
import { writeLogin } from "../rotators/login/login.ts";
import { isLeaked } from "../secret/labels.ts";
import { SecretChanged } from "./errors.ts";
import type { Rotation } from "./rotation.ts";

/**
 * The pending version was made from AWSCURRENT as it is: the same login target, and nothing but what this
 * rotation replaces differs. No connection is opened before.
 * @throws TargetChanged, SecretChanged
 */
export async function requireUsable(rotation: Rotation): Promise<void> {
  const [current, pending] = [await rotation.current(), await rotation.pending()];
  let expected = current;
  for (const credential of rotation.credentials) {
    const login = await rotation.loginFor(credential, pending);
    expected = writeLogin(expected, credential.spec, login);
  }
  for (const spec of rotation.entry.generated ?? [])
    expected = withValueOf(pending, expected, spec, isLeaked(rotation.event.token));
  const rotatedAt = rotation.rotatedAt(pending);
  if (rotatedAt !== undefined) expected = rotation.withRotatedAt(expected, rotatedAt);
  if (!expected.text.equals(pending.text))
    throw new SecretChanged(rotation.secret.name, rotation.event.token);
}

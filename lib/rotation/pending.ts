import { writeLogin } from "../credentials/credential.ts";
import { Secret } from "../credentials/secret.ts";
import { SecretChanged } from "../errors.ts";
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
  const rotatedAt = pending.has("rotated_at") ? pending.read("rotated_at") : undefined;
  if (rotatedAt !== undefined && expected.has("rotated_at"))
    expected = expected.with(new Map([["rotated_at", new Secret(rotatedAt)]]));
  if (!expected.text.equals(pending.text))
    throw new SecretChanged(rotation.secret.name, rotation.event.token);
}

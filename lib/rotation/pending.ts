import type { SecretDocument } from "../secret/document.ts";
import { olderRetiringLabel, originLabel, preparedLabel } from "../secret/labels.ts";
import { forgottenVersions } from "../secret/left.ts";
import type { Versions } from "./credential.ts";
import { SecretChanged } from "./errors.ts";
import { rotatedAtOf, withRotatedAt } from "./rotated-at.ts";
import { type Rotation, versionsOf } from "./rotation.ts";

/**
 * Gives the pending version its value, and the labels by which later steps know it.
 * @returns `exists` when it has a value already: nothing was written
 */
export async function writePending(
  rotation: Rotation,
  { text }: SecretDocument,
): Promise<"created" | "exists"> {
  const { event, secret, currentId, store, documents, context } = rotation;
  const { token, rotationToken } = event;
  await keepForgotten(rotation);
  const labels = ["AWSPENDING", preparedLabel, originLabel(currentId)];
  const pending = { secretId: secret.arn, token, text, labels, rotationToken };
  const written = await store.putPending(pending, context.signal);
  // It may have been read when it had none.
  documents.forget(token);
  return written;
}

/**
 * Only a leaked-mode rotation finds any: no other one begins before the last one is settled. The labels that show what
 * AWSCURRENT was moved away from go to the version that is written now.
 */
async function keepForgotten({ event, secret, store, context }: Rotation): Promise<void> {
  for (const version of forgottenVersions(secret)) {
    if (version === event.token) continue;
    const move = { secretId: secret.arn, label: olderRetiringLabel(version), to: version };
    await store.moveLabel(move, context.signal);
  }
}

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

import type { SecretDocument } from "../secret/document.ts";
import { preparedLabel } from "../secret/labels.ts";
import { copiesOf } from "./copies.ts";
import type { Credential } from "./credential.ts";
import { SecretTooLarge } from "./errors.ts";
import { CopyUndeclared, CredentialShared, FieldShared } from "./next-errors.ts";
import { isoSeconds, withRotatedAt } from "./rotated-at.ts";
import type { Rotation } from "./rotation.ts";

/** Of a secret value, in bytes (Secrets Manager quotas). */
const maximumSize = 65_536;

/**
 * AWSCURRENT's document with another value for each credential, after everything that forbids to write it.
 * @throws CredentialShared, FieldShared, CopyUndeclared, SecretTooLarge, and as the credentials
 */
export async function nextDocument(rotation: Rotation): Promise<SecretDocument> {
  const { credentials, documents, entry, secret, currentId, context, step } = rotation;
  const history = await documents.history(currentId);
  const { current } = history;
  requireDistinct(rotation, current);
  const isOurs = secret.versions.get(currentId)?.includes(preparedLabel) ?? false;
  let next = current;
  const written: (readonly [Credential, SecretDocument])[] = [];
  for (const credential of credentials) {
    next = await credential.next(history, isOurs, next, step);
    written.push([credential, next]);
  }
  next = withRotatedAt(next, entry, isoSeconds(context.now()));
  for (const [credential, own] of written)
    if (!credential.carry(own, next, current, step).text.equals(next.text))
      throw new FieldShared(next.where, credential.name(own));
  for (const credential of credentials) {
    const { value } = credential.holding(current);
    // What is carried as it is leaves no copies behind.
    if (credential.holding(next).value.equals(value)) continue;
    const [copy] = copiesOf(value, current, next);
    if (copy !== undefined) throw new CopyUndeclared(next.where, copy, credential.name(current));
  }
  requireSize(next, secret.name);
  return next;
}

/** @throws SecretTooLarge */
export function requireSize({ size }: SecretDocument, secret: string): void {
  if (size > maximumSize) throw new SecretTooLarge(secret, size);
}

/** Each of two credentials that are one thing outside the secret would undo the other. */
function requireDistinct({ credentials, secret }: Rotation, current: SecretDocument): void {
  const seen = new Set<string>();
  for (const credential of credentials) {
    const identities = new Set(credential.identities(current));
    for (const identity of identities)
      if (seen.has(identity)) throw new CredentialShared(secret.name, credential.name(current));
    for (const identity of identities) seen.add(identity);
  }
}

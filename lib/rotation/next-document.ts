import type { SecretDocument } from "../secret/document.ts";
import { preparedLabel } from "../secret/labels.ts";
import { copiesOf } from "./copies.ts";
import type { Credential } from "./credential.ts";
import { CopyUndeclared, CredentialShared, FieldShared, SecretTooLarge } from "./errors.ts";
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
  const current = await documents.awaited(currentId, "AWSCURRENT");
  requireDistinct(rotation, current);
  const isOurs = secret.versions.get(currentId)?.includes(preparedLabel) ?? false;
  const history = { current, earlier: () => documents.earlier() };
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
    const [copy] = copiesOf(credential.holding(current).value, current, next);
    if (copy !== undefined) throw new CopyUndeclared(next.where, copy, credential.name(current));
  }
  if (next.size > maximumSize) throw new SecretTooLarge(secret.name, next.size);
  return next;
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

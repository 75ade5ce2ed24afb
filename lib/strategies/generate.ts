import type { SecretDocument } from "../credentials/document.ts";
import { type GeneratedSpec, generateValue, hasFormat } from "../credentials/generated.ts";
import { Secret } from "../credentials/secret.ts";
import { FieldInvalid } from "../errors.ts";

/**
 * Values that no server has to be told of: nothing is set, nothing has to be killed. Who still verifies with
 * the value before finds it in a field of its own, until the rotation after.
 */

/** createSecret: the document with a new value. */
export function withNextValue(
  document: SecretDocument,
  spec: GeneratedSpec,
  { now, randomInt }: { now(): Date; randomInt(below: number): number },
): SecretDocument {
  const expiresAt = new Date(now().getTime() + (spec.previous?.overlap ?? 0));
  return replaced(document, spec, generateValue(spec, randomInt), isoSeconds(expiresAt));
}

/** The document with the value that the pending version holds for this credential, and nothing else of it. */
export function withValueOf(
  pending: SecretDocument,
  document: SecretDocument,
  spec: GeneratedSpec,
): SecretDocument {
  const value = pending.read(spec.field) ?? "";
  const expiresAt = spec.previous?.expiresAt && pending.read(spec.previous.expiresAt);
  return replaced(document, spec, new Secret(value), expiresAt ?? "");
}

/**
 * Ahead of everything: the fields are there, and what the manifest calls the value before is not somebody
 * else's, which a rotation would overwrite.
 * @param before what the secret held until its last rotation
 * @throws FieldInvalid
 */
export async function requireReplaceable(
  current: SecretDocument,
  spec: GeneratedSpec,
  before: () => Promise<SecretDocument | undefined>,
): Promise<void> {
  valueIn(current, spec);
  if (!spec.previous) return;
  const { field, expiresAt } = spec.previous;
  const kept = current.read(field);
  const isOurs = !kept || hasFormat(kept, spec) || kept === (await before())?.read(spec.field);
  if (!isOurs)
    throw new FieldInvalid(current.where, field, `empty or what ${spec.field} was before`);
  const date = expiresAt && current.read(expiresAt);
  if (date && Number.isNaN(Date.parse(date)))
    throw new FieldInvalid(current.where, expiresAt, "empty or a date (ISO 8601)");
}

/** testSecret: the new value has the declared form, and so its entropy, and is no old one. @throws FieldInvalid */
export function requireSound(
  pending: SecretDocument,
  current: SecretDocument,
  spec: GeneratedSpec,
): void {
  const value = valueIn(pending, spec);
  if (hasFormat(value, spec) && value !== valueIn(current, spec)) return;
  throw new FieldInvalid(pending.where, spec.field, `a new value of the form ${spec.format.kind}`);
}

function valueIn(document: SecretDocument, { field }: GeneratedSpec): string {
  const value = document.read(field);
  if (value === undefined) throw new FieldInvalid(document.where, field, "there");
  return value;
}

function replaced(
  document: SecretDocument,
  spec: GeneratedSpec,
  value: Secret<string>,
  expiresAt: string,
): SecretDocument {
  const old = new Secret(valueIn(document, spec));
  const next = document.with(new Map([[spec.field, value]]));
  if (!spec.previous) return next;
  const kept = next.withAdded(spec.previous.field, old);
  if (!spec.previous.expiresAt) return kept;
  return kept.withAdded(spec.previous.expiresAt, new Secret(expiresAt));
}

/** ISO 8601 in UTC, to the second. */
export const isoSeconds = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");

import type { SecretDocument } from "../../secret/document.ts";
import { FieldInvalid } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import { type GeneratedSpec, generateValue, hasFormat } from "./value.ts";

/**
 * Values that no server has to be told of: nothing is set, nothing has to be killed. Who still verifies with
 * the value before finds it in a field of its own, until the rotation after.
 */

interface Sources {
  now(): Date;
  randomInt(below: number): number;
}

/** createSecret: the document with a new value. What leaked is kept nowhere. */
export function withNextValue(
  document: SecretDocument,
  spec: GeneratedSpec,
  { now, randomInt }: Sources,
  leaked: boolean,
): SecretDocument {
  const overlap = leaked ? 0 : (spec.previous?.overlap ?? 0);
  const expiresAt = isoSeconds(new Date(now().getTime() + overlap));
  return replaced(document, spec, { value: generateValue(spec, randomInt), expiresAt, leaked });
}

/** The document with the value that the pending version holds for this credential, and nothing else of it. */
export function withValueOf(
  pending: SecretDocument,
  document: SecretDocument,
  spec: GeneratedSpec,
  leaked: boolean,
): SecretDocument {
  const value = new Secret(pending.read(spec.field) ?? "");
  const expiresAt = spec.previous?.expiresAt && pending.read(spec.previous.expiresAt);
  return replaced(document, spec, { value, expiresAt: expiresAt ?? "", leaked });
}

/**
 * Ahead of everything: the fields are there, and what the manifest calls the value before is not somebody
 * else's, which a rotation would overwrite. Its form proves nothing: other keys look alike.
 * @param earlier what the secret held before, the newest first; `undefined` when a rotation of ours has written
 *   this very document
 * @throws FieldInvalid
 */
export async function requireReplaceable(
  current: SecretDocument,
  spec: GeneratedSpec,
  earlier: (() => AsyncIterable<SecretDocument>) | undefined,
): Promise<void> {
  valueIn(current, spec);
  if (!spec.previous) return;
  const { field, expiresAt } = spec.previous;
  const kept = current.read(field);
  const date = expiresAt && current.read(expiresAt);
  if (date && Number.isNaN(Date.parse(date)))
    throw new FieldInvalid(current.where, expiresAt, "empty or a date (ISO 8601)");
  if (!kept || !earlier) return;
  for await (const document of earlier()) if (document.read(spec.field) === kept) return;
  throw new FieldInvalid(current.where, field, `empty or what ${spec.field} was before`);
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
  next: { readonly value: Secret<string>; readonly expiresAt: string; readonly leaked: boolean },
): SecretDocument {
  const old = new Secret(next.leaked ? "" : valueIn(document, spec));
  const replaced = document.with(new Map([[spec.field, next.value]]));
  if (!spec.previous) return replaced;
  const kept = replaced.withAdded(spec.previous.field, old);
  if (!spec.previous.expiresAt) return kept;
  return kept.withAdded(spec.previous.expiresAt, new Secret(next.expiresAt));
}

/** ISO 8601 in UTC, to the second. */
export const isoSeconds = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");

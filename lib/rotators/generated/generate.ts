import type { StepContext } from "../../rotation/credential.ts";
import { isoSeconds } from "../../rotation/rotated-at.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { FieldInvalid, FieldMissing } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import { FormUnexpected } from "./errors.ts";
import { formName, type GeneratedSpec, generateValue, hasFormat } from "./value.ts";

/** createSecret: `into` with a new value. A value that leaked is kept nowhere. */
export function withNextValue(
  into: SecretDocument,
  current: SecretDocument,
  spec: GeneratedSpec,
  { now, randomInt, leaked }: Pick<StepContext, "now" | "randomInt" | "leaked">,
): SecretDocument {
  const overlap = leaked ? 0 : (spec.previous?.overlap ?? 0);
  const expiresAt = isoSeconds(new Date(now().getTime() + overlap));
  const old = new Secret(leaked ? "" : valueIn(current, spec));
  return replaced(into, spec, { value: generateValue(spec, randomInt), old, expiresAt });
}

/** `into` with the value that `from` holds for this credential, and nothing else of it. */
export function withValueOf(
  from: SecretDocument,
  into: SecretDocument,
  current: SecretDocument,
  spec: GeneratedSpec,
  leaked: boolean,
): SecretDocument {
  const value = new Secret(from.read(spec.field) ?? "");
  const old = new Secret(leaked ? "" : valueIn(current, spec));
  const expiresAt = spec.previous?.expiresAt && from.read(spec.previous.expiresAt);
  return replaced(into, spec, { value, old, expiresAt: expiresAt ?? "" });
}

/**
 * Before anything is written: the fields exist, the value has the declared form, and the field for the previous value
 * does not hold something else, which a rotation would overwrite. There the form proves nothing: other keys look alike.
 * @param earlier what the secret held before, the newest first; `undefined` when a rotation of ours has written
 *   this very document
 * @throws FieldMissing, FieldInvalid, FormUnexpected
 */
export async function requireReplaceable(
  current: SecretDocument,
  spec: GeneratedSpec,
  earlier: (() => AsyncIterable<SecretDocument>) | undefined,
): Promise<void> {
  const value = valueIn(current, spec);
  if (value !== "" && !spec.overwrite && !hasFormat(value, spec))
    throw new FormUnexpected(current.where, spec.field, formName(spec));
  if (!spec.previous) return;
  const { field, expiresAt } = spec.previous;
  const kept = current.readFilled(field);
  const date = expiresAt && current.readFilled(expiresAt);
  if (date && Number.isNaN(Date.parse(date)))
    throw new FieldInvalid(current.where, expiresAt, "empty or a date (ISO 8601)");
  if (!kept || !earlier) return;
  for await (const document of earlier()) if (document.read(spec.field) === kept) return;
  throw new FieldInvalid(current.where, field, `empty or what ${spec.field} was before`);
}

/** testSecret: the new value has the declared form, and so its entropy, and differs from the old one. @throws FieldInvalid */
export function requireSound(
  pending: SecretDocument,
  current: SecretDocument,
  spec: GeneratedSpec,
): void {
  const value = valueIn(pending, spec);
  if (hasFormat(value, spec) && value !== valueIn(current, spec)) return;
  throw new FieldInvalid(pending.where, spec.field, `a new value of the form ${spec.format.kind}`);
}

/** Empty where the field is `null`. */
function valueIn(document: SecretDocument, { field }: GeneratedSpec): string {
  if (!document.has(field))
    throw new FieldMissing(document.where, `field ${JSON.stringify(field)}`);
  return document.readFilled(field) ?? "";
}

interface Next {
  readonly value: Secret<string>;
  readonly old: Secret<string>;
  readonly expiresAt: string;
}

function replaced(
  document: SecretDocument,
  spec: GeneratedSpec,
  { value, old, expiresAt }: Next,
): SecretDocument {
  const replaced = document.with(new Map([[spec.field, value]]));
  if (!spec.previous) return replaced;
  const kept = replaced.withAdded(spec.previous.field, old);
  if (!spec.previous.expiresAt) return kept;
  return kept.withAdded(spec.previous.expiresAt, new Secret(expiresAt));
}

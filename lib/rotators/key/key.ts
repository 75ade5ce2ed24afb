import type { CredentialSpec } from "../../manifest/type.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { FieldMissing } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import type { KeyParts } from "./provider.ts";

/** The name of a field for each part. */
type Fields = Readonly<Record<string, string>>;

type FieldNames = Pick<KeySpec, "fields" | "otherFields">;

/** A key that a provider issues, as the manifest describes it; each type adds its own. */
export interface KeySpec extends CredentialSpec {
  /**
   * The field of the secret for each part of the key (see KeyParts). `id` is added where the secret lacks it, and may be
   * left out where the provider identifies a key by the key itself.
   */
  readonly fields: Fields;
  /** Other usual names of them, in sets: see `fieldsIn`. */
  readonly otherFields?: readonly Fields[] | undefined;
  /** Keys that Quarterturn did not create may be retired. */
  readonly adopt: boolean;
  /** Where a person finds the keys; overrides the provider's. */
  readonly console?: string | undefined;
}

/** The fields that the parts have in this document: other usual names count where it lacks the secret's first one. */
export function fieldsIn(
  document: SecretDocument,
  { fields, otherFields = [] }: FieldNames,
): Fields {
  const isThere = ({ secret }: Fields) => secret !== undefined && document.has(secret);
  return isThere(fields) ? fields : { ...fields, ...otherFields.find(isThere) };
}

/** The parts that a document holds. @throws FieldMissing where it has no secret part, or another one but `id` is missing */
export function keyIn(document: SecretDocument, names: FieldNames): KeyParts {
  const parts = new Map<string, Secret<string>>();
  for (const [part, field] of Object.entries(fieldsIn(document, names))) {
    const text = document.readFilled(field);
    if (text !== undefined) parts.set(part, new Secret(text));
    else if (part !== "id")
      throw new FieldMissing(document.where, `field ${JSON.stringify(field)}`);
  }
  return parts;
}

/** `document` with another key. A part that the key lacks leaves its field as it is. */
export function withKey(
  document: SecretDocument,
  names: FieldNames,
  key: KeyParts,
): SecretDocument {
  let written = document;
  for (const [part, field] of Object.entries(fieldsIn(document, names))) {
    const value = key.get(part);
    if (!value) continue;
    written =
      part === "id" ? written.withAdded(field, value) : written.with(new Map([[field, value]]));
  }
  return written;
}

/** How the provider calls a key, where it is known. */
export const idOf = (key: KeyParts): string | undefined => key.get("id")?.reveal();

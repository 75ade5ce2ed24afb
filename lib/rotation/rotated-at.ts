import type { SecretEntry } from "../manifest/manifest.ts";
import type { SecretDocument } from "../secret/document.ts";
import { Secret } from "../secret/secret.ts";

const usualField = "rotated_at";

type Entry = Pick<SecretEntry, "rotatedAt">;

/**
 * The document with the time at which its value was made: in the field that the manifest names, else in the usual
 * field where the secret has one that is filled in.
 * @param time ISO 8601, in UTC
 */
export function withRotatedAt(
  document: SecretDocument,
  entry: Entry,
  time: string,
): SecretDocument {
  const { rotatedAt } = entry;
  if (rotatedAt !== undefined) return document.withAdded(rotatedAt, new Secret(time));
  if (!document.value(usualField)) return document;
  return document.with(new Map([[usualField, new Secret(time)]]));
}

/** What `withRotatedAt` wrote. */
export function rotatedAtOf(document: SecretDocument, { rotatedAt }: Entry): string | undefined {
  return document.value(rotatedAt ?? usualField)?.value.reveal();
}

/** ISO 8601 in UTC, to the second. */
export const isoSeconds = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");

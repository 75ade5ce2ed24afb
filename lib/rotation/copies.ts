import type { SecretDocument } from "../secret/document.ts";
import type { Secret } from "../secret/secret.ts";

/** Shorter texts occur by chance. In characters. */
const shortest = 8;

/** From this length on a value is looked for inside of other texts, too. In characters. */
const distinctive = 12;

/**
 * Fields that still hold an old value after `next` was made from `current`: nothing would ever replace these copies.
 * A copy is the value as it is, percent-encoded or in Base64, alone or inside a longer text. A short value is only
 * found alone, and a word such as `postgres` not at all.
 * @returns the names of the fields, or JSON Pointers where they are nested
 */
export function copiesOf(
  value: Secret<string>,
  current: SecretDocument,
  next: SecretDocument,
): readonly string[] {
  const text = value.reveal();
  const isWord = text.length < distinctive && /^(?:[a-z]+|[A-Z]+|\d+)$/.test(text);
  if (text.length < shortest || isWord) return [];
  const before = new Map(current.texts());
  const forms = formsOf(text);
  const isCopy = (found: string) =>
    forms.some((form) => found === form || (text.length >= distinctive && found.includes(form)));
  return [...next.texts()]
    .filter(([field, found]) => before.get(field) === found && isCopy(found))
    .map(([field]) => field);
}

function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const base64 = bytes.toString("base64").replaceAll("=", "");
  const base64url = bytes.toString("base64url");
  return [...new Set([text, encodeURIComponent(text), encodeURI(text), base64, base64url])];
}

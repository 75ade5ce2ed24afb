/** A statement of the server with a placeholder for all that is quoted: the words left are the server's own. */
export interface Masked {
  /** `GRANT SELECT ON {0}.* TO {1}@{2}` */
  readonly text: string;
  /** A part of the text with what was quoted, quotes included. */
  restored(part: string): string;
}

/** Of a session with NO_BACKSLASH_ESCAPES: a quote inside is doubled. */
const quoted = /`(?:[^`]|``)*`|'(?:[^']|'')*'/g;

export function masked(statement: string): Masked {
  const parts: string[] = [];
  const text = statement.replaceAll(quoted, (part) => `{${parts.push(part) - 1}}`);
  const restored = (part: string) =>
    part.replaceAll(/\{(\d+)\}/g, (_, index) => parts[Number(index)] ?? "");
  return { text, restored };
}

/** The text inside backticks or quotes. */
export function unquoted(part: string): string {
  const quote = part[0] ?? "";
  return part.slice(1, -1).replaceAll(quote + quote, quote);
}

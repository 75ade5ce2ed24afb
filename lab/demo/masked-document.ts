import type { DatabaseSecret } from "../database-secret.ts";

/**
 * The secret's JSON, line by line, with every known password replaced by its name. The passwords here are
 * letters, digits, `-` and `_`, so neither JSON nor a URL writes them differently.
 */
export function maskedDocument(
  secret: DatabaseSecret,
  names: ReadonlyMap<string, string>,
): readonly string[] {
  let text = JSON.stringify(secret, null, 2);
  for (const [password, name] of names) text = text.replaceAll(password, name);
  return text.split("\n");
}

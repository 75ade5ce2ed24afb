import type { Path } from "../../manifest/remark.ts";
import type { Complain } from "./template-problems.ts";

/** Every regular expression, by the keys that hold one. */
export function checkPatterns(node: unknown, path: Path, complain: Complain): void {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const isPattern = ["matches", "text", "pattern", "shape"].includes(key);
    if (isPattern && typeof value === "string" && !isRegExp(value))
      complain([...path, key], `is not a regular expression: ${JSON.stringify(value)}`);
    checkPatterns(value, [...path, key], complain);
  }
}

function isRegExp(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

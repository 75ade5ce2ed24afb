import type { Manifest } from "../lib/manifest/manifest.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** In characters: naming something shorter would save nothing. */
const worthNaming = 20;

/**
 * The manifest as an ES module, in which equal parts stand once: thousands of secrets differ in little more than their
 * names, and a function reads all of it when it starts.
 */
export function manifestModule(manifest: Manifest): string {
  const root: Json = JSON.parse(JSON.stringify(manifest));
  const uses = new Map<string, number>();
  count(root, uses);
  const names = new Map<string, string>();
  const statements: string[] = [];
  const written = (value: Json): string => {
    const text = sourceOf(value, written);
    const key = JSON.stringify(value);
    if ((uses.get(key) ?? 0) < 2 || key.length < worthNaming) return text;
    const name = names.get(key) ?? `part${names.size}`;
    if (!names.has(key)) statements.push(`const ${name} = ${text};`);
    names.set(key, name);
    return name;
  };
  const whole = written(root);
  return [...statements, `export default ${whole};`].join("\n");
}

/** How often each object and list occurs; what is in a repeated one counts once. */
function count(value: Json, uses: Map<string, number>): void {
  if (typeof value !== "object" || value === null) return;
  const key = JSON.stringify(value);
  const before = uses.get(key) ?? 0;
  uses.set(key, before + 1);
  if (before === 0) for (const part of Object.values(value)) count(part, uses);
}

function sourceOf(value: Json, written: (value: Json) => string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(written).join()}]`;
  // As a plain key it would set the prototype.
  const keyOf = (key: string) => (key === "__proto__" ? `["__proto__"]` : JSON.stringify(key));
  const entries = Object.entries(value).map(([key, part]) => `${keyOf(key)}:${written(part)}`);
  return `{${entries.join()}}`;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

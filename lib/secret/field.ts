/**
 * How the manifest names a field: by its name, or, where it is nested, by a JSON Pointer
 * (`/database/password`, RFC 6901). The empty pointer is the whole secret, which is then plain text.
 */
export const whole = "";

/** The keys and list indices that lead to a field; `undefined` for the whole secret. */
export function pathOf(field: string): readonly (string | number)[] | undefined {
  if (field === whole) return undefined;
  if (!field.startsWith("/")) return [field];
  return field.slice(1).split("/").map(unescaped);
}

/** The name that `pathOf` reads: a field's own name on the first level, a JSON Pointer below. */
export function fieldAt(path: readonly string[]): string {
  const [first = whole] = path;
  if (path.length === 1 && !first.startsWith("/")) return first;
  return path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Whether writing the one would write the other, too: they are one place, or one is inside the other. */
export function overlap(one: string, other: string): boolean {
  if (one === whole || other === whole) return one === other;
  const [a = [], b = []] = [one, other].map((field) => (pathOf(field) ?? []).map(String));
  return a.slice(0, b.length).every((step, index) => step === b[index]);
}

function unescaped(token: string): string | number {
  if (/^(?:0|[1-9]\d*)$/.test(token)) return Number(token);
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

import { textOf } from "./placeholders.ts";
import { atFirst, type Pointers } from "./pointer.ts";

/** Where a reply has the id of a key: in one place, or in several parts by name. */
export type IdPointers = Pointers | Readonly<Record<string, Pointers>>;

const isParts = (pointers: IdPointers): pointers is Readonly<Record<string, Pointers>> =>
  typeof pointers === "object" && !Array.isArray(pointers);

/**
 * The id of a key as one text. Several parts become a query string (`account=a1&key=k1`), which shows what each is.
 * @returns `undefined` where the reply lacks one of them
 */
export function idIn(reply: unknown, pointers: IdPointers): string | undefined {
  if (!isParts(pointers)) return textOf(atFirst(reply, pointers));
  const id = new URLSearchParams();
  for (const [part, pointer] of Object.entries(pointers)) {
    const text = textOf(atFirst(reply, pointer));
    if (text === undefined) return undefined;
    id.set(part, text);
  }
  return id.toString();
}

/** What `{old.id}` or a part of it, `{old.account}`, stands for. */
export function idValue(id: string | undefined, part: string): string | undefined {
  if (id === undefined || part === "id") return id;
  return new URLSearchParams(id).get(part) ?? undefined;
}

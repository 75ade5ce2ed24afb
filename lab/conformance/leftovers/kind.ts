import type { Clients } from "../clients.ts";

/** One kind of resource that facts make. */
export interface Leftovers {
  readonly kind: string;
  /** The ids of all whose name begins with the prefix. */
  find(clients: Clients, prefix: string): Promise<readonly string[]>;
  remove(clients: Clients, id: string): Promise<unknown>;
}

/** What one page after the other has. */
export async function collect<P>(
  pages: AsyncIterable<P>,
  ids: (page: P) => readonly (string | undefined)[],
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(...ids(page).filter((id) => id !== undefined));
  return found;
}

/** Whether the last part of a name or an ARN begins so. */
export const begins = (prefix: string) => (name: string) =>
  (name.split(/[:/]/).at(-1) ?? "").startsWith(prefix);

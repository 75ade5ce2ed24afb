import type { KeyEntry, ProviderTraits } from "./provider.ts";

/** Of an id that stands in the key itself, enough to find the key in the provider's console. */
const shown = 8;

type Traits = Pick<ProviderTraits, "idInKey">;

/** The id of a key as messages may show it. */
export const shownId = ({ idInKey }: Traits, id: string): string =>
  idInKey ? `${id.slice(0, shown)}…` : id;

/** For messages. */
export const shownEntries = (traits: Traits, entries: readonly KeyEntry[]): readonly KeyEntry[] =>
  entries.map((entry) => ({ ...entry, id: shownId(traits, entry.id) }));

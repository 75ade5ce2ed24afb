import type { Retiring } from "../../rotation/credential.ts";
import { idOf } from "./key.ts";
import type { Keys } from "./leftovers.ts";
import { isOfAnother, namePrefix } from "./name.ts";
import type { Access, KeyEntry, KeyParts } from "./provider.ts";
import { shownId } from "./shown-id.ts";
import { KeyEnabledAgain, KeyForeign, KeyOfAnother } from "./task-errors.ts";

/** The old key, as far as the provider knows it. */
export interface OldKey {
  readonly key: KeyParts;
  readonly id: string | undefined;
  /** Absent: it does not exist any more, or the provider lists no keys. */
  readonly entry: KeyEntry | undefined;
  /** Made for another credential, which may hold it. */
  readonly isOfAnother: boolean;
  /** Whether Quarterturn may disable and delete it. */
  readonly isOurs: boolean;
}

/** Looks it up by its id, or by the key itself. */
export async function oldKey(keys: Keys, key: KeyParts, at: Access): Promise<OldKey> {
  const { provider, spec, owner } = keys;
  const known = idOf(key);
  const identified = known === undefined ? await provider.identify?.(key, at) : undefined;
  const id = known ?? identified;
  const entries = id === undefined ? [] : ((await provider.list?.(at)) ?? []);
  const entry = entries.find((each) => each.id === id);
  const isCreatedHere = entry?.name?.startsWith(namePrefix(owner)) ?? false;
  const isOthers = entry?.name !== undefined && isOfAnother(entry.name, owner);
  const isOurs = isCreatedHere || ((spec.adopt || identified !== undefined) && !isOthers);
  return { key, id, entry, isOurs: isOurs && id !== undefined, isOfAnother: isOthers };
}

/** Whoever did that had a reason, and knows when it is over. */
export function enabledAgain(keys: Keys, { id, entry }: OldKey): Retiring {
  const { provider } = keys;
  const task = new KeyEnabledAgain(
    provider.name,
    id && shownId(provider.traits, id),
    placeOf(keys),
  );
  return {
    waiting: `somebody has enabled ${nameOf(keys, entry ?? {})} again`,
    refused: false,
    task,
  };
}

const placeOf = ({ spec, provider }: Keys) =>
  spec.console ?? provider.traits.console ?? provider.name;

/** The provider takes a while, ends it by itself later, or only a person can end it. */
export function stillAlive(keys: Keys, old: OldKey): Retiring {
  const { provider } = keys;
  const { endsOldAfter } = provider.traits;
  if (endsOldAfter !== undefined)
    return { waiting: `${provider.name} ends ${nameOf(keys, old)} automatically`, refused: false };
  if (old.isOurs && provider.remove)
    return {
      waiting: `${nameOf(keys, old)} is revoked, and ${provider.name} still accepts it`,
      refused: false,
    };
  const where = placeOf(keys);
  const id = old.id && shownId(provider.traits, old.id);
  const task = old.isOfAnother
    ? new KeyOfAnother(provider.name, id, old.entry?.name ?? "", where)
    : new KeyForeign(provider.name, id, where);
  return { waiting: `a person must delete ${nameOf(keys, old)} at ${where}`, refused: false, task };
}

/** For messages. */
export const nameOf = ({ provider }: Keys, { id }: Partial<Pick<OldKey, "id">>) =>
  id === undefined ? "the old key" : `the old key ${shownId(provider.traits, id)}`;

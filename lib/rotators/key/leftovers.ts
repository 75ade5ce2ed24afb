import { copiesOf } from "../../rotation/copies.ts";
import type { History } from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { DocumentError } from "../../secret/errors.ts";
import { idOf, type KeySpec, keyIn } from "./key.ts";
import { type KeyOwner, keyName, namePrefix } from "./name.ts";
import type { Access, KeyEntry, Provider } from "./provider.ts";

/** Whose keys are looked for. */
export interface Keys {
  readonly spec: KeySpec;
  readonly provider: Provider;
  readonly owner: KeyOwner;
}

/**
 * Keys that rotations of this credential have created and no version holds: their replies were lost, or the rotation was
 * given up. A key counts as held where a living version has its id, or its value, as far as the version that it was
 * created for shows that. Empty where nobody can tell.
 */
export async function leftovers(
  keys: Keys,
  history: History,
  at: Access,
): Promise<readonly KeyEntry[]> {
  const { provider, owner } = keys;
  const prefix = namePrefix(owner);
  const ours = ((await provider.list?.(at)) ?? []).filter(({ name }) => name?.startsWith(prefix));
  if (ours.length === 0) return [];
  const living = await livingKeys(keys, history, at);
  if (!living) {
    at.warn(
      `${ours.length} keys of ${provider.name} were created here: cannot tell which are in use`,
    );
    return [];
  }
  const ids = new Set(living.map(({ id }) => id));
  const unheld: KeyEntry[] = [];
  for (const entry of ours)
    if (!ids.has(entry.id) && !(await isValueHeld(entry, keys, history, living)))
      unheld.push(entry);
  return unheld;
}

interface LivingKey {
  readonly document: SecretDocument;
  /** Absent: nobody knows it. */
  readonly id?: string | undefined;
}

/** @returns `undefined` where a living version cannot be read */
async function livingKeys(
  { spec, provider }: Keys,
  history: History,
  at: Access,
): Promise<readonly LivingKey[] | undefined> {
  const living: LivingKey[] = [];
  try {
    for await (const document of history.living()) {
      const key = keyIn(document, spec);
      living.push({ document, id: idOf(key) ?? (await provider.identify?.(key, at)) });
    }
    return living;
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}

/**
 * Somebody may have copied a value by hand without its id, or moved either to another field. A value that no version has
 * was never seen by anybody.
 */
async function isValueHeld(
  { id, name }: KeyEntry,
  { spec, owner }: Keys,
  history: History,
  living: readonly LivingKey[],
): Promise<boolean> {
  if (living.some(({ document }) => [...document.texts()].some(([, text]) => text === id)))
    return true;
  const document = await history.find((versionId) => keyName(owner, versionId) === name);
  if (!document) return false;
  const secret = keyIn(document, spec).get("secret");
  return living.some((each) => secret && copiesOf(secret, each.document, each.document).length > 0);
}

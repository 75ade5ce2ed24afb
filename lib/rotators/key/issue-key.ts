import type { History, StepContext } from "../../rotation/credential.ts";
import { KeysFull, ProviderUnavailable } from "./errors.ts";
import { idOf } from "./key.ts";
import { type Keys, leftovers } from "./leftovers.ts";
import { keyName, namePrefix } from "./name.ts";
import { oldKey } from "./old-key.ts";
import type { Access, KeyEntry, KeyParts, Provider } from "./provider.ts";
import { shownEntries, shownId } from "./shown-id.ts";

/**
 * Creates a key, after a look for those that lost replies left behind. A key of this very token is taken over where the
 * provider shows it again; else it is deleted, unless the attempt that created it writes it in a moment.
 * @returns `undefined` when that attempt has
 * @throws KeysFull, and as the provider
 */
export async function issueKey(
  keys: Keys,
  history: History,
  isWritten: () => Promise<boolean>,
  at: Access,
  step: StepContext,
): Promise<KeyParts | undefined> {
  const { provider, owner } = keys;
  const name = keyName(owner, step.token);
  const left = await leftovers(keys, history, at);
  const own = left.filter((entry) => entry.name === name);
  const [first] = own.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (first && provider.reveal) return provider.reveal(first, at);
  if (first && (await isSoon(isWritten, step))) return undefined;
  await deleteKeys(left, provider, at);
  if (step.leaked) await makeRoom(keys, at);
  if (step.revokesFirst) await revokeCurrent(keys, at, step);
  await requireRoom(provider, at);
  const key = await provider.create?.(name, at);
  if (!key) throw new ProviderUnavailable(provider.name, "it cannot create keys");
  return key;
}

/**
 * Ends AWSCURRENT's key though there is no other one yet: whatever fails from here on fails in an outage. It is disabled
 * where that can be undone; settlement deletes it. Idempotent.
 */
async function revokeCurrent(keys: Keys, at: Access, step: StepContext): Promise<void> {
  const { provider } = keys;
  const isOwnAuthority = provider.traits.actsByKey === true;
  const old = isOwnAuthority ? undefined : await oldKey(keys, at.current, at);
  if (!old?.isOurs || old.id === undefined || !(provider.disable ?? provider.remove)) {
    const why = isOwnAuthority ? "it creates the next one" : "Quarterturn may not end it";
    at.warn(`the key of ${provider.name} is not revoked first: ${why}`);
    return;
  }
  step.outage();
  if (old.entry?.isDisabled) return;
  await (provider.disable ? provider.disable(old.id, at) : provider.remove?.(old.id, at));
}

/** Deletes what interrupted rotations left. */
export async function deleteKeys(
  entries: readonly KeyEntry[],
  provider: Provider,
  at: Access,
): Promise<void> {
  for (const { id } of entries) {
    await provider.remove?.(id, at);
    at.warn(
      `deleted the key ${shownId(provider.traits, id)} of ${provider.name}, which an interrupted rotation left`,
    );
  }
}

/**
 * In an emergency, a key that settlement has disabled is deleted before its time: nobody can use it, and the key that
 * leaked must not wait for it.
 */
async function makeRoom({ provider, owner }: Keys, at: Access): Promise<void> {
  const { maxKeys } = provider.traits;
  const entries = (maxKeys !== undefined && (await provider.list?.(at))) || [];
  if (maxKeys === undefined || entries.length < maxKeys) return;
  const prefix = namePrefix(owner);
  for (const { id, name, isDisabled } of entries)
    if (isDisabled && name?.startsWith(prefix) && id !== idOf(at.current)) {
      await provider.remove?.(id, at);
      at.warn(
        `deleted the disabled key ${shownId(provider.traits, id)} of ${provider.name}, to make room`,
      );
    }
}

/** @throws KeysFull */
export async function requireRoom(provider: Provider, at: Access): Promise<void> {
  const { maxKeys } = provider.traits;
  if (maxKeys === undefined || !provider.list) return;
  const entries = await provider.list(at);
  if (entries.length >= maxKeys)
    throw new KeysFull(provider.name, shownEntries(provider.traits, entries), maxKeys);
}

/** How often, and how many milliseconds apart, another attempt is waited for. */
const looks = 5;
const pause = 1000;

/** Whether the attempt that created a key writes it: it lives, and only its reply was slow. */
async function isSoon(
  isWritten: () => Promise<boolean>,
  { sleep }: Pick<StepContext, "sleep">,
): Promise<boolean> {
  for (let look = 0; look < looks; look += 1) {
    if (await isWritten()) return true;
    await sleep(pause);
  }
  return isWritten();
}

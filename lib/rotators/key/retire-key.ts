import type { Retirement, Retiring, StepContext } from "../../rotation/credential.ts";
import { isoSeconds } from "../../rotation/rotated-at.ts";
import { keyIn } from "./key.ts";
import type { Keys } from "./leftovers.ts";
import { enabledAgain, nameOf, type OldKey, oldKey, stillAlive } from "./old-key.ts";
import { requireCurrent } from "./proof.ts";
import type { Access, KeyEntry } from "./provider.ts";
import { accepts } from "./steady.ts";

/** Beside the lag of the provider's last use: a key that was used so recently is in use. In milliseconds. */
const recently = 5 * 60_000;

/**
 * Brings the end of an old key as near as it can be now: in use → disabled, where that can be undone → deleted → refused
 * for long enough. Nothing of it is remembered but since when it is refused: the provider's own list says the rest.
 */
export async function retireKey(
  keys: Keys,
  { old: document, refusedSince, wasRefused }: Retirement,
  at: Access,
  step: Pick<StepContext, "leaked" | "secret" | "token">,
): Promise<Retiring | undefined> {
  const { leaked } = step;
  const old = await oldKey(keys, keyIn(document, keys.spec), at);
  let isDisabled = old.entry?.isDisabled === true;
  const mayExist = old.entry !== undefined || !keys.provider.list;
  const isUndoable = keys.provider.disable !== undefined && old.entry !== undefined && !leaked;
  if (isUndoable && !isDisabled && old.isOurs && wasRefused) return enabledAgain(keys, old);
  if (mayExist && !isDisabled && old.isOurs) {
    const use = leaked ? undefined : recentUse(keys, old.entry, at);
    if (use !== undefined) return { waiting: use, refused: false };
    if (!leaked) await requireCurrent(keys, old.key, at, step);
    isDisabled = await end(keys, old, leaked, at);
  }
  if (await accepts(keys.provider, old.key, at)) return stillAlive(keys, old);
  if (isDisabled && old.isOurs) {
    const left = leaked ? 0 : remaining(keys.provider.traits.disabledFor, refusedSince, at);
    const until = isoSeconds(new Date(at.now().getTime() + left));
    if (left > 0)
      return {
        waiting: `${nameOf(keys, old)} is disabled, and is deleted at ${until}`,
        refused: true,
      };
    if (!leaked) await requireCurrent(keys, old.key, at, step);
    await remove(keys, old, at);
  }
  const left = remaining(keys.provider.traits.dead.within, refusedSince, at);
  if (left === 0) return undefined;
  const seconds = Math.ceil(left / 1000);
  return {
    waiting: `${nameOf(keys, old)} is refused, which counts only in ${seconds} s: ${keys.provider.name} may still change its answer`,
    refused: true,
  };
}

/** Disabled first where that can be undone, unless it leaked. @returns whether it is disabled now, and not deleted */
async function end(keys: Keys, old: OldKey, leaked: boolean, at: Access): Promise<boolean> {
  const { provider } = keys;
  const isUndoable = provider.disable !== undefined && !leaked;
  if (!isUndoable) await remove(keys, old, at);
  else if (old.id !== undefined) await provider.disable?.(old.id, at);
  return isUndoable;
}

async function remove({ provider }: Keys, { id }: OldKey, at: Access): Promise<void> {
  if (id !== undefined) await provider.remove?.(id, at);
}

function recentUse(keys: Keys, entry: KeyEntry | undefined, { now }: Access): string | undefined {
  const { provider } = keys;
  const { lastUseLag } = provider.traits;
  const used = entry?.lastUsedAt;
  if (lastUseLag === undefined || !entry || used === null) return undefined;
  if (used === undefined)
    return `${provider.name} does not report in a known form when ${nameOf(keys, entry)} was used`;
  const age = now().getTime() - used.getTime();
  return age < lastUseLag + recently
    ? `${provider.name} says that ${nameOf(keys, entry)} was used at ${isoSeconds(used)}`
    : undefined;
}

/** In milliseconds; 0 where nothing is left of a span that began then. */
function remaining(span: number | undefined, since: Date | undefined, { now }: Access): number {
  if (!span) return 0;
  return Math.max(0, span - (since ? now().getTime() - since.getTime() : 0));
}

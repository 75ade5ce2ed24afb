import { asRotationError } from "../errors.ts";
import { SecretDocument } from "../secret/document.ts";
import { DocumentError } from "../secret/errors.ts";
import { holderOf } from "../secret/labels.ts";
import type { Switch } from "./credential.ts";
import { SwitchUndecided } from "./errors.ts";
import { type Rotation, versionsOf } from "./rotation.ts";

/**
 * In milliseconds. Undoing a half-made switch runs on time of its own, which the function keeps back from its
 * deadline: giving up in the middle would leave AWSCURRENT refused.
 */
export const restoreTime = 3000;

/**
 * After a failure in mid-switch: makes AWSCURRENT and the server agree again.
 * @returns true when the promotion took place and only its reply was lost
 * @throws SwitchUndecided when AWSCURRENT cannot be read, or holds what cannot be restored here, or when the way
 *   back fails
 */
export async function arrived(rotation: Rotation, switches: readonly Switch[]): Promise<boolean> {
  const signal = AbortSignal.timeout(restoreTime);
  const changed = switches.filter((each) => each.changed);
  const current = await currentId(rotation, signal).catch(() => undefined);
  if (current === rotation.event.token) return true;
  if (changed.length === 0) return false;
  const restorable = current !== undefined && (await holdsTheSame(rotation, current, signal));
  if (!restorable) throw undecided(rotation, changed, "AWSCURRENT cannot be read or was replaced");

  await restore(rotation, changed, (each) => each.revert(signal));
  const now = await currentId(rotation, signal).catch(() => undefined);
  if (now !== rotation.event.token) return false;
  // The move arrived after all, later than the first look.
  await restore(rotation, changed, (each) => each.apply(signal));
  return true;
}

/**
 * Every one to its end, because leaving closes the sessions of them all. Where one fails, AWSCURRENT may be
 * refused, whatever the failure's own impact.
 */
async function restore(
  rotation: Rotation,
  switches: readonly Switch[],
  undo: (each: Switch) => Promise<void>,
): Promise<void> {
  const failed: Switch[] = [];
  const reasons = new Set<string>();
  await Promise.all(
    switches.map((each) =>
      undo(each).catch((thrown) => {
        failed.push(each);
        reasons.add(asRotationError(thrown).code);
      }),
    ),
  );
  if (failed.length === 0) return;
  throw undecided(rotation, failed, `the way back failed: ${[...reasons].join(", ")}`);
}

async function currentId(
  { store, secret }: Rotation,
  signal: AbortSignal,
): Promise<string | undefined> {
  return holderOf(await store.describe(secret.arn, signal), "AWSCURRENT");
}

/** Whether this version, perhaps edited by hand a moment ago, holds the credentials that a revert brings back. */
async function holdsTheSame(
  rotation: Rotation,
  versionId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { secret, store, entry, credentials, step } = rotation;
  if (versionId === rotation.currentId) return true;
  const text = await store.read(secret.arn, versionId, signal).catch(() => {});
  if (!text) return false;
  const { current } = await versionsOf(rotation);
  try {
    const edited = new SecretDocument(`version ${versionId}`, text, entry.shape);
    return credentials
      .filter(({ traits }) => traits.switches)
      .every((each) => each.carry(current, edited, current, step).text.equals(edited.text));
  } catch (error) {
    if (error instanceof DocumentError) return false;
    throw error;
  }
}

function undecided(rotation: Rotation, switches: readonly Switch[], why: string): SwitchUndecided {
  const names = switches.map(({ name }) => name).join(", ");
  return new SwitchUndecided(rotation.secret.name, names, why);
}

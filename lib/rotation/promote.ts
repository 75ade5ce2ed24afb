import { holderOf, olderRetiringLabel, retiringLabel } from "../secret/labels.ts";
import type { Switch } from "./credential.ts";
import { decide } from "./decide.ts";
import { LabelMoved, PendingRefused, SecretChanged } from "./errors.ts";
import { Unsettled } from "./refusals.ts";
import { arrived } from "./restore.ts";
import { type Rotation, versionsOf } from "./rotation.ts";

/**
 * Makes the pending version AWSCURRENT: RETIRING first, so that no crash can leave the old credential
 * forgotten; then every credential's switch; then the label, in the same breath.
 */
export async function promote(rotation: Rotation): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const switches: Switch[] = [];
  try {
    await openSwitches(rotation, switches, opened);
    if (switches.some(({ waited }) => waited) && !(await stillToDo(rotation))) return;
    await attachRetiring(rotation);
    for (const each of switches) await each.apply(rotation.context.signal);
    if (rotation.credentials.length > 1 && switches.length > 0) await requireAllAccepted(rotation);
    await moveCurrent(rotation);
  } catch (error) {
    if (!(await arrived(rotation, switches))) throw error;
  }
}

/** Adds to `switches` one by one: an earlier attempt may have switched some, which a failure must switch back. */
async function openSwitches(
  rotation: Rotation,
  switches: Switch[],
  opened: AsyncDisposableStack,
): Promise<void> {
  for (const credential of rotation.credentials) {
    const opening = await credential.openSwitch?.(await versionsOf(rotation), rotation.step);
    if (opening) switches.push(opened.use(opening));
  }
}

export async function attachRetiring(rotation: Rotation): Promise<void> {
  const { secret, currentId, store, context } = rotation;
  const holder = holderOf(secret, retiringLabel);
  if (holder === currentId) return;
  // Only a leaked-mode rotation comes here: no other one begins before the last one is settled.
  if (holder !== undefined) await keepRetiring(holder, rotation);
  const from = holder === undefined ? {} : { from: holder };
  const move = { secretId: secret.arn, label: retiringLabel, ...from, to: currentId };
  const moved = await store.moveLabel(move, context.signal);
  if (moved === "elsewhere") throw new Unsettled(secret.name, "another than AWSCURRENT");
}

/** The version that is not retired yet keeps a label of its own, before RETIRING goes to another one. */
async function keepRetiring(holder: string, { secret, store, context }: Rotation): Promise<void> {
  const label = olderRetiringLabel(holder);
  if (holderOf(secret, label) === holder) return;
  await store.moveLabel({ secretId: secret.arn, label, to: holder }, context.signal);
}

async function moveCurrent({ event, secret, currentId, store, context }: Rotation): Promise<void> {
  const move = { secretId: secret.arn, label: "AWSCURRENT", from: currentId, to: event.token };
  if ((await store.moveLabel(move, context.signal)) === "elsewhere")
    throw new LabelMoved(secret.name);
}

/**
 * Two names of one server hide that two credentials are one login; then the last change undid another one.
 * @throws PendingRefused
 */
async function requireAllAccepted(rotation: Rotation): Promise<void> {
  const versions = await versionsOf(rotation);
  const pending = await versions.pending();
  for (const credential of rotation.credentials)
    if ((await credential.accepted(pending, versions.current, rotation.step)) === false)
      throw new PendingRefused(credential.name(pending));
}

/** The rotation that held the lock until now may have finished this very version. */
async function stillToDo({ store, secret, event, currentId, context }: Rotation): Promise<boolean> {
  const decision = decide(event, await store.describe(secret.arn, context.signal));
  if (decision.kind === "refuse") throw decision.error;
  if (decision.kind === "alreadyCurrent") return false;
  if (decision.currentId === currentId) return true;
  throw new SecretChanged(secret.name, event.token);
}

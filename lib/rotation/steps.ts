import { requireSound } from "../rotators/generated/generate.ts";
import { accepts } from "../rotators/login/engine.ts";
import { CredentialsRefused } from "../rotators/login/errors.ts";
import { address } from "../rotators/login/login.ts";
import { preparedLabel } from "../secret/labels.ts";
import type { Step } from "./event.ts";
import { nextDocument, type Sources } from "./next-document.ts";
import { requireUsable } from "./pending.ts";
import { promote } from "./promote.ts";
import type { Credential, Rotation } from "./rotation.ts";

/** In milliseconds. */
const secondLook = 1000;

export const stepActions = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
} satisfies Record<Step, (rotation: Rotation, sources: Sources) => Promise<void>>;

/**
 * Writes the pending version: AWSCURRENT's document with another value for each credential. Writing is the
 * existence check; where the version has a value already, that value counts, and so does its rotated_at.
 */
async function createSecret(rotation: Rotation, sources: Sources): Promise<void> {
  const { event, secret, store, signal } = rotation;
  const next = await nextDocument(rotation, sources);
  const { token, rotationToken } = event;
  const labels = ["AWSPENDING", preparedLabel];
  const pending = { secretId: secret.arn, token, text: next.text, labels, rotationToken };
  if ((await store.putPending(pending, signal)) === "exists") await requireUsable(rotation);
}

/**
 * Gets each server ready. Where AWSCURRENT is refused already, an outage is running: promote at once, as soon
 * as the other credentials of the secret are tested.
 */
async function setSecret(rotation: Rotation): Promise<void> {
  await requireUsable(rotation);
  const ready: Credential[] = [];
  for (const credential of rotation.credentials) {
    const outcome = await credential.strategy.set(rotation.situation(credential));
    if (outcome === "ready") ready.push(credential);
  }
  if (ready.length === rotation.credentials.length) return;
  await testAll(rotation, ready);
  await promote(rotation);
}

/**
 * Without a version that createSecret prepared this is a lone testSecret (RotateImmediately=false): nothing
 * is under way, so it proves what the next rotation will need, and that its failure would be heard of.
 */
async function testSecret(rotation: Rotation, sources: Sources): Promise<void> {
  if (rotation.prepared || (await seenPrepared(rotation)))
    return testAll(rotation, rotation.credentials);
  await nextDocument(rotation, sources);
  for (const credential of rotation.credentials) await requireRotatable(rotation, credential);
  if (!(await rotation.alerts.prove(rotation.signal)))
    rotation.warn("nobody listens: the alert topic has no confirmed subscription");
}

async function requireRotatable(rotation: Rotation, credential: Credential): Promise<void> {
  const { engine, strategy } = credential;
  const situation = rotation.situation(credential);
  const current = await situation.current();
  if (!(await accepts(engine, current, rotation.signal)))
    throw new CredentialsRefused(address(current), current.username, ["AWSCURRENT"]);
  await strategy.rehearse(situation);
}

/** Reads are eventually consistent: look once more before taking a rotation for a lone test. */
async function seenPrepared(rotation: Rotation): Promise<boolean> {
  const { event, secret, store, signal } = rotation;
  await rotation.sleep(secondLook);
  const { versions } = await store.describe(secret.arn, signal);
  return versions.get(event.token)?.includes(preparedLabel) ?? false;
}

async function testAll(rotation: Rotation, credentials: readonly Credential[]): Promise<void> {
  for (const credential of credentials)
    await credential.strategy.test(rotation.situation(credential));
  for (const spec of rotation.entry.generated ?? [])
    requireSound(await rotation.pending(), await rotation.current(), spec);
}

/** A version that createSecret did not make has not been tested either. */
async function finishSecret(rotation: Rotation): Promise<void> {
  const switches = rotation.credentials.some(({ strategy }) => strategy.openSwitch);
  if (switches || !rotation.prepared) await requireUsable(rotation);
  if (!rotation.prepared) await testAll(rotation, rotation.credentials);
  await promote(rotation);
}

import type { AlertTopic } from "../alerts/topic.ts";
import { preparedLabel } from "../secret/labels.ts";
import type { Credential, Versions } from "./credential.ts";
import type { Step } from "./event.ts";
import { issueAll } from "./issue.ts";
import { nextDocument } from "./next-document.ts";
import { usableVersions, writePending } from "./pending.ts";
import { promote } from "./promote.ts";
import { finishRolled, rolledOf, setRolled } from "./roll.ts";
import { type Rotation, versionsOf } from "./rotation.ts";

/** In milliseconds. */
const secondLook = 1000;

export const stepActions = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
} satisfies Record<Step, (rotation: RotationStep) => Promise<void>>;

/** A step as Secrets Manager invokes it. */
export interface RotationStep extends Rotation {
  readonly alerts: AlertTopic;
}

/**
 * Writes the pending version: AWSCURRENT's document with another value for each credential. Writing is the
 * existence check; where the version has a value already, that value counts, and so does its rotated_at.
 */
async function createSecret(rotation: Rotation): Promise<void> {
  const { credentials, documents, event } = rotation;
  if (rolledOf(rotation)) return void (await nextDocument(rotation));
  const isIssued = credentials.some(({ issue }) => issue);
  // Another attempt may have had a key made for it.
  if (isIssued && (await documents.reread(event.token, "AWSPENDING")))
    return void (await usableVersions(rotation));
  const next = await nextDocument(rotation);
  const issued = isIssued ? await issueAll(rotation, next) : undefined;
  if (isIssued && !issued) return void (await usableVersions(rotation));
  if ((await writePending(rotation, issued?.document ?? next)) === "created") return;
  const { pending: written } = await usableVersions(rotation);
  await issued?.discard(await written());
}

/**
 * Gets each server ready. Where AWSCURRENT is refused already, an outage is running: promote at once, as soon
 * as the other credentials of the secret are tested.
 */
async function setSecret(rotation: Rotation): Promise<void> {
  const rolled = rolledOf(rotation);
  if (rolled) return setRolled(rotation, rolled);
  const versions = await usableVersions(rotation);
  const ready: Credential[] = [];
  for (const credential of rotation.credentials)
    if ((await credential.set(versions, rotation.step)) === "ready") ready.push(credential);
  if (ready.length === rotation.credentials.length) return;
  await testAll(rotation, ready, versions);
  await promote(rotation);
}

/**
 * Without a version that createSecret prepared this is a lone testSecret (RotateImmediately=false): nothing is
 * under way, so it proves what the next rotation will need, and that an alert about it would reach somebody.
 */
async function testSecret(rotation: RotationStep): Promise<void> {
  const { credentials, documents, currentId, alerts, context, step } = rotation;
  if (rotation.prepared || (await seenPrepared(rotation)))
    return testAll(rotation, credentials, await versionsOf(rotation));
  await nextDocument(rotation);
  const current = await documents.awaited(currentId, "AWSCURRENT");
  for (const credential of credentials) await credential.rehearse(current, step);
  if (!(await alerts.prove(context.signal)))
    step.warn("the alert topic has no confirmed subscription, so nobody receives alerts");
}

/** Reads are eventually consistent: look once more before taking a rotation for a lone test. */
async function seenPrepared({ event, secret, store, context }: Rotation): Promise<boolean> {
  await context.sleep(secondLook);
  const { versions } = await store.describe(secret.arn, context.signal);
  return versions.get(event.token)?.includes(preparedLabel) ?? false;
}

async function testAll(
  { step }: Rotation,
  credentials: readonly Credential[],
  versions: Versions,
): Promise<void> {
  for (const credential of credentials) await credential.test(versions, step);
}

/** A version that createSecret did not make has not been tested either. */
async function finishSecret(rotation: Rotation): Promise<void> {
  const { credentials, prepared } = rotation;
  const rolled = rolledOf(rotation);
  if (rolled) return finishRolled(rotation, rolled);
  const switches = credentials.some(({ traits }) => traits.switches);
  if (switches || !prepared) {
    const versions = await usableVersions(rotation);
    if (!prepared) await testAll(rotation, credentials, versions);
  }
  await promote(rotation);
}

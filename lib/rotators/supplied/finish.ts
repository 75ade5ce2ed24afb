import type { Rotation, RotationContext } from "../../rotation/rotation.ts";
import { holderOf, labelsOn, originOf } from "../../secret/labels.ts";
import {
  leftTag,
  leftText,
  type Sighting,
  sightingOf,
  sightingTag,
  sightingText,
} from "../../secret/sighting.ts";
import type { SecretState, SecretStore } from "../../secret/store.ts";
import { suppliedTag } from "../../secret/supplied-tag.ts";
import type { Wanted } from "./find.ts";

/** Takes AWSPENDING off, so that rotations can begin. */
export async function unstage(
  from: string,
  { secret, store, context }: Pick<Rotation, "secret" | "store" | "context">,
): Promise<void> {
  await store.moveLabel({ secretId: secret.arn, label: "AWSPENDING", from }, context.signal);
}

/**
 * Remembers from when on the next one is due. Secrets Manager does not take AWSPENDING off, as it does after a rotation.
 */
export async function finish(
  version: string,
  { spec }: Pick<Wanted, "spec">,
  secret: SecretState,
  { store }: { readonly store: SecretStore },
  context: RotationContext,
): Promise<void> {
  await unstage(version, { secret, store, context });
  const text = sightingText({ version, at: context.now() });
  await rememberSeen({ version, at: context.now() }, secret, store, context);
  await store.tag(secret.arn, suppliedTag(spec.supply.field), text, context.signal);
}

/**
 * As settlement does: somebody may move AWSCURRENT on before its first look, and the new key must not be taken for one that
 * was given up. Where settlement has seen AWSCURRENT elsewhere before, it still has to look at that.
 */
async function rememberSeen(
  sighting: Sighting,
  secret: SecretState,
  store: SecretStore,
  { now, signal }: RotationContext,
): Promise<void> {
  const { version, left = [] } = sightingOf(secret.tags, now()) ?? {};
  const known = [originOf(labelsOn(secret, sighting.version)), holderOf(secret, "AWSCURRENT")];
  if (version !== undefined && !known.includes(version))
    await store.tag(secret.arn, leftTag, leftText([...new Set([...left, version])]), signal);
  await store.tag(secret.arn, sightingTag, sightingText(sighting), signal);
}

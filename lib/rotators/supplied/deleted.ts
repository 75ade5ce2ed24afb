import { Documents } from "../../rotation/documents.ts";
import type { RotationContext } from "../../rotation/rotation.ts";
import { holderOf, retiringVersions } from "../../secret/labels.ts";
import { refusalTag, refusalText } from "../../secret/refusal.ts";
import { SupplyRefused } from "./errors.ts";
import type { Wanted } from "./find.ts";
import { isSameKey } from "./proof.ts";
import type { SupplyPorts } from "./supply.ts";
import { partsIn } from "./value.ts";

/**
 * Remembers a person's word that the key before this one was deleted at its provider, where nobody else can tell:
 * settlement then counts it as dead. Idempotent.
 * @returns the version that holds the deleted key
 * @throws SupplyRefused, AwsCallFailed, DocumentError
 */
export async function confirmDeleted(
  { secretId, entry, spec }: Wanted,
  { store, provider }: SupplyPorts,
  context: RotationContext,
): Promise<string> {
  if (provider)
    throw new SupplyRefused(
      `${provider.name} reports whether a key works, so --deleted is not needed.`,
      "Delete the old key there; settlement notices.",
    );
  const secret = await store.describe(secretId, context.signal);
  const documents = new Documents({ secret, shape: entry.shape, store, context });
  const [retiring] = retiringVersions(secret);
  const current = holderOf(secret, "AWSCURRENT") ?? "";
  const [old, live] = [
    retiring && (await documents.read(retiring.version, `version ${retiring.version}`)),
    await documents.read(current, "AWSCURRENT"),
  ];
  const isReplaced = old && live && !isSameKey(partsIn(old, spec), partsIn(live, spec));
  if (!retiring || !isReplaced)
    throw new SupplyRefused(
      `${secret.name} has no old key in ${JSON.stringify(spec.supply.field)} that is to be deleted.`,
      "Nothing to do.",
    );
  const text = refusalText(secret, retiring.version, context.now());
  await store.tag(secret.arn, refusalTag, text, context.signal);
  return retiring.version;
}

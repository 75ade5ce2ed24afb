import { SecretDocument } from "../secret/document.ts";
import { DocumentError } from "../secret/errors.ts";
import { retiringLabel } from "../secret/labels.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { StoredParameter } from "./parameters.ts";
import type { Wanted } from "./wanted.ts";

/**
 * Which of these parameters hold what an earlier version of the secret has in their field. The versions are
 * the memory: Secrets Manager keeps at least the 100 most recent ones, and more that are younger than a day.
 */
export async function ofEarlierVersions(
  candidates: readonly { readonly wanted: Wanted; readonly stored: StoredParameter }[],
  secret: SecretState,
  store: SecretStore,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const ours = new Set<string>();
  let open = candidates;
  for await (const version of earlierVersions(secret, store, signal)) {
    const document = await readable(secret, version, store, signal);
    const held = open.filter(({ wanted, stored }) => holds(document, wanted.field, stored));
    for (const { wanted } of held) ours.add(wanted.parameter);
    open = open.filter(({ wanted }) => !ours.has(wanted.parameter));
    if (open.length === 0) break;
  }
  return ours;
}

/** The most likely one first. AWSPENDING is not among them: no parameter was given its value. */
async function* earlierVersions(
  secret: SecretState,
  store: SecretStore,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const earlier = [...secret.versions].filter(
    ([, labels]) => !labels.includes("AWSCURRENT") && !labels.includes("AWSPENDING"),
  );
  const rank = (labels: readonly string[]) => (labels.includes(retiringLabel) ? 0 : 1);
  for (const [id] of earlier.toSorted(([, a], [, b]) => rank(a) - rank(b))) yield id;
  yield* await store.unlabelled(secret.arn, signal);
}

/** A version that is not a JSON object has no fields. */
async function readable(
  secret: SecretState,
  version: string,
  store: SecretStore,
  signal: AbortSignal,
): Promise<SecretDocument | undefined> {
  try {
    const text = await store.read(secret.arn, version, signal);
    return text && new SecretDocument(`version ${version} of ${secret.name}`, text);
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}

function holds(document: SecretDocument | undefined, field: string, stored: StoredParameter) {
  return document?.value(field)?.value.equals(stored.value) ?? false;
}

import type { Documents } from "../rotation/documents.ts";
import type { SecretDocument } from "../secret/document.ts";
import { holderOf } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";

/** Whose credentials consumers may hold or get. */
export type LiveLabel = "AWSCURRENT" | "AWSPENDING";

/** The documents that consumers may hold or get, by label. */
export async function liveVersions(
  secret: SecretState,
  documents: Documents,
): Promise<readonly (readonly [label: LiveLabel, document: SecretDocument])[]> {
  const currentId = holderOf(secret, "AWSCURRENT");
  const pendingId = holderOf(secret, "AWSPENDING");
  const current = currentId && (await documents.read(currentId, "AWSCURRENT"));
  const pending =
    pendingId && pendingId !== currentId && (await documents.read(pendingId, "AWSPENDING"));
  return [
    ...(current ? [["AWSCURRENT", current] as const] : []),
    ...(pending ? [["AWSPENDING", pending] as const] : []),
  ];
}

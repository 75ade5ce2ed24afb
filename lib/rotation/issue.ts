import type { SecretDocument } from "../secret/document.ts";
import type { Credential } from "./credential.ts";
import { requireSize } from "./next-document.ts";
import type { Rotation } from "./rotation.ts";

/** What others made for a pending version, and how to end it again. */
export interface Issued {
  readonly document: SecretDocument;
  /** @param kept AWSPENDING as another attempt has written it; absent: nothing was written */
  discard(kept?: SecretDocument): Promise<void>;
}

/**
 * Has the credentials of `next` made that only others can make, such as API keys. If one fails, the others are ended.
 * @returns `undefined` when another attempt has written AWSPENDING by now
 * @throws SecretTooLarge, and as the credentials
 */
export async function issueAll(
  rotation: Rotation,
  next: SecretDocument,
): Promise<Issued | undefined> {
  const { credentials, documents, event, currentId, secret, step } = rotation;
  const history = await documents.history(currentId);
  const isWritten = async () => (await documents.reread(event.token, "AWSPENDING")) !== undefined;
  let issued = next;
  /** Those whose placeholders are replaced. */
  const made: Credential[] = [];
  const discard = async (kept?: SecretDocument) => {
    for (const credential of made) await credential.discard?.(issued, kept, history.current, step);
  };
  try {
    for (const credential of credentials) {
      if (!credential.issue) continue;
      const more = await credential.issue(history, issued, isWritten, step);
      if (!more) {
        await discard(await documents.read(event.token, "AWSPENDING"));
        return undefined;
      }
      issued = more;
      made.push(credential);
    }
    requireSize(issued, secret.name);
  } catch (error) {
    // What this cannot end now is found by its name later.
    await discard().catch(() => {});
    throw error;
  }
  return { document: issued, discard };
}

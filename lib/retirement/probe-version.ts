import type { Context } from "../context/context.ts";
import type { Credential } from "../rotation/credential.ts";
import { NoCurrentVersion } from "../rotation/refusals.ts";
import { holderOf } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { elsewhere, type ProbePorts, probing } from "./probing.ts";

type Probed =
  | { readonly works: true }
  | { readonly works: false; readonly credential: string }
  | { readonly heldBy: "AWSCURRENT" }
  | { readonly elsewhere: true };

/**
 * Whether a version could be AWSCURRENT: each of its credentials works, as far as there is a server to ask. It changes
 * nothing, and whether AWSCURRENT itself works does not matter.
 * @throws NoCurrentVersion, and as the credentials
 */
export async function probeVersion(
  version: string,
  secret: SecretState,
  ports: ProbePorts,
  context: Context,
): Promise<Probed> {
  const { documents, credentials, step } = await probing(version, secret, ports, context);
  const currentId = holderOf(secret, "AWSCURRENT");
  const current = currentId && (await documents.read(currentId, "AWSCURRENT"));
  if (!current) throw new NoCurrentVersion(secret.name);
  try {
    const document = await documents.read(version, `version ${version}`);
    if (!document) return { elsewhere: true };
    const isHeld = (each: Credential) => {
      const [asked, held] = [each.holding(document), each.holding(current)];
      return asked.identity === held.identity && asked.value.equals(held.value);
    };
    if (credentials.every(isHeld)) return { heldBy: "AWSCURRENT" };
    for (const credential of credentials)
      if ((await credential.accepted(document, current, step)) === false)
        return { works: false, credential: credential.name(document) };
    return { works: true };
  } catch (error) {
    return elsewhere(error);
  }
}

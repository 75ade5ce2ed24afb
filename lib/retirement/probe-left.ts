import type { Context } from "../context/context.ts";
import type { Holding } from "../rotation/credential.ts";
import { NoCurrentVersion } from "../rotation/refusals.ts";
import type { SecretState } from "../secret/store.ts";
import { CurrentRefused } from "./errors.ts";
import { type LiveLabel, liveVersions } from "./live.ts";
import { elsewhere, type ProbePorts, probing } from "./probing.ts";

type Probed =
  | { readonly accepted: boolean }
  | { readonly heldBy: LiveLabel }
  | { readonly elsewhere: true };

/**
 * Whether the credential of any version still works. It changes nothing, so the version needs no label for it.
 * @throws CurrentRefused, NoCurrentVersion, and as the credentials
 */
export async function probeLeft(
  version: string,
  secret: SecretState,
  ports: ProbePorts,
  context: Context,
): Promise<Probed> {
  const { documents, credentials, step } = await probing(version, secret, ports, context);
  const live = await liveVersions(secret, documents);
  const current = live.find(([label]) => label === "AWSCURRENT")?.[1];
  if (!current) throw new NoCurrentVersion(secret.name);

  const holdings = live.flatMap(([label, document]) =>
    credentials.map((credential) => [label, credential.holding(document)] as const),
  );
  const isHeldAs = ({ identity, value }: Holding) =>
    holdings.find(([, live]) => live.identity === identity && live.value.equals(value))?.[0];
  try {
    const old = await documents.read(version, `version ${version}`);
    if (!old) return { elsewhere: true };
    const judged = credentials.map(
      (credential) => [credential, isHeldAs(credential.holding(old))] as const,
    );
    const free = judged.flatMap(([credential, holder]) => (holder ? [] : [credential]));
    const [holder] = judged.flatMap(([, each]) => each ?? []);
    if (judged.every(([, each]) => each === "AWSCURRENT")) return { heldBy: "AWSCURRENT" };
    for (const [credential, each] of judged)
      if (each !== "AWSCURRENT" && (await credential.accepted(current, current, step)) === false)
        throw new CurrentRefused(secret.name, credential.name(current), version);
    if (free.length === 0 && holder) return { heldBy: holder };
    for (const credential of free)
      if (await credential.accepted(old, current, step)) return { accepted: true };
    return { accepted: false };
  } catch (error) {
    return elsewhere(error);
  }
}

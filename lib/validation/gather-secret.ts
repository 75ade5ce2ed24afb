import { AwsCallFailed } from "../aws-call-failed.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import type { CredentialSpec } from "../manifest/type.ts";
import { SecretDocument } from "../secret/document.ts";
import { holderOf, preparedLabel } from "../secret/labels.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { unanswered } from "./answers.ts";
import type { Ask, Asked } from "./ask.ts";
import type { CheckedSecret, CredentialChecks, CredentialFacts } from "./checks.ts";
import { copyFindings, type Replacement } from "./copies.ts";
import type { Endpoints } from "./endpoints.ts";
import type { SecretFacts } from "./facts.ts";

export interface SecretPorts {
  readonly store: Pick<SecretStore, "describe" | "read" | "current">;
  readonly endpoints?: Endpoints | undefined;
  /** Loads the checks of a credential's type. */
  checks(spec: CredentialSpec): Promise<CredentialChecks>;
}

/** What is known of one secret, its document and its credentials. */
export async function gatherSecret(
  name: string,
  entry: SecretEntry,
  ports: SecretPorts,
  ask: Ask,
): Promise<Omit<SecretFacts, "consumers">> {
  const { store } = ports;
  const state = await describe(name, ports, ask);
  const nothing = { name, entry, state, credentials: [] };
  const secret = "known" in state ? state.known : undefined;
  if (!secret || secret.deletedAt || secret.owningService || secret.externalType) return nothing;
  const version = (label: string) => async (signal: AbortSignal) => {
    const id = holderOf(secret, label);
    if (id === undefined) return undefined;
    const text = await store.read(secret.arn, id, signal);
    return text && new SecretDocument(`${label} of ${secret.name}`, text, entry.shape);
  };
  const document = await ask(version("AWSCURRENT"));
  if ("unknown" in document) return { ...nothing, document };
  const current = document.known;
  if (!current) return { ...nothing, document: { known: false } };
  const labels = secret.versions.get(holderOf(secret, "AWSCURRENT") ?? "");
  const checked: CheckedSecret = {
    name,
    arn: secret.arn,
    endpoints: ports.endpoints,
    current,
    isOurs: labels?.includes(preparedLabel) ?? false,
    async *earlier(signal) {
      const previous = await version("AWSPREVIOUS")(signal);
      if (previous) yield previous;
    },
    describe: (secretId) => describe(secretId, ports, ask),
    read: (secretId, signal) => store.current(secretId, signal).then((value) => value?.text),
  };
  const credentials: CredentialFacts[] = [];
  const replacements: Replacement[] = [];
  for (const spec of entry.credentials) {
    const checks = await ask(() => ports.checks(spec));
    credentials.push(await check(spec, checks, checked, ask));
    if ("known" in checks) replacements.push((into) => checks.known.replaced(spec, current, into));
  }
  const copies = copyFindings(checked, replacements);
  return { name, entry, state, document: { known: true }, credentials, copies };
}

/** A secret that does not exist is an answer. */
function describe(
  secretId: string,
  { store }: Pick<SecretPorts, "store">,
  ask: Ask,
): Promise<Asked<SecretState | undefined>> {
  return ask(async (signal) => {
    try {
      return await store.describe(secretId, signal);
    } catch (error) {
      if (error instanceof AwsCallFailed && error.isAbsent) return undefined;
      throw error;
    }
  });
}

async function check(
  spec: CredentialSpec,
  loaded: Asked<CredentialChecks>,
  secret: CheckedSecret,
  ask: Ask,
): Promise<CredentialFacts> {
  if ("known" in loaded) return loaded.known.check(spec, secret, ask);
  const findings = unanswered(secret.name, `a credential of type ${spec.type}`, loaded);
  return { spec, findings, holds: [] };
}

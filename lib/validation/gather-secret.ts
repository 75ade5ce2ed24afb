import { AwsCallFailed } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import type { Credential } from "../rotation/rotation.ts";
import { requireReplaceable } from "../rotators/generated/generate.ts";
import { adminLogin } from "../rotators/login/admin.ts";
import { accepts } from "../rotators/login/engine.ts";
import { type CredentialSpec, fieldOf, type Login, readLogin } from "../rotators/login/login.ts";
import { SecretDocument } from "../secret/document.ts";
import { holderOf, preparedLabel } from "../secret/labels.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { Ask } from "./ask.ts";
import type { Asked, CredentialFacts, SecretFacts, Target, Who } from "./facts.ts";

export interface SecretPorts {
  readonly store: Pick<SecretStore, "describe" | "read">;
  credential(spec: CredentialSpec): Promise<Credential>;
}

/** What is known of one secret, its document, its logins and their administrators. */
export async function gatherSecret(
  name: string,
  entry: SecretEntry,
  ports: SecretPorts,
  ask: Ask,
): Promise<Omit<SecretFacts, "consumers">> {
  const state = await describe(name, ports, ask);
  const nothing = { name, entry, state, credentials: [] };
  const secret = "known" in state ? state.known : undefined;
  if (!secret || secret.deletedAt || secret.owningService || secret.externalType) return nothing;
  const version = (label: string) => async (signal: AbortSignal) => {
    const id = holderOf(secret, label);
    if (id === undefined) return undefined;
    const text = await ports.store.read(secret.arn, id, signal);
    return text && new SecretDocument(`${label} of ${secret.name}`, text, entry.shape);
  };
  async function* earlier(signal: AbortSignal) {
    const previous = await version("AWSPREVIOUS")(signal);
    if (previous) yield previous;
  }
  const read = await ask(version("AWSCURRENT"));
  if ("unknown" in read) return { ...nothing, document: read };
  const document = read.known;
  if (!document) return { ...nothing, document: { known: false } };
  const credentials: CredentialFacts[] = [];
  for (const spec of entry.credentials)
    credentials.push(await gatherCredential(spec, document, ports, ask));
  const generated: Asked<unknown>[] = [];
  const current = secret.versions.get(holderOf(secret, "AWSCURRENT") ?? "");
  const isOurs = current?.includes(preparedLabel);
  for (const spec of entry.generated ?? [])
    generated.push(
      await ask((signal) =>
        requireReplaceable(document, spec, isOurs ? undefined : () => earlier(signal)),
      ),
    );
  return { name, entry, state, document: { known: true }, credentials, generated };
}

/** "There is none" is an answer. */
function describe(
  secretId: string,
  { store }: SecretPorts,
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

async function gatherCredential(
  spec: CredentialSpec,
  document: SecretDocument,
  ports: SecretPorts,
  ask: Ask,
): Promise<CredentialFacts> {
  const found = await ask(async () => {
    const credential = await ports.credential(spec);
    const login = readLogin(document, spec, credential.traits);
    return { credential, login, target: targetOf(login, document, credential) };
  });
  if ("unknown" in found) return { spec, target: found };
  const { credential, login, target } = found.known;
  const accepted = await ask((signal) => accepts(credential.engine, login, signal));
  const admin = await ask((signal) => adminLogin(credential, login, ports.store, signal));
  // A server that did not answer the login will not answer this either.
  const rehearsal =
    "known" in accepted && "known" in admin
      ? await ask((signal) => rehearse(credential, login, admin.known, signal))
      : undefined;
  return {
    spec,
    target: { known: target },
    accepted,
    rehearsal,
    admin: spec.admin && {
      secret: spec.admin.secret,
      state: await describe(spec.admin.secret, ports, ask),
      who: "known" in admin ? { known: admin.known && whoOf(admin.known) } : admin,
    },
  };
}

function rehearse(
  { spec, engine, strategy }: Credential,
  current: Login,
  admin: Login | undefined,
  signal: AbortSignal,
): Promise<void> {
  const logins = { current: async () => current, admin: async () => admin };
  return strategy.rehearse({ spec, engine, signal, ...logins });
}

const whoOf = ({ host, port, username }: Login): Who => ({ host, port, username });

function targetOf(login: Login, document: SecretDocument, credential: Credential): Target {
  const { spec, strategy } = credential;
  const { username } = login;
  return {
    ...whoOf(login),
    usernames: [...new Set([username, strategy.username(username, credential)])],
    fields: {
      username: fieldOf(document, spec, "username"),
      password: fieldOf(document, spec, "password"),
    },
  };
}

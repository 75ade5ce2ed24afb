import { AwsCallFailed } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import type { CredentialSpec } from "../manifest/type.ts";
import type { Credential, StepContext } from "../rotation/credential.ts";
import { GeneratedCredential } from "../rotators/generated/credential.ts";
import { adminLogin } from "../rotators/login/admin.ts";
import { LoginCredential } from "../rotators/login/credential.ts";
import { accepts } from "../rotators/login/engine.ts";
import type { Login } from "../rotators/login/login.ts";
import { fieldOf } from "../rotators/login/login-document.ts";
import { SecretDocument } from "../secret/document.ts";
import { holderOf, preparedLabel } from "../secret/labels.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { Ask, Asked } from "./ask.ts";
import type { CredentialFacts, SecretFacts, Target, Who } from "./facts.ts";

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
  const generated: Asked<unknown>[] = [];
  const current = secret.versions.get(holderOf(secret, "AWSCURRENT") ?? "");
  const isOurs = current?.includes(preparedLabel);
  for (const spec of entry.credentials) {
    const loaded = await ask(() => ports.credential(spec));
    const credential = "known" in loaded ? loaded.known : undefined;
    if (credential instanceof LoginCredential)
      credentials.push(await gatherLogin(credential, document, ports, ask));
    if (credential instanceof GeneratedCredential)
      generated.push(
        await ask((signal) =>
          credential.requireReplaceable(document, isOurs ? undefined : () => earlier(signal)),
        ),
      );
  }
  return { name, entry, state, document: { known: true }, credentials, generated };
}

/** "There is none" is an answer. */
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

async function gatherLogin(
  credential: LoginCredential,
  document: SecretDocument,
  { store }: SecretPorts,
  ask: Ask,
): Promise<CredentialFacts> {
  const { spec, engine, traits, strategy } = credential.parts;
  const found = await ask(async () => {
    const login = credential.read(document);
    return { login, target: targetOf(login, document, credential) };
  });
  if ("unknown" in found) return { spec, target: found };
  const { login, target } = found.known;
  const accepted = await ask((signal) => accepts(engine, login, signal));
  const admin = await ask((signal) => {
    const readSecret: StepContext["readSecret"] = (id, within) => store.read(id, undefined, within);
    return adminLogin({ spec, traits }, login, { readSecret, signal });
  });
  // A server that did not answer the login will not answer this either.
  const rehearsal =
    "known" in accepted && "known" in admin
      ? await ask((signal) =>
          strategy.rehearse({
            spec,
            engine,
            signal,
            current: login,
            admin: async () => admin.known,
          }),
        )
      : undefined;
  return {
    spec,
    target: { known: target },
    accepted,
    rehearsal,
    admin: spec.admin && {
      secret: spec.admin.secret,
      state: await describe(spec.admin.secret, { store }, ask),
      who: "known" in admin ? { known: admin.known && whoOf(admin.known) } : admin,
    },
  };
}

const whoOf = ({ host, port, username }: Login): Who => ({ host, port, username });

function targetOf(login: Login, document: SecretDocument, credential: LoginCredential): Target {
  const { spec } = credential.parts;
  return {
    ...whoOf(login),
    usernames: credential.usernames(login),
    fields: {
      username: fieldOf(document, spec, "username"),
      password: fieldOf(document, spec, "password"),
    },
  };
}

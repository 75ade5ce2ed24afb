import type { CredentialSpec } from "../credentials/credential.ts";
import { NotInManifest } from "../errors.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { decide } from "./decide.ts";
import type { RotationEvent } from "./event.ts";
import { type Clock, type Credential, Rotation } from "./rotation.ts";
import { type Sources, stepActions } from "./steps.ts";
import type { SecretState, SecretStore } from "./store.ts";

/** Everything a rotation reaches the world through. */
export interface RotationPorts {
  readonly store: SecretStore;
  readonly manifest: Manifest;
  readonly clock: Clock;
  readonly sources: Sources;
  /** Loads what rotates a credential, when a secret needs it. */
  credential(spec: CredentialSpec): Promise<Credential>;
}

/**
 * Runs one step of one rotation. Idempotent: the same event may come again after any failure, and twice at
 * once.
 * @returns `"alreadyCurrent"` when the version has been promoted and nothing was left to do
 * @throws RotationError
 */
export async function rotate(
  event: RotationEvent,
  ports: RotationPorts,
  signal: AbortSignal,
): Promise<"done" | "alreadyCurrent"> {
  const secret = await ports.store.describe(event.secretId, signal);
  const specs = credentialsOf(secret, ports.manifest);
  const decision = decide(event, secret);
  if (decision.kind === "refuse") throw decision.error;
  if (decision.kind === "alreadyCurrent") return "alreadyCurrent";

  const { store, clock } = ports;
  const { currentId } = decision;
  const credentials = await Promise.all(specs.map(ports.credential));
  const rotation = new Rotation({ event, secret, currentId, credentials, store, signal, clock });
  await stepActions[event.step](rotation, ports.sources);
  return "done";
}

function credentialsOf(secret: SecretState, manifest: Manifest): readonly CredentialSpec[] {
  const entry = manifest.secrets[secret.name] ?? manifest.secrets[secret.arn];
  if (!entry) throw new NotInManifest(secret.name);
  return entry.credentials;
}

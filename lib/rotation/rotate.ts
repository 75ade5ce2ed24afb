import type { AlertTopic } from "../alerts/topic.ts";
import type { Log } from "../context/log.ts";
import { asRotationError } from "../errors.ts";
import { entryFor, type Manifest, type SecretEntry } from "../manifest/manifest.ts";
import type { CredentialSpec } from "../rotators/login/login.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { decide } from "./decide.ts";
import { NotInManifest } from "./errors.ts";
import type { RotationEvent } from "./event.ts";
import type { Sources } from "./next-document.ts";
import { type Clock, type Credential, Rotation } from "./rotation.ts";
import { stepActions } from "./steps.ts";

/** Everything a rotation reaches the world through. */
export interface RotationPorts {
  readonly store: SecretStore;
  readonly manifest: Manifest;
  readonly clock: Clock;
  readonly sources: Sources;
  readonly alerts: AlertTopic;
  readonly log: Log;
  /** Loads what rotates a credential, when a secret needs it. */
  credential(spec: CredentialSpec): Promise<Credential>;
}

/** What a step that succeeded has to say. */
export interface StepResult {
  /** `alreadyCurrent`: the version has been promoted, and nothing was left to do. */
  readonly outcome: "done" | "alreadyCurrent";
  /** The secret's name. */
  readonly secret: string;
  /** The version that was AWSCURRENT when the step began. */
  readonly currentId?: string;
}

/**
 * Runs one step of one rotation. Idempotent: the same event may come again after any failure, and twice at
 * once.
 * @throws RotationError
 */
export async function rotate(
  event: RotationEvent,
  ports: RotationPorts,
  signal: AbortSignal,
): Promise<StepResult> {
  const secret = await ports.store.describe(event.secretId, signal);
  const entry = entryOf(secret, ports.manifest);
  const decision = decide(event, secret);
  if (decision.kind === "refuse") throw decision.error;
  if (decision.kind === "alreadyCurrent") return { outcome: "alreadyCurrent", secret: secret.name };

  const { store, clock, alerts, log } = ports;
  const { currentId, prepared } = decision;
  const credentials = await Promise.all(entry.credentials.map(ports.credential));
  const warn = (message: string) => log.warn(secret.name, message);
  const state = { event, secret, currentId, prepared, entry, credentials };
  const rotation = new Rotation({ ...state, store, signal, clock, alerts, warn });
  try {
    await stepActions[event.step](rotation, ports.sources);
  } catch (thrown) {
    throw rotation.inOutage ? asRotationError(thrown).inOutage() : thrown;
  }
  return { outcome: "done", secret: secret.name, currentId };
}

/** @throws NotInManifest */
export function entryOf(secret: SecretState, manifest: Manifest): SecretEntry {
  const entry = entryFor(manifest, secret.name, secret.arn);
  if (!entry) throw new NotInManifest(secret.name);
  return entry;
}

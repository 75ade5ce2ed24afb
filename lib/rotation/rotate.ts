import type { AlertTopic } from "../alerts/topic.ts";
import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import { entryFor, type Manifest, type SecretEntry } from "../manifest/manifest.ts";
import type { CredentialSpec } from "../manifest/type.ts";
import { secretNameOf } from "../secret/arn.ts";
import { isLeaked, revokesFirst } from "../secret/labels.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { Credential, StepContext } from "./credential.ts";
import { decide } from "./decide.ts";
import { Documents } from "./documents.ts";
import { NotInManifest } from "./errors.ts";
import type { RotationEvent } from "./event.ts";
import { ReadAhead } from "./read-ahead.ts";
import type { RotationContext } from "./rotation.ts";
import { type RotationStep, stepActions } from "./steps.ts";

/** What rotations and retirements reach the world through, beside their context. */
export interface RotationPorts {
  readonly store: SecretStore;
  readonly manifest: Manifest;
  readonly alerts: AlertTopic;
  /** Loads what rotates a credential, when a secret needs it. */
  credential(spec: CredentialSpec): Promise<Credential>;
}

/** The result of a step that succeeded. */
export interface StepResult {
  /** `alreadyCurrent`: the version has been promoted, and nothing was left to do. */
  readonly outcome: "done" | "alreadyCurrent";
  /** The secret's name. */
  readonly secret: string;
  /** The version that was AWSCURRENT when the step began. */
  readonly currentId?: string;
}

/**
 * Runs one step of one rotation. Idempotent: the same event may come again after any failure, and twice at once.
 * @throws RotationError
 */
export async function rotate(
  event: RotationEvent,
  ports: RotationPorts,
  context: Context,
): Promise<StepResult> {
  const { store, manifest, alerts } = ports;
  const named = entryFor(manifest, secretNameOf(event.secretId), event.secretId);
  using ahead = new ReadAhead(event, named?.credentials ?? [], store, context.signal);
  const secret = await store.describe(event.secretId, context.signal);
  const entry = entryOf(secret, manifest);
  const decision = decide(event, secret);
  if (decision.kind === "refuse") throw decision.error;
  if (decision.kind === "alreadyCurrent") return { outcome: "alreadyCurrent", secret: secret.name };

  const { currentId, prepared } = decision;
  const credentials = await Promise.all(entry.credentials.map(ports.credential));
  const documents = new Documents({ secret, shape: entry.shape, store: ahead, context });
  const work = { event, secret, currentId, prepared, entry, credentials, documents };
  await run({ ...work, store, alerts, context });
  return { outcome: "done", secret: secret.name, currentId };
}

async function run(work: Omit<RotationStep, "step">): Promise<void> {
  const { event, secret, store, context } = work;
  let inOutage = false;
  const subject = { secret, token: event.token, leaked: isLeaked(event.token) };
  const step = stepContext(subject, store, context, () => {
    inOutage = true;
  });
  try {
    await stepActions[event.step]({ ...work, step });
  } catch (thrown) {
    throw inOutage ? asRotationError(thrown).inOutage() : thrown;
  }
}

/** A version, and whether what it replaces, or is to be retired with it, leaked. */
interface Subject {
  readonly secret: SecretState;
  readonly token: string;
  readonly leaked?: boolean;
}

/** What credentials get of an invocation. @param outage called when a credential finds AWSCURRENT refused */
export function stepContext(
  { secret, token, leaked = false }: Subject,
  store: Pick<SecretStore, "current">,
  { now, sleep, randomInt, signal, log }: RotationContext,
  outage: () => void = () => {},
): StepContext {
  return {
    secret,
    token,
    now,
    sleep: (ms) => sleep(ms),
    randomInt,
    signal,
    leaked,
    revokesFirst: revokesFirst(token),
    outage,
    warn: (message) => log.warn(secret.name, message),
    readSecret: async (secretId, within) => (await store.current(secretId, within))?.text,
  };
}

/** @throws NotInManifest */
export function entryOf(secret: SecretState, manifest: Manifest): SecretEntry {
  const entry = entryFor(manifest, secret.name, secret.arn);
  if (!entry) throw new NotInManifest(secret.name);
  return entry;
}

import { Documents } from "../../rotation/documents.ts";
import { LabelMoved } from "../../rotation/errors.ts";
import { nextDocument } from "../../rotation/next-document.ts";
import { usableVersions, writePending } from "../../rotation/pending.ts";
import { promote } from "../../rotation/promote.ts";
import { stepContext } from "../../rotation/rotate.ts";
import type { Rotation, RotationContext } from "../../rotation/rotation.ts";
import { holderOf, suppliedVersion } from "../../secret/labels.ts";
import type { SecretState, SecretStore } from "../../secret/store.ts";
import type { Access, KeyParts, Provider } from "../key/provider.ts";
import { SuppliedCredential } from "./credential.ts";
import { SupplyRefused } from "./errors.ts";
import type { Wanted } from "./find.ts";
import { finish, unstage } from "./finish.ts";
import { type Situation, situationOf } from "./gate.ts";
import { isPromoted, mayBePromoted, requireNew, requireShape, requireUsable } from "./proof.ts";
import { partsIn } from "./value.ts";

export interface SupplyPorts {
  readonly store: SecretStore;
  /** Absent: nobody but a person can tell whether a key works. */
  readonly provider?: Provider | undefined;
}

/** What a person did, or had done before. */
export interface Supplied {
  /** `already`: an earlier run did, and was killed, or its reply was lost. */
  readonly outcome: "done" | "already";
  /** The version that is AWSCURRENT. */
  readonly version: string;
}

/** One run of `npm run supply`, after the gate. */
interface Supply {
  readonly wanted: Wanted;
  readonly key: KeyParts;
  readonly secret: SecretState;
  readonly situation: Situation;
  readonly rotation: Rotation;
}

/** Whether a key could be handed over now, before anybody is asked for it. @throws as `supply` */
export async function examine(
  { secretId, spec }: Wanted,
  { store }: SupplyPorts,
  { signal, now }: Pick<RotationContext, "signal" | "now">,
): Promise<void> {
  const secret = await store.describe(secretId, signal);
  if (!mayBePromoted(secret, spec, now())) situationOf(secret, newToken());
}

/**
 * Stages a key that a person hands over, and promotes it as a rotation does; settlement does the rest. Idempotent: after
 * any failure the same key may be handed over again.
 * @throws SupplyRefused, ManagedByAws, NoCurrentVersion, Unsettled, CopyUndeclared, ProviderUnavailable, ProviderBusy,
 *   AwsCallFailed, DocumentError
 */
export async function supply(
  wanted: Wanted,
  key: KeyParts,
  ports: SupplyPorts,
  context: RotationContext,
): Promise<Supplied> {
  const { entry, spec, secretId } = wanted;
  const { store, provider } = ports;
  requireShape(key, spec);
  const secret = await store.describe(secretId, context.signal);
  const documents = new Documents({ secret, shape: entry.shape, store, context });
  const promoted = holderOf(secret, "AWSCURRENT") ?? "";
  if (await isPromoted(key, spec, secret, documents, context.now())) {
    await finish(promoted, wanted, secret, ports, context);
    return { outcome: "already", version: promoted };
  }
  const fresh = newToken();
  const situation = situationOf(secret, fresh);
  const token = situation.kind === "staged" ? situation.token : fresh;
  const step = stepContext({ secret, token }, store, context);
  const history = await documents.history(situation.currentId);
  const at: Access = { ...step, current: partsIn(history.current, spec) };
  await requireNew(key, spec, secret, documents, context.now());
  const credential = new SuppliedCredential(spec, { provider, handedOver: key });
  if (provider) await requireUsable(provider, key, credential.name(), at);
  const rotation: Rotation = {
    event: { step: "createSecret", secretId: secret.arn, token },
    ...{ secret, currentId: situation.currentId, prepared: true, entry },
    ...{ credentials: [credential], documents, store, context, step },
  };
  await stage({ wanted, key, secret, situation, rotation });
  await promoteStaged(rotation);
  await finish(token, wanted, secret, ports, context);
  return { outcome: "done", version: token };
}

const newToken = () => suppliedVersion(crypto.randomUUID());

/** The pending version is made from AWSCURRENT as it is, by this run or by one before it. */
async function stage({ wanted, key, secret, situation, rotation }: Supply): Promise<void> {
  if (situation.kind === "staged") {
    const { pending } = await usableVersions(rotation);
    if (holdsKey(key, partsIn(await pending(), wanted.spec))) return;
    throw otherStaged(secret, situation.token);
  }
  const next = await nextDocument(rotation);
  if (situation.kind === "stale") await unstage(situation.token, rotation);
  await writePending(rotation, next);
}

function holdsKey(key: KeyParts, held: KeyParts): boolean {
  return [...key].every(([part, value]) => held.get(part)?.equals(value) ?? false);
}

function otherStaged({ name }: SecretState, version: string): SupplyRefused {
  return new SupplyRefused(
    `Another key is staged for ${name}, as version ${version}: somebody else is at work, or was interrupted.`,
    `Hand over that key again, or give it up: aws secretsmanager update-secret-version-stage --secret-id ${name} --version-stage AWSPENDING --remove-from-version-id ${version}`,
  );
}

async function promoteStaged(rotation: Rotation): Promise<void> {
  try {
    await promote(rotation);
  } catch (error) {
    if (!(error instanceof LabelMoved)) throw error;
    await unstage(rotation.event.token, rotation);
    throw new SupplyRefused(
      `AWSCURRENT of ${rotation.secret.name} was moved by somebody else meanwhile; nothing was promoted.`,
      "Look at what they did, and run it again.",
    );
  }
}

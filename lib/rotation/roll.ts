import type { SecretDocument } from "../secret/document.ts";
import { holderOf, rollingLabel } from "../secret/labels.ts";
import type { Credential } from "./credential.ts";
import { RotationUnderWay } from "./errors.ts";
import { nextDocument } from "./next-document.ts";
import { usableVersions, writePending } from "./pending.ts";
import { attachRetiring, promote } from "./promote.ts";
import type { Rotation } from "./rotation.ts";

/** How often, and how many milliseconds apart, the value of an attempt that is rolling is waited for. */
const looks = 30;
const pause = 1000;

/** In milliseconds: what is rolled later is not written, because whoever has waited may have rolled again by then. */
const turnTime = 25_000;

/** A credential that is replaced in the moment of promotion, by a call that ends the old one. */
type RolledCredential = Credential & Required<Pick<Credential, "roll">>;

/** The one credential of such a secret. */
export const rolledOf = ({ credentials }: Pick<Rotation, "credentials">) =>
  credentials.find((each): each is RolledCredential => each.roll !== undefined);

/**
 * setSecret of a credential that is rolled: nothing can be made ready. Where AWSCURRENT is refused already, an outage is
 * running: roll at once.
 */
export async function setRolled(rotation: Rotation, credential: RolledCredential): Promise<void> {
  const { documents, currentId, step } = rotation;
  const current = await documents.awaited(currentId, "AWSCURRENT");
  if ((await credential.accepted(current, current, step)) !== false) return;
  step.outage();
  await finishRolled(rotation, credential);
}

/**
 * finishSecret of a credential that is rolled: RETIRING, the call, the value, AWSCURRENT. The old value ends with the
 * call, and nobody has the new one before it is written: where that fails, the next attempt rolls again.
 * @throws RotationUnderWay, and as the credential
 */
export async function finishRolled(
  rotation: Rotation,
  credential: RolledCredential,
): Promise<void> {
  const { context, secret } = rotation;
  if (await takeTurn(rotation)) {
    const began = context.now().getTime();
    const next = await nextDocument(rotation);
    await attachRetiring(rotation);
    const rolled = await roll(rotation, credential, next);
    if (context.now().getTime() - began > turnTime) throw new RotationUnderWay(secret.name);
    await writePending(rotation, rolled);
  }
  const versions = await usableVersions(rotation);
  await credential.test(versions, rotation.step);
  await promote(rotation);
}

async function roll(
  { documents, currentId, step }: Rotation,
  credential: RolledCredential,
  next: SecretDocument,
): Promise<SecretDocument> {
  const { current } = await documents.history(currentId);
  return credential.roll(current, next, step);
}

/**
 * Two attempts that roll at once would each end what the other one got. A label moves from one version to another only
 * once: whoever has moved it to the pending version may roll.
 * @returns whether this attempt may; `false`: AWSPENDING has its value
 */
async function takeTurn(rotation: Rotation): Promise<boolean> {
  const { event, secret, currentId, store, documents, context } = rotation;
  const { token } = event;
  const isWritten = async () => (await documents.reread(token, "AWSPENDING")) !== undefined;
  if (await isWritten()) return false;
  const move = (from: string | undefined, to: string) =>
    store.moveLabel(
      { secretId: secret.arn, label: rollingLabel, ...(from !== undefined && { from }), to },
      context.signal,
    );
  const now = await store.describe(secret.arn, context.signal);
  const holder = holderOf(now, rollingLabel);
  if (holder === token) {
    // The attempt that has it rolls, or was killed.
    for (let look = 0; look < looks; look += 1) {
      await context.sleep(pause);
      if (await isWritten()) return false;
    }
  }
  if (holder !== currentId && (await move(holder, currentId)) === "elsewhere")
    throw new RotationUnderWay(secret.name);
  if ((await move(currentId, token)) === "elsewhere") throw new RotationUnderWay(secret.name);
  return true;
}

import { address, type Login, writeLogin } from "../credentials/credential.ts";
import type { SecretDocument } from "../credentials/document.ts";
import { generatePassword } from "../credentials/password.ts";
import type { Secret } from "../credentials/secret.ts";
import { accepts } from "../engines/engine.ts";
import { CredentialsRefused, FieldShared, LoginShared, SecretTooLarge } from "../errors.ts";
import {
  isoSeconds,
  requireReplaceable,
  requireSound,
  withNextValue,
} from "../strategies/generate.ts";
import { isLeaked, preparedLabel } from "./decide.ts";
import type { Step } from "./event.ts";
import { requireUsable } from "./pending.ts";
import { promote } from "./promote.ts";
import type { Credential, Rotation } from "./rotation.ts";

/** What a step draws from outside; passed in, so that a test can fix it. */
export interface Sources {
  now(): Date;
  randomInt(below: number): number;
}

/** In milliseconds. */
const secondLook = 1000;

/** Of a secret value, in bytes (Secrets Manager quotas). */
const maximumSize = 65_536;

export const stepActions = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
} satisfies Record<Step, (rotation: Rotation, sources: Sources) => Promise<void>>;

/**
 * Writes the pending version: AWSCURRENT's document with another value for each credential. Writing is the
 * existence check; where the version has a value already, that value counts, and so does its rotated_at.
 */
async function createSecret(rotation: Rotation, sources: Sources): Promise<void> {
  const { event, secret, store, signal } = rotation;
  const current = await rotation.current();
  const next = await nextDocument(rotation, current, sources);
  const { token, rotationToken } = event;
  const labels = ["AWSPENDING", preparedLabel];
  const pending = { secretId: secret.arn, token, text: next.text, labels, rotationToken };
  if ((await store.putPending(pending, signal)) === "exists") await requireUsable(rotation);
}

/** @throws LoginShared, SecretTooLarge, and of the document */
async function nextDocument(
  rotation: Rotation,
  current: SecretDocument,
  sources: Sources,
): Promise<SecretDocument> {
  requireDistinctLogins(rotation, current);
  await requireAllReplaceable(rotation, current);
  let next = current;
  const written: (readonly [Credential, { username: string; password: Secret<string> }])[] = [];
  for (const credential of rotation.credentials) {
    const { spec, strategy } = credential;
    const username = strategy.username(rotation.login(current, credential).username, credential);
    const password = generatePassword(spec.password, sources.randomInt);
    next = writeLogin(next, spec, { username, password });
    written.push([credential, { username, password }]);
  }
  const leaked = isLeaked(rotation.event.token);
  for (const spec of rotation.entry.generated ?? [])
    next = withNextValue(next, spec, sources, leaked);
  next = rotation.withRotatedAt(next, isoSeconds(sources.now()));
  for (const [credential, login] of written)
    requireOwn(next, rotation.login(next, credential), login);
  if (next.size > maximumSize) throw new SecretTooLarge(rotation.secret.name, next.size);
  return next;
}

/** A field that another credential has written as well holds that one's value. @throws FieldShared */
function requireOwn(
  { where }: SecretDocument,
  found: Pick<Login, "username" | "password">,
  written: Pick<Login, "username" | "password">,
): void {
  const isOwn = found.username === written.username && found.password.equals(written.password);
  if (!isOwn) throw new FieldShared(where, found.username);
}

async function requireAllReplaceable(rotation: Rotation, current: SecretDocument): Promise<void> {
  const isOurs = rotation.secret.versions.get(rotation.currentId)?.includes(preparedLabel);
  const earlier = isOurs ? undefined : () => rotation.earlierDocuments();
  for (const spec of rotation.entry.generated ?? [])
    await requireReplaceable(current, spec, earlier);
}

/**
 * One user of one server has one password: of two credentials that are the same login, or the two users of a
 * pair, each would end what the other one made.
 */
function requireDistinctLogins(rotation: Rotation, current: SecretDocument): void {
  const seen = new Set<string>();
  for (const credential of rotation.credentials) {
    const login = rotation.login(current, credential);
    const other = credential.strategy.username(login.username, credential);
    const users = new Set([login.username, other]);
    const names = [...users].map((user) => `${address(login).toLowerCase()} ${user}`);
    if (names.some((name) => seen.has(name)))
      throw new LoginShared(rotation.secret.name, address(login), login.username);
    for (const name of names) seen.add(name);
  }
}

/**
 * Gets each server ready. Where AWSCURRENT is refused already, an outage is running: promote at once, as soon
 * as the other credentials of the secret are tested.
 */
async function setSecret(rotation: Rotation): Promise<void> {
  await requireUsable(rotation);
  const ready: Credential[] = [];
  for (const credential of rotation.credentials) {
    const outcome = await credential.strategy.set(rotation.situation(credential));
    if (outcome === "ready") ready.push(credential);
  }
  if (ready.length === rotation.credentials.length) return;
  await testAll(rotation, ready);
  await promote(rotation);
}

/**
 * Without a version that createSecret prepared this is a lone testSecret (RotateImmediately=false): nothing
 * is under way, so it proves what the next rotation will need, and that its failure would be heard of.
 */
async function testSecret(rotation: Rotation, sources: Sources): Promise<void> {
  if (rotation.prepared || (await seenPrepared(rotation)))
    return testAll(rotation, rotation.credentials);
  await nextDocument(rotation, await rotation.current(), sources);
  for (const credential of rotation.credentials) await requireRotatable(rotation, credential);
  if (!(await rotation.alerts.prove(rotation.signal)))
    rotation.warn("nobody listens: the alert topic has no confirmed subscription");
}

async function requireRotatable(rotation: Rotation, credential: Credential): Promise<void> {
  const { engine, strategy } = credential;
  const situation = rotation.situation(credential);
  const current = await situation.current();
  if (!(await accepts(engine, current, rotation.signal)))
    throw new CredentialsRefused(address(current), current.username, ["AWSCURRENT"]);
  await strategy.rehearse(situation);
}

/** Reads are eventually consistent: look once more before taking a rotation for a lone test. */
async function seenPrepared(rotation: Rotation): Promise<boolean> {
  const { event, secret, store, signal } = rotation;
  await rotation.sleep(secondLook);
  const { versions } = await store.describe(secret.arn, signal);
  return versions.get(event.token)?.includes(preparedLabel) ?? false;
}

async function testAll(rotation: Rotation, credentials: readonly Credential[]): Promise<void> {
  for (const credential of credentials)
    await credential.strategy.test(rotation.situation(credential));
  for (const spec of rotation.entry.generated ?? [])
    requireSound(await rotation.pending(), await rotation.current(), spec);
}

/** A version that createSecret did not make has not been tested either. */
async function finishSecret(rotation: Rotation): Promise<void> {
  const switches = rotation.credentials.some(({ strategy }) => strategy.openSwitch);
  if (switches || !rotation.prepared) await requireUsable(rotation);
  if (!rotation.prepared) await testAll(rotation, rotation.credentials);
  await promote(rotation);
}

import { isoSeconds, requireReplaceable, withNextValue } from "../rotators/generated/generate.ts";
import { LoginShared } from "../rotators/login/errors.ts";
import { address, type Login, writeLogin } from "../rotators/login/login.ts";
import { generatePassword } from "../rotators/login/password.ts";
import type { SecretDocument } from "../secret/document.ts";
import { isLeaked, preparedLabel } from "../secret/labels.ts";

import { FieldShared, SecretTooLarge } from "./errors.ts";
import type { Credential, Rotation } from "./rotation.ts";

/** What a step draws from outside; passed in, so that a test can fix it. */
export interface Sources {
  now(): Date;
  randomInt(below: number): number;
}

/** Of a secret value, in bytes (Secrets Manager quotas). */
const maximumSize = 65_536;

/**
 * AWSCURRENT's document with another value for each credential, after everything that forbids to write it.
 * @throws LoginShared, FieldShared, SecretTooLarge, and as the document
 */
export async function nextDocument(rotation: Rotation, sources: Sources): Promise<SecretDocument> {
  const current = await rotation.current();
  requireDistinctLogins(rotation, current);
  await requireAllReplaceable(rotation, current);
  let next = current;
  const written: (readonly [Credential, Written])[] = [];
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

type Written = Pick<Login, "username" | "password">;

/** A field that another credential has written as well holds that one's value. @throws FieldShared */
function requireOwn({ where }: SecretDocument, found: Written, written: Written): void {
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

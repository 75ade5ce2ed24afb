import { createHash, randomInt } from "node:crypto";
import type { Secret } from "../../secret/secret.ts";

/** Base 64 as crypt(3) has it. */
const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** In characters of `alphabet`. */
const digestLength = 43;
const saltLength = 20;

/** As the server's default; each stored hash names its own. */
const defaultRounds = 5000;

/** `$A$`, a thousandth of the rounds as three hexadecimal digits, `$`. */
const head = /^\$A\$([0-9A-F]{3})\$/;
const headLength = 7;

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** These bytes again and again, up to this length. */
const repeated = (bytes: Buffer, length: number) => Buffer.alloc(length, bytes);

/** sha256-crypt (Drepper, "Unix crypt using SHA-256 and SHA-512", 2007), with a salt of 20 bytes. */
function digest(password: Buffer, salt: Buffer, rounds: number): string {
  const { length } = password;
  const inner = sha256(password, salt, password);
  const parts = [password, salt, repeated(inner, length)];
  for (let bits = length; bits > 0; bits >>= 1) parts.push(bits & 1 ? inner : password);
  let state = sha256(...parts);
  const first = state[0] ?? 0;
  const ofPassword = repeated(sha256(...Array(length).fill(password)), length);
  const ofSalt = repeated(sha256(...Array(16 + first).fill(salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const mixed = [round & 1 ? ofPassword : state];
    if (round % 3) mixed.push(ofSalt);
    if (round % 7) mixed.push(ofPassword);
    mixed.push(round & 1 ? state : ofPassword);
    state = sha256(...mixed);
  }
  return encoded(state);
}

/** Bytes go in threes, in the order that crypt gives them. */
function encoded(state: Buffer): string {
  const at = (index: number) => state[index] ?? 0;
  let text = "";
  const put = (value: number, count: number) => {
    for (let left = value, n = 0; n < count; n++, left >>= 6) text += alphabet[left & 63];
  };
  for (let step = 0, [a, b, c] = [0, 10, 20]; step < 10; step++, [a, b, c] = [c + 1, a + 1, b + 1])
    put((at(a) << 16) | (at(b) << 8) | at(c), 4);
  put((at(31) << 8) | at(30), 3);
  return text;
}

/** What the server stores for a password of `caching_sha2_password`. */
export function cachingSha2Hash(password: Secret<string>, rounds = defaultRounds): Buffer {
  const salt = Buffer.from(
    Array.from({ length: saltLength }, () => alphabet.charCodeAt(randomInt(64))),
  );
  const count = (rounds / 1000).toString(16).toUpperCase().padStart(3, "0");
  const text = digest(Buffer.from(password.reveal()), salt, rounds);
  return Buffer.concat([Buffer.from(`$A$${count}$`), salt, Buffer.from(text)]);
}

/** How many rounds a stored hash takes; `undefined`: it has another form. */
export function roundsOf(stored: Buffer): number | undefined {
  const [, count] = head.exec(stored.toString("latin1", 0, headLength)) ?? [];
  const isWhole = stored.length === headLength + saltLength + digestLength;
  return count === undefined || !isWhole ? undefined : Number.parseInt(count, 16) * 1000;
}

/** Whether the password has this hash. */
export function hasCachingSha2Hash(password: Secret<string>, stored: Buffer): boolean {
  const rounds = roundsOf(stored);
  if (rounds === undefined) return false;
  const salt = stored.subarray(headLength, headLength + saltLength);
  const text = digest(Buffer.from(password.reveal()), salt, rounds);
  return stored.toString("latin1", headLength + saltLength) === text;
}

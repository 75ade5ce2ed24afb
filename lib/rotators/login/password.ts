import { Secret } from "../../secret/secret.ts";

/** What the server or its clients demand of a password. */
export interface PasswordPolicy {
  /** In characters. */
  readonly length: number;
  /** The alphabet, without repeated characters. */
  readonly characters: string;
  /** At least one character of each of these groups; groups do not overlap. */
  readonly require: readonly string[];
}

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";

/**
 * Letters and digits only, because they need no quoting in URLs, shells, JDBC strings and
 * CloudFormation; 32 of them carry 190.5 bits. One of each kind, because PostgreSQL's `passwordcheck`
 * wants letters and other characters, and many policies want more.
 */
export const defaultPolicy: PasswordPolicy = {
  length: 32,
  characters: lower + upper + digits,
  require: [lower, upper, digits],
};

/** In bits; the manifest refuses less. */
export const minimumEntropy = 190;

/**
 * log2 of the number of passwords that the policy allows, each being equally likely: by inclusion and
 * exclusion over the required groups, in whole numbers, because fractions would not cancel out. In bits;
 * `-Infinity` when no password satisfies the policy.
 */
export function entropyBits(policy: PasswordPolicy): number {
  const size = policy.characters.length;
  const groups = policy.require.map(
    (group) => [...group].filter((character) => policy.characters.includes(character)).length,
  );
  let passwords = 0n;
  for (let subset = 0; subset < 2 ** groups.length; subset++) {
    const missing = groups.filter((_, index) => subset & (1 << index));
    const left = missing.reduce((sum, count) => sum - count, size);
    passwords += (missing.length % 2 ? -1n : 1n) * BigInt(left) ** BigInt(policy.length);
  }
  // A number holds the first 64 bits at most.
  const beyond = Math.max(0, passwords.toString(2).length - 64);
  return Math.log2(Number(passwords >> BigInt(beyond))) + beyond;
}

/**
 * A password drawn evenly from all that the policy allows.
 * @param randomInt a cryptographically strong integer from 0 to below its argument, as
 *   `node:crypto` gives it. The policy must allow at least one password (see `entropyBits`).
 */
export function generatePassword(
  policy: PasswordPolicy,
  randomInt: (below: number) => number,
): Secret<string> {
  for (;;) {
    const characters = Array.from(
      { length: policy.length },
      () => policy.characters[randomInt(policy.characters.length)],
    );
    const complete = policy.require.every((group) =>
      characters.some((character) => character !== undefined && group.includes(character)),
    );
    if (complete) return new Secret(characters.join(""));
  }
}

import { randomBytes, randomInt } from "node:crypto";

const alphabets = {
  hex: "0123456789abcdef",
  alnum: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  base58: "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
} as const;

/** So many characters, as ids and keys of providers are made of. */
export function characters(length: number, of: keyof typeof alphabets = "alnum"): string {
  const alphabet = alphabets[of];
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

export const base64url = (bytes: number): string => randomBytes(bytes).toString("base64url");

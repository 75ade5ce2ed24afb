import { createHash } from "node:crypto";
import type { Secret } from "../../secret/secret.ts";
import type { Reply } from "./resp.ts";

/** Runs a command. @throws RotationError */
export type Run = (...words: string[]) => Promise<Reply>;

/** As the server stores it, and takes it: MONITOR, the slow log and its files never have the password itself. */
export const hashOf = (password: Secret<string>): string => sha256(password.reveal());

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A user as a server has it. */
export interface User {
  /** Any password opens it. */
  readonly isOpen: boolean;
  /** Of its passwords. */
  readonly hashes: ReadonlySet<string>;
}

/** `undefined`: there is no such user. ACL SETUSER would make one. */
export async function userOf(run: Run, username: string): Promise<User | undefined> {
  const reply = await run("ACL", "GETUSER", username);
  if (reply === null) return undefined;
  const [flags, passwords] = [valueIn(reply, "flags"), valueIn(reply, "passwords")];
  return { isOpen: flags.includes("nopass"), hashes: new Set(passwords) };
}

/** A list in a map, which version 2 of the protocol has as a list of keys and values. */
function valueIn(reply: Reply, key: string): readonly string[] {
  if (!Array.isArray(reply)) return [];
  const value: Reply = reply[reply.indexOf(key) + 1] ?? null;
  return Array.isArray(value) ? value.map(String) : [];
}

/** What makes these the user's only passwords, at once. */
export const exactly = (hashes: Iterable<string>): readonly string[] => [
  "resetpass",
  ...[...hashes].map((hash) => `#${hash}`),
];

export const isWithin = (hashes: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  [...hashes].every((hash) => others.has(hash));

/** Where a server keeps its users across a restart, and how they get there. */
export type Keeper = readonly ["ACL", "SAVE"] | readonly ["CONFIG", "REWRITE"];

/** The value of one setting; empty where it has none. */
export async function setting(run: Run, name: string): Promise<string> {
  const reply = await run("CONFIG", "GET", name);
  return Array.isArray(reply) ? String(reply[1] ?? "") : "";
}

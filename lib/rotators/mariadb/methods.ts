import type { Secret } from "../../secret/secret.ts";
import type { Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import { nativeHash } from "../mysql-protocol/authentication.ts";
import type { Account } from "../mysql-protocol/pair-state.ts";
import { quoteText } from "../mysql-protocol/quoting.ts";
import { passwordPlugin } from "./dialect.ts";
import { otherMethod } from "./errors.ts";

const isPassword = ({ plugin }: { readonly plugin: string }) => plugin === passwordPlugin;

/**
 * What follows `IDENTIFIED VIA`: these passwords in the place of those that the account has. Other methods are written as
 * they are.
 */
export function methods(
  { definition }: Account,
  passwords: readonly Secret<string>[],
  { passwordForm }: Pick<Login, "passwordForm">,
): string {
  const first = definition.methods.findIndex(isPassword);
  const own = passwords.map((password) => {
    const stored =
      passwordForm === "plaintext"
        ? `PASSWORD(${quoteText(password.reveal())})`
        : quoteText(nativeHash(password));
    return `${passwordPlugin} USING ${stored}`;
  });
  const all = definition.methods.flatMap((method, index) => {
    if (index === first) return own;
    if (isPassword(method)) return [];
    return method.plugin + (method.stored === "" ? "" : ` USING ${quoteText(method.stored)}`);
  });
  return all.join(" OR ");
}

/** @param at the server's address @throws SecondPasswordImpossible */
export function requireProvable({ name, definition }: Account, at: string): void {
  // The server asks no client by the second one.
  const provable = [passwordPlugin, "unix_socket"];
  const other = definition.methods.find(({ plugin }) => !provable.includes(plugin));
  if (other) throw otherMethod(at, name, other.plugin);
}

/** Passwords that no version of the secret holds. A method without a hash has no password. */
export function otherPasswords(
  { name, definition }: Account,
  known: readonly string[],
): readonly Notice[] {
  const others = definition.methods.filter(
    ({ plugin, stored }) =>
      plugin === passwordPlugin && stored.startsWith("*") && !known.includes(stored),
  );
  if (others.length === 0) return [];
  return [
    {
      code: "OTHER_PASSWORD_ENDS",
      what: `${name} has ${others.length === 1 ? "a password" : `${others.length} passwords`} besides the one in use. A rotation ends it.`,
      remedy:
        "Until the last rotation is settled, this is the old password, and there is nothing to do. Otherwise, whatever uses it needs a user of its own, or this secret.",
    },
  ];
}

import type { Secret } from "../../secret/secret.ts";
import { quoteText } from "../mysql-protocol/quoting.ts";

/** In seconds, for a change that consumers wait for: shorter than PasswordSwitch waits for the answer. */
const switchTime = 2;

/** The server itself gives up in time what it cannot do at once (9.7 was run with a backup lock). */
export const giveUpInTime = `SET SESSION lock_wait_timeout = ${switchTime}`;

/** The user's own account, whichever host it is for. */
export const own = "USER()";

const text = (password: Secret<string>) => quoteText(password.reveal());

/** A hash of the method that the account has, so that no log gets the password; or the password itself. */
export interface Form {
  readonly sql: string;
}

export const inClear = (password: Secret<string>): Form => ({
  sql: `IDENTIFIED BY ${text(password)}`,
});

/** As `inClear`, by a plugin that need not be the account's. */
export const inClearOf = (plugin: string, password: Secret<string>): Form => ({
  sql: `IDENTIFIED WITH ${quoteText(plugin)} BY ${text(password)}`,
});

export const asHash = (plugin: string, hash: Buffer): Form => ({
  sql: `IDENTIFIED WITH ${quoteText(plugin)} AS 0x${hash.toString("hex")}`,
});

/** Replaces the primary password; a second one stays. @param of an account as SQL */
export const setMain = (of: string, { sql }: Form): string => `ALTER USER ${of} ${sql}`;

/** The primary password becomes the second one, and ends the one that was. */
export const retain = (of: string, { sql }: Form): string =>
  `ALTER USER ${of} ${sql} RETAIN CURRENT PASSWORD`;

/** As `retain`, unless `main` is not the primary password: then the server refuses (3891), and nothing is changed. */
export const retainIf = (main: Secret<string>, added: Secret<string>): string =>
  `ALTER USER ${own} IDENTIFIED BY ${text(added)} REPLACE ${text(main)} RETAIN CURRENT PASSWORD`;

/** A new hash of the primary password; refused (3891) where this is another one. */
export const setSame = (main: Secret<string>): string =>
  `ALTER USER ${own} IDENTIFIED BY ${text(main)} REPLACE ${text(main)}`;

/** Ends the second password, if there is one. */
export const discard = (of: string): string => `ALTER USER ${of} DISCARD OLD PASSWORD`;

/**
 * Changes nothing: an empty password is never taken beside another one. The server's refusal tells whether everything
 * before that is right: the right to do it (1227), a server that may be changed (1290), `main` as the primary password (3891).
 */
export const askIf = (main: Secret<string>): string =>
  `ALTER USER ${own} IDENTIFIED BY '' REPLACE ${text(main)} RETAIN CURRENT PASSWORD`;

/** The same for another account. */
export const askFor = (account: string): string =>
  `ALTER USER ${account} IDENTIFIED BY '' RETAIN CURRENT PASSWORD`;

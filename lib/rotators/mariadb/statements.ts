import type { Secret } from "../../secret/secret.ts";
import type { Login } from "../login/login.ts";
import { nativeHash } from "../mysql-protocol/authentication.ts";
import { quoteText } from "../mysql-protocol/quoting.ts";

/** In seconds, for a change that consumers wait for: shorter than PasswordSwitch waits for the answer. */
const switchTime = 2;

/**
 * The server itself gives up in time what it cannot do at once. `lock_wait_timeout` does not count for accounts (10.11
 * was run with FLUSH TABLES WITH READ LOCK).
 */
export const giveUpInTime = `SET SESSION max_statement_time = ${switchTime}`;

/**
 * A user's own password. It needs no right, and leaves other ways in (unix_socket) as they are. As a hash unless the
 * server is declared to refuse those: the general log, the slow log and the binary log keep what they are given.
 */
export function ownPassword(form: Login["passwordForm"], password: Secret<string>): string {
  return form === "plaintext"
    ? `SET PASSWORD = PASSWORD(${quoteText(password.reveal())})`
    : `SET PASSWORD = ${quoteText(nativeHash(password))}`;
}

/** Of an account: the only way in. */
export function identified(form: Login["passwordForm"], password: Secret<string>): string {
  return form === "plaintext"
    ? `IDENTIFIED BY ${quoteText(password.reveal())}`
    : `IDENTIFIED VIA mysql_native_password USING ${quoteText(nativeHash(password))}`;
}

/** Another user's. @param account as SQL */
export const passwordOf = (
  account: string,
  form: Login["passwordForm"],
  password: Secret<string>,
): string => `ALTER USER ${account} ${identified(form, password)}`;

import { AuthenticationMethodRefused, LockBusy, PermissionDenied } from "../login/server-errors.ts";
import { SecondPasswordImpossible, SeveralPasswords } from "../mysql-protocol/account-errors.ts";
import { quoteName } from "../mysql-protocol/quoting.ts";

/** @param plugin what the server asks for; empty where that has no name */
export const methodRefused = (address: string, username: string, plugin: string) =>
  new AuthenticationMethodRefused(
    address,
    plugin ? `the password by ${plugin}` : "the password in a form that is unknown",
    `Quarterturn logs in by mysql_native_password. Change the account: ALTER USER ${quoteName(username)}@'…' IDENTIFIED BY '…';`,
  );

export const lockBusy = (address: string, action: string) =>
  new LockBusy(address, action, "SHOW PROCESSLIST");

/** What an administrator needs to change another user's password. */
const grants = (username: string) =>
  `A user may always change its own password. To change another user's, run: GRANT CREATE USER ON *.* TO ${quoteName(username)}@'…'; GRANT SELECT ON mysql.user TO ${quoteName(username)}@'…';`;

export const permissionDenied = (address: string, username: string, action: string) =>
  new PermissionDenied(address, username, action, grants(username));

/** The same of the administrator of a pair. */
export const pairDenied = (address: string, username: string, action: string) =>
  new PermissionDenied(
    address,
    username,
    action,
    `Run: GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO ${quoteName(username)}@'…'; GRANT SELECT ON mysql.* TO ${quoteName(username)}@'…'; and grant it what the application's user has, WITH GRANT OPTION.`,
  );

export const severalPasswords = (address: string, username: string) =>
  new SeveralPasswords(
    address,
    username,
    `Leave it one method with a password: ALTER USER ${quoteName(username)}@'…' IDENTIFIED BY '…'; with the password that AWSCURRENT holds.`,
  );

export const reuseChecked = (address: string) =>
  new SecondPasswordImpossible(
    address,
    "its plugin password_reuse_check refuses the statement, which names the old password again",
    "Write `strategy: alternating-users` (or in-place) for this secret in rotation.yml, and deploy.",
  );

/** @param account as SQL @param method its plugin */
export const otherMethod = (address: string, account: string, method: string) =>
  new SecondPasswordImpossible(
    address,
    `${account} has the method ${method} besides its password, and the server falls back to it after a wrong password, so no login could prove that an old password is refused`,
    `Leave it only the password: ALTER USER ${account} IDENTIFIED BY '…'; with the one that AWSCURRENT holds. Give whatever logs in by ${method} a user of its own.`,
  );

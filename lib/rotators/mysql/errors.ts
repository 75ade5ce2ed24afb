import { RotationError } from "../../errors.ts";
import {
  AuthenticationMethodRefused,
  LockBusy,
  PasswordRejected,
  PermissionDenied,
} from "../login/server-errors.ts";
import { quoteName } from "../mysql-protocol/quoting.ts";

/** @param plugin what the server asks for; empty where that has no name */
export const methodRefused = (address: string, username: string, plugin: string) =>
  new AuthenticationMethodRefused(
    address,
    plugin ? `the password by ${plugin}` : "the password in a form that is unknown",
    `Quarterturn logs in by caching_sha2_password, mysql_native_password or sha256_password. Change the account: ALTER USER ${quoteName(username)}@'…' IDENTIFIED WITH caching_sha2_password BY '…';`,
  );

export const lockBusy = (address: string, action: string) =>
  new LockBusy(address, action, "SHOW PROCESSLIST");

/** What an administrator needs to change another user's password. */
const grants = (admin: string) =>
  `GRANT CREATE USER ON *.* TO ${quoteName(admin)}@'…'; GRANT SELECT ON mysql.user TO ${quoteName(admin)}@'…';`;

export const permissionDenied = (address: string, username: string, action: string) =>
  new PermissionDenied(
    address,
    username,
    action,
    `A user may always change its own password. To change another user's, run: ${grants(username)} For an account with the right SYSTEM_USER the administrator needs that, too.`,
  );

/** The same of the administrator of a pair. */
export const pairDenied = (address: string, username: string, action: string) =>
  new PermissionDenied(
    address,
    username,
    action,
    `Run: GRANT CREATE USER, PROCESS, CONNECTION_ADMIN ON *.* TO ${quoteName(username)}@'…'; GRANT SELECT ON mysql.* TO ${quoteName(username)}@'…'; and grant it what the application's user has, WITH GRANT OPTION.`,
  );

/** @param own the user is to give itself a second password */
export const secondDenied = (address: string, username: string, action: string, own: boolean) =>
  own
    ? new PermissionDenied(
        address,
        username,
        action,
        `Run: GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${quoteName(username)}@'…'; or name an administrator's secret under admin in rotation.yml. A right of a role counts if the role is a default role.`,
      )
    : permissionDenied(address, username, action);

const policies: Readonly<Record<number, string>> = {
  1819: "validate_password rejects it: set password in rotation.yml to what the server demands (SHOW VARIABLES LIKE 'validate_password.%'), e.g. one more kind of characters.",
  3638: "PASSWORD HISTORY or PASSWORD REUSE INTERVAL forbids a password that the user had before: take them off the account, or wait until they allow it.",
  3891: "The account has PASSWORD REQUIRE CURRENT, and its primary password is not the one that AWSCURRENT holds: run ALTER USER … PASSWORD REQUIRE CURRENT OPTIONAL.",
  3892: "The account has PASSWORD REQUIRE CURRENT: run ALTER USER … PASSWORD REQUIRE CURRENT OPTIONAL.",
  3894: "The account's authentication plugin changes, which ends a second password: let it have one plugin.",
};

export const passwordRejected = (address: string, number: number) =>
  new PasswordRejected(address, `error ${number}`, policies[number]);

/** A server from before two passwords. */
export const tooOld = (address: string, version: string) =>
  new PasswordRejected(
    address,
    `MySQL ${version} has no second passwords`,
    "Two passwords of a user need MySQL 8.0.14: write `strategy: in-place` in rotation.yml, or upgrade the server.",
  );

/** One failed login locks the account, and proving that an old password is refused takes one. */
export class AccountLocks extends RotationError {
  constructor(address: string, username: string) {
    super({
      code: "ACCOUNT_LOCKS",
      happened: `${address} locks user ${username} after one failed login (FAILED_LOGIN_ATTEMPTS 1), and proving that an old password is refused takes one.`,
      remedy: `Allow more: ALTER USER ${quoteName(username)}@'…' FAILED_LOGIN_ATTEMPTS 10 PASSWORD_LOCK_TIME 1;`,
    });
  }
}

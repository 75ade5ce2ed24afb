import {
  CloneForeign,
  RoleSettingLost,
  StandInIncomplete,
  UsersMissing,
} from "../login/pair-errors.ts";
import { AuthenticationMethodRefused, LockBusy } from "../login/server-errors.ts";
import { type LostSetting, versionName } from "./minors.ts";
import { quoteName } from "./statements.ts";

/** @param method what the server asks for, e.g. `the password as MD5` */
export const methodRefused = (address: string, method: string) =>
  new AuthenticationMethodRefused(
    address,
    method,
    "Configure scram-sha-256 for this user in the server's pg_hba.conf.",
  );

/** A server whose pg_hba.conf says md5 asks for SCRAM where the password is kept for SCRAM. */
export const md5Refused = (address: string, username: string) =>
  new AuthenticationMethodRefused(
    address,
    "the password as MD5",
    `The server keeps the password of ${username} as MD5. Set it once more, the same one if you like: SET password_encryption = 'scram-sha-256'; ALTER ROLE ${quoteName(username)} PASSWORD '…'; (in psql, \\password instead of ALTER ROLE keeps it out of the server's log). Every client of this user must know SCRAM.`,
  );

export const roleSettingLost = (
  address: string,
  clone: string,
  version: number,
  { when, keptFrom }: LostSetting,
) =>
  new RoleSettingLost(
    address,
    clone,
    `PostgreSQL ${versionName(version)}`,
    when,
    `Upgrade the server to ${keptFrom ?? "a supported version"} or later. Until then, rotate with \`strategy: in-place\`.`,
  );

export const usersMissing = (address: string, owner: string) =>
  new UsersMissing(
    address,
    owner,
    `Create it: CREATE ROLE ${quoteName(owner)} LOGIN; with the rights that the application needs. The rotation creates the second user.`,
  );

export const cloneForeign = (address: string, clone: string, owner: string) =>
  new CloneForeign(
    address,
    clone,
    owner,
    `Rename that role, or, if it is meant to act as ${owner}, run: GRANT ${quoteName(owner)} TO ${quoteName(clone)};`,
  );

export const standInIncomplete = (
  address: string,
  username: string,
  owner: string,
  problem: string,
) =>
  new StandInIncomplete(
    address,
    username,
    owner,
    problem,
    `Rotate again, which repairs it. Otherwise run: GRANT ${quoteName(owner)} TO ${quoteName(username)}; ALTER ROLE ${quoteName(username)} SET role TO ${quoteName(owner)};`,
  );

export const lockBusy = (address: string, action: string) =>
  new LockBusy(address, action, "pg_locks");

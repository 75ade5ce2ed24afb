import { address, type Login } from "../login/login.ts";
import type { Pair } from "../login/pair.ts";
import { cloneForeign, grantStatement, permissionDenied, usersMissing } from "./errors.ts";
import type { Privileges } from "./privileges.ts";
import { rightsOver } from "./rights.ts";
import type { RunAs } from "./run.ts";
import { isForeign, readUsers, type Users } from "./users.ts";

/** A session that is logged in. */
export interface Seat {
  readonly run: RunAs;
  readonly login: Login;
  /** The server's number of the connection. */
  readonly asking: number | undefined;
  privileges(signal: AbortSignal): Promise<Privileges>;
}

/** The database of the users whom a session changes. */
export const databaseOf = ({ actsIn, database }: Login): string => actsIn ?? database;

/**
 * The users of a pair, which this administrator may change.
 * @throws UsersMissing, CloneForeign, PermissionDenied
 */
export async function readAdministrable(
  { run, login, privileges }: Seat,
  pair: Pair,
  signal: AbortSignal,
): Promise<Users> {
  const [db, at] = [databaseOf(login), address(login)];
  const users = await readUsers(run, db, pair, signal);
  // Its clone knows what the owner was, if we made it.
  if (!users.owner && users.clone?.standsInFor !== pair.owner)
    throw usersMissing(at, pair.owner, db);
  if (isForeign(users, pair)) throw cloneForeign(at, pair.clone, pair.owner, db);
  const held = await privileges(signal);
  const missing = held.isTold ? held.lacking(rightsOver(users, db)) : [];
  if (missing.length === 0) return users;
  const remedy = `Run as an administrator: ${grantStatement(login.username, login.database, missing)}`;
  throw permissionDenied(at, login.username, `administer ${pair.owner}`, remedy);
}

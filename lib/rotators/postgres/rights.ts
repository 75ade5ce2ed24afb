import { PairUnusable } from "../login/errors.ts";
import type { Pair } from "../login/pair.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { actingRole, hasRoleOptions, type Role, type Roles } from "./roles.ts";
import { quoteName } from "./statements.ts";

/**
 * A role setting makes a user act as another one at login. The administrator must not act as one of the pair, or the
 * grants would go to the application. The owner acts as itself, or both users act as a role that they share.
 */
export function requireOwnRights(pair: Pair, roles: Roles, at: string): void {
  const { admin, settings } = roles;
  if (admin.name === pair.owner || admin.name === pair.clone)
    throw new PermissionDenied(
      at,
      admin.name,
      "administer itself, and a role setting makes the administrator act as this user",
      "List role settings with \\drds in psql, and remove this one from the administrator or the database with RESET role.",
    );
  const inDatabase = settings.find(
    ({ role, database, name, value }) =>
      role === pair.owner && database !== "" && name === "role" && value !== pair.owner,
  );
  if (inDatabase)
    throw new PairUnusable(
      pair.owner,
      `a role setting makes it act as ${inDatabase.value} in the database ${inDatabase.database} only, which a second user would not`,
      `Run: ALTER ROLE ${quoteName(pair.owner)} IN DATABASE ${quoteName(inDatabase.database)} RESET role;`,
    );
  if (roles.actsAs !== pair.owner) requireSharedRole(pair, roles);
}

/** A role that neither user is: made by hand, so it is never granted by a rotation. @throws PairUnusable */
function requireSharedRole(
  pair: Pair,
  { actsAs, clone, membership, settings, admin, version }: Roles,
): void {
  if (membership.set && actingRole(pair.clone, settings) === actsAs) return;
  const [name, shared] = [quoteName(pair.clone), quoteName(actsAs)];
  const make = hasRoleOptions(version)
    ? [`CREATE ROLE ${name};`, administer(pair.clone, admin.name)]
    : [`CREATE ROLE ${name};`];
  const statements = [
    ...(clone ? [] : make),
    `GRANT ${shared} TO ${name};`,
    `ALTER ROLE ${name} SET role TO ${shared};`,
  ];
  throw new PairUnusable(
    pair.owner,
    `its role setting makes it act as ${actsAs}, which ${pair.clone} does not`,
    `Let both users act as ${actsAs}: ${statements.join(" ")} Or remove the setting: ALTER ROLE ${quoteName(pair.owner)} RESET role;`,
  );
}

/**
 * An administrator needs CREATEROLE, which up to 15 is enough for every role but superusers; from 16 on also
 * ADMIN on the owner, and on a clone that it did not create itself (PostgreSQL documentation, "Role Attributes"
 * and "GRANT on Roles"; 14 to 18 were run).
 * @returns the statement that grants what it lacks; `undefined` when it lacks nothing
 */
export function missingGrant(
  { admin, version }: Roles,
  roles: readonly Role[],
): string | undefined {
  if (admin.superuser) return undefined;
  const name = quoteName(admin.name);
  if (!admin.createrole) return `Run as a superuser: ALTER ROLE ${name} CREATEROLE;`;
  const lacking = hasRoleOptions(version) ? roles.find((role) => !role.administrable) : undefined;
  return (
    lacking &&
    `Run as a superuser or as a role that has ADMIN on it: ${administer(lacking.name, admin.name)}`
  );
}

/** From PostgreSQL 16 on. */
export const administer = (role: string, admin: string): string =>
  `GRANT ${quoteName(role)} TO ${quoteName(admin)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`;

import { PairUnusable } from "../login/errors.ts";
import type { Pair } from "../login/pair.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { hasRoleOptions, type Role, type Roles } from "./roles.ts";
import { quoteName } from "./statements.ts";

/**
 * A role setting makes a user act as another one at login. The administrator must not act as one of the pair, or the
 * grants would go to the application; and the owner must act as itself, or what it creates would not be its own.
 */
export function requireOwnRights(pair: Pair, { admin, settings }: Roles, at: string): void {
  if (admin.name === pair.owner || admin.name === pair.clone)
    throw new PermissionDenied(
      at,
      admin.name,
      "administer itself, and a role setting makes the administrator act as this user",
      "List role settings with \\drds in psql, and remove this one from the administrator or the database with RESET role.",
    );
  const acts = settings.find(
    ({ role, name, value }) =>
      role === pair.owner && name === "role" && value !== pair.owner && value !== "none",
  );
  if (acts)
    throw new PairUnusable(
      pair.owner,
      `its role setting makes it act as ${acts.value}, which a second user would not (remove the setting, or rotate in-place)`,
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

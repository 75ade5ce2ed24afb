import { PairUnusable } from "../login/errors.ts";
import type { Pair } from "../login/pair.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { hasRoleOptions, type Role, type Roles } from "./roles.ts";
import { quoteName } from "./statements.ts";

/**
 * Somebody who logs in may act as somebody else by a role setting. Rights for the administrator must not
 * be asked for in the application's name, and what the owner makes must be its own.
 */
export function requireOwnRights(pair: Pair, { admin, settings }: Roles, at: string): void {
  if (admin.name === pair.owner || admin.name === pair.clone)
    throw new PermissionDenied(
      at,
      admin.name,
      "administer itself, as which the administrator acts",
      "A role setting makes it so (\\drds): take it off the administrator or the database by RESET role.",
    );
  const acts = settings.find(
    ({ role, name, value }) =>
      role === pair.owner && name === "role" && value !== pair.owner && value !== "none",
  );
  if (acts)
    throw new PairUnusable(
      pair.owner,
      `by its role setting it acts as ${acts.value}, and a stand-in would not (take the setting off, or rotate in-place)`,
    );
}

/**
 * An administrator needs CREATEROLE, which up to 15 is enough for every role but superusers; from 16 on also
 * ADMIN on the owner, and on a clone that it did not make itself (PostgreSQL documentation, "Role Attributes"
 * and "GRANT on Roles"; 14 to 18 were run).
 * @returns the statement that gives it what it lacks; `undefined` when it lacks nothing
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
    `Run as a superuser or as a role that has ADMIN on it: GRANT ${quoteName(lacking.name)} TO ${name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`
  );
}

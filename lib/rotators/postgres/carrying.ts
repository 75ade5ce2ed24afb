import type { Notice } from "../login/notice.ts";
import type { Pair } from "../login/pair.ts";
import { NotCarried } from "../login/pair-errors.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { settingChanges } from "./alignment.ts";
import { administer } from "./rights.ts";
import { hasParameterGrants, hasRoleOptions, type Roles, type Run } from "./roles.ts";
import { quoteName } from "./statements.ts";

/**
 * REPLICATION is asked of the user that logs in, not of the one that it acts as. From 16 on an administrator may give
 * what it has itself; before, only a superuser may change a user that has it (14 to 18 were run).
 * @throws NotCarried
 */
export function requireReplication(pair: Pair, roles: Roles, at: string): void {
  const { admin, owner, clone, version } = roles;
  if (!owner?.replication || admin.superuser) return;
  const without = `If the application does not need it, run: ALTER ROLE ${quoteName(pair.owner)} NOREPLICATION;`;
  const refuse = (cure: string) =>
    new NotCarried(at, pair.clone, pair.owner, "the attribute REPLICATION", `${cure} ${without}`);
  if (!hasRoleOptions(version))
    throw refuse("Before PostgreSQL 16 this takes an administrator that is a superuser.");
  if (clone?.replication || admin.replication) return;
  throw refuse(`Run as a superuser: ${give(pair, roles, "REPLICATION")}`);
}

/** Carries each setting that can be carried, in a transaction. @throws NotCarried */
export async function carrySettings(
  run: Run,
  { pair, roles, at }: { readonly pair: Pair; readonly roles: Roles; readonly at: string },
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  for (const { name, sql, isMissing } of settingChanges(pair, roles.settings)) {
    const action = `carry the setting ${name} to ${pair.clone}`;
    await run("SAVEPOINT setting", action, signal);
    try {
      await run(sql, action, signal);
    } catch (error) {
      // If the session is lost this fails too; otherwise the server has refused this one setting.
      await run("ROLLBACK TO SAVEPOINT setting", action, signal);
      if (isMissing && error instanceof PermissionDenied)
        throw new NotCarried(
          at,
          pair.clone,
          pair.owner,
          `the setting ${name}`,
          settingCure(pair, roles, name),
        );
      notices.push(notCopied(pair, name, isMissing));
    }
  }
  return notices;
}

/** Without the value, which may be a secret one. */
function settingCure(pair: Pair, roles: Roles, name: string): string {
  const parameter = quoteName(name);
  if (hasParameterGrants(roles.version))
    return `Run as a superuser: GRANT SET ON PARAMETER ${parameter} TO ${quoteName(roles.admin.name)};`;
  return `Run as a superuser, with the value that \\drds shows for ${pair.owner}: ${give(pair, roles, `SET ${parameter} TO '…'`)}`;
}

/** What a superuser runs to give the clone something, after making it where there is none yet. */
function give(pair: Pair, { admin, clone, version }: Roles, what: string): string {
  const [name, owner] = [quoteName(pair.clone), quoteName(pair.owner)];
  const administrable = hasRoleOptions(version) ? [administer(pair.clone, admin.name)] : [];
  const make = [`CREATE ROLE ${name};`, `GRANT ${owner} TO ${name};`, ...administrable];
  return [...(clone ? [] : make), `ALTER ROLE ${name} ${what};`].join(" ");
}

/** A value that is not valid is without effect at a login of the owner, too. */
const notCopied = (pair: Pair, name: string, isMissing: boolean): Notice => ({
  code: "SETTING_NOT_COPIED",
  what: isMissing
    ? `The setting ${name} of user ${pair.owner} is not given to ${pair.clone}, because the server refuses its value.`
    : `User ${pair.clone} has a setting ${name} that ${pair.owner} does not have, and the administrator may not remove it.`,
  remedy: isMissing
    ? `If it is not needed, run: ALTER ROLE ${quoteName(pair.owner)} RESET ${quoteName(name)};`
    : `Run as a superuser: ALTER ROLE ${quoteName(pair.clone)} RESET ${quoteName(name)};`,
});

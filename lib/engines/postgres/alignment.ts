import type { Pair } from "../pair.ts";
import { hasRoleOptions, type Roles, type Setting } from "./roles.ts";
import { quoteName, quoteText } from "./statements.ts";

/** On a clone that we made; anybody may read it. */
export const cloneMark = (owner: string): string => `quarterturn: stands in for ${owner}`;

/**
 * The statements that make the clone act as the owner, without its password and its settings. What is as it
 * should be is not said again.
 */
export function cloneStatements(pair: Pair, roles: Roles): readonly string[] {
  const [owner, clone] = [quoteName(pair.owner), quoteName(pair.clone)];
  const { inherits, set } = roles.membership;
  const limit = roles.owner?.connectionLimit ?? -1;
  const options = hasRoleOptions(roles.version) ? " WITH INHERIT TRUE, SET TRUE" : "";
  const create = [
    `CREATE ROLE ${clone} LOGIN INHERIT`,
    `COMMENT ON ROLE ${clone} IS ${quoteText(cloneMark(pair.owner))}`,
  ];
  return [
    ...(roles.clone ? [] : create),
    // Before 16 a membership inherits as the member's attribute says, at every moment.
    ...(roles.clone && !inherits && !options ? [`ALTER ROLE ${clone} INHERIT`] : []),
    ...(inherits && set ? [] : [`GRANT ${owner} TO ${clone}${options}`]),
    ...(limit === (roles.clone?.connectionLimit ?? -1)
      ? []
      : [`ALTER ROLE ${clone} CONNECTION LIMIT ${limit}`]),
    `ALTER ROLE ${clone} SET role TO ${owner}`,
  ];
}

/** A setting to carry over, with the message that does it. */
export interface SettingChange {
  readonly name: string;
  readonly sql: string;
}

/** Settings hold at login and belong to the user that logs in: the clone gets the owner's. */
export function settingChanges(pair: Pair, settings: readonly Setting[]): readonly SettingChange[] {
  const of = (role: string) => settings.filter((setting) => setting.role === role);
  const same = (a: Setting, b: Setting) => a.database === b.database && a.name === b.name;
  const alter = ({ database }: Setting) =>
    `ALTER ROLE ${quoteName(pair.clone)}${database ? ` IN DATABASE ${quoteName(database)}` : ""}`;
  const missing = of(pair.owner).filter(
    (wanted) => !of(pair.clone).some((has) => same(has, wanted) && has.value === wanted.value),
  );
  const extra = of(pair.clone).filter((has) => !of(pair.owner).some((wanted) => same(has, wanted)));
  return [
    ...missing.map((setting) => ({ name: setting.name, sql: carry(alter(setting), setting) })),
    ...extra.map((setting) => ({
      name: setting.name,
      sql: `${alter(setting)} RESET ${quoteName(setting.name)}`,
    })),
  ];
}

/**
 * The catalog has a list (search_path and others) quoted item by item, and the application's user may have
 * put anything there: written out it would run as the administrator, as a literal it would be one item. So
 * it goes through the parameter itself; no name is looked up before the path is a safe one again.
 */
function carry(alter: string, { name, value }: Setting): string {
  return [
    `SELECT pg_catalog.set_config(${quoteText(name)}, ${quoteText(value)}, true)`,
    `${alter} SET ${quoteName(name)} FROM CURRENT`,
    safePath,
  ].join("; ");
}

/** Ours alone: in a schema of the application's, its user could plant what an administrator then runs. */
export const safePath = "SET search_path TO pg_catalog";

import { masked, unquoted } from "./masked.ts";
import { all, grantOption, grantStatement, type Rights } from "./rights.ts";
import type { Difference } from "./rights-difference.ts";

/**
 * The statements that would let an administrator give and take what is different; none where it may already.
 * @param has what the administrator may do now
 * @param admin as SQL
 */
export function missingGrants(has: Rights, needed: Difference, admin: string): readonly string[] {
  const { privileges, surplus, roles, surplusRoles, defaultRole } = needed;
  const places = [...privileges, ...surplus].filter(([on, each]) => !mayGrant(has, on, each));
  const maySetDefault = !defaultRole || mayDo(has, "UPDATE", "`mysql`.*");
  const statements = [
    ...places.map(([on, each]) => grantStatement(on, new Set([...each, grantOption]), admin)),
    ...[...roles, ...surplusRoles]
      .filter(([role]) => !has.roles.get(role))
      .map(([role]) => `GRANT ${role} TO ${admin} WITH ADMIN OPTION`),
    ...(maySetDefault ? [] : [`GRANT UPDATE ON mysql.* TO ${admin}`]),
  ];
  return [...new Set(statements)];
}

const mayGrant = (has: Rights, on: string, privileges: ReadonlySet<string>) =>
  [grantOption, ...privileges].every((each) => mayDo(has, each, on));

/** @param privilege as in `Rights` @param on as in `Rights` */
export function mayDo(rights: Rights, privilege: string, on: string): boolean {
  // That of a whole table has that of its columns.
  const names = [privilege, privilege.replace(/ \(.*$/s, "")];
  return [...rights.privileges].some(
    ([place, has]) =>
      contains(place, on) &&
      (names.some((name) => has.has(name)) || (privilege !== grantOption && has.has(all))),
  );
}

/** Whether what is granted on a place counts on another: everywhere, in its database, on itself. */
function contains(place: string, on: string): boolean {
  if (place === on || place === "*.*") return true;
  const outer = masked(place);
  const inner = masked(on);
  const database = /^(?:[A-Z ]+ )?(\{0\})\./.exec(inner.text)?.[1];
  if (outer.text !== "{0}.*" || database === undefined) return false;
  return pattern(unquoted(outer.restored("{0}"))).test(unquoted(inner.restored(database)));
}

/** The name of a database in a grant is a pattern, as LIKE has them. */
function pattern(name: string): RegExp {
  const source = name.replaceAll(/\\([%_\\])|([%_])|[^\w]/g, (part, escaped, wild) => {
    if (wild) return wild === "%" ? ".*" : ".";
    return `\\u{${(escaped ?? part).codePointAt(0).toString(16)}}`;
  });
  return new RegExp(`^${source}$`, "su");
}

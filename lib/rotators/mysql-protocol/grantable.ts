import type { Dialect } from "./dialect.ts";
import { masked, unquoted } from "./masked.ts";
import { all, grantOption, grantStatement, type Rights } from "./rights.ts";
import type { Difference } from "./rights-difference.ts";

/**
 * The statements that would let an administrator give and take what is different; none where it may already.
 * @param has what the administrator may do now
 * @param admin as SQL
 */
export function missingGrants(
  has: Rights,
  needed: Difference,
  admin: string,
  dialect: Dialect,
): readonly string[] {
  const { privileges, surplus, revoked, surplusRevoked, defaultRole } = needed;
  const places = [...privileges, ...surplus, ...revoked, ...surplusRevoked].filter(
    ([on, each]) => !mayGrant(has, on, each, dialect.allOfDatabase),
  );
  const { setsDefaultRole: sets } = dialect;
  const maySetDefault = !defaultRole || !sets || mayDo(has, sets, "`mysql`.*");
  const statements = [
    ...places.map(([on, each]) => grantStatement(on, new Set([...each, grantOption]), admin)),
    ...restrictions(has, privileges.get("*.*")).map(([on, each]) =>
      grantStatement(on, each, admin),
    ),
    ...missingDynamic(has, needed, admin),
    ...missingRoles(has, needed, admin),
    ...(maySetDefault ? [] : [`GRANT ${sets} ON mysql.* TO ${admin}`]),
  ];
  return [...new Set(statements)];
}

/** Databases that an administrator's own privilege leaves out: whoever gets it from there gets it without them. */
function restrictions(
  has: Rights,
  everywhere: ReadonlySet<string> = new Set(),
): readonly (readonly [string, ReadonlySet<string>])[] {
  return [...has.revoked]
    .map(([on, each]) => [on, new Set([...each].filter((one) => everywhere.has(one)))] as const)
    .filter(([, each]) => each.size > 0);
}

function missingDynamic(
  has: Rights,
  { dynamic, surplusDynamic }: Difference,
  admin: string,
): readonly string[] {
  const grant = (name: string) => `GRANT ${name} ON *.* TO ${admin} WITH GRANT OPTION`;
  // To pass the right to pass a privilege on takes the GRANT OPTION of the others, too.
  const passesOn = [...dynamic.values()].includes(true) && !mayDo(has, grantOption, "*.*");
  return [
    ...[...dynamic.keys(), ...surplusDynamic.keys()]
      .filter((name) => !has.dynamic.get(name))
      .map(grant),
    ...(passesOn ? [grant("USAGE")] : []),
  ];
}

function missingRoles(
  has: Rights,
  { roles, surplusRoles }: Difference,
  admin: string,
): readonly string[] {
  if (has.dynamic.has("ROLE_ADMIN")) return [];
  return [...roles.keys(), ...surplusRoles.keys()]
    .filter((role) => !has.roles.get(role))
    .map((role) => `GRANT ${role} TO ${admin} WITH ADMIN OPTION`);
}

function mayGrant(
  has: Rights,
  on: string,
  privileges: ReadonlySet<string>,
  allOfDatabase: readonly string[] | undefined,
): boolean {
  const mayAll = () => allOfDatabase?.every((each) => mayDo(has, each, on)) ?? false;
  return [grantOption, ...privileges].every(
    (each) => mayDo(has, each, on) || (each === all && on !== "*.*" && mayAll()),
  );
}

/** @param privilege as in `Rights` @param on as in `Rights` */
export function mayDo(rights: Rights, privilege: string, on: string): boolean {
  if (on === "*.*" && rights.dynamic.has(privilege)) return true;
  // That of a whole table has that of its columns.
  const names = [privilege, privilege.replace(/ \(.*$/s, "")];
  const isRevoked = [...rights.revoked].some(
    ([place, taken]) => contains(place, on) && names.some((name) => taken.has(name)),
  );
  return [...rights.privileges].some(
    ([place, has]) =>
      contains(place, on) &&
      !(isRevoked && place === "*.*") &&
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

import { all, grantOption, grantStatement, type Rights } from "./rights.ts";

/** What would make the rights of an account those of another. */
export interface Difference {
  /** By what they are on: all that the account should have there, where it lacks any of it. */
  readonly privileges: ReadonlyMap<string, ReadonlySet<string>>;
  /** As `privileges`, of what it has and should not have. */
  readonly surplus: ReadonlyMap<string, ReadonlySet<string>>;
  /** Roles that it lacks, or has without ADMIN OPTION. */
  readonly roles: ReadonlyMap<string, boolean>;
  readonly surplusRoles: ReadonlyMap<string, boolean>;
  /** `undefined`: it is right already; `null`: none. */
  readonly defaultRole: string | null | undefined;
}

const none: ReadonlySet<string> = new Set();

export function difference(wanted: Rights, has: Rights): Difference {
  const isSameDefault = wanted.defaultRole === has.defaultRole;
  return {
    privileges: lackingPrivileges(wanted, has),
    surplus: surplusPrivileges(wanted, has),
    roles: lackingRoles(wanted, has),
    surplusRoles: lackingRoles(has, wanted),
    defaultRole: isSameDefault ? undefined : (wanted.defaultRole ?? null),
  };
}

function lackingPrivileges(wanted: Rights, has: Rights): Difference["privileges"] {
  const lacking = [...wanted.privileges].filter(([on, should]) => {
    const present = has.privileges.get(on) ?? none;
    return [...should].some((each) => !present.has(each));
  });
  return new Map(lacking);
}

function surplusPrivileges(wanted: Rights, has: Rights): Difference["surplus"] {
  const surplus = [...has.privileges].map(([on, present]) => {
    const should = wanted.privileges.get(on) ?? none;
    const isMore = (each: string) =>
      !should.has(each) && (each === grantOption || !should.has(all));
    return [on, new Set([...present].filter(isMore))] as const;
  });
  return new Map(surplus.filter(([, extra]) => extra.size > 0));
}

function lackingRoles(wanted: Rights, has: Rights): Difference["roles"] {
  const lacking = [...wanted.roles].filter(
    ([role, isAdmin]) => !has.roles.has(role) || (isAdmin && !has.roles.get(role)),
  );
  return new Map(lacking);
}

/** Gives what the account lacks. @param account as SQL */
export function givingStatements(
  { privileges, roles, defaultRole }: Difference,
  account: string,
): readonly string[] {
  const setDefault = `SET DEFAULT ROLE ${defaultRole ?? "NONE"} FOR ${account}`;
  return [
    ...[...privileges].map(([on, has]) => grantStatement(on, has, account)),
    ...[...roles].map(
      ([role, isAdmin]) => `GRANT ${role} TO ${account}${isAdmin ? " WITH ADMIN OPTION" : ""}`,
    ),
    ...(defaultRole === undefined ? [] : [setDefault]),
  ];
}

/** Takes what the account has too much. To be run first: a part of ALL PRIVILEGES may be given after that. */
export function takingStatements(
  { surplus, surplusRoles }: Difference,
  wanted: Rights,
  account: string,
): readonly string[] {
  const revoke = (what: string, on: string) => `REVOKE ${what} ON ${on} FROM ${account}`;
  const privileges = [...surplus].flatMap(([on, extra]) => {
    const named = [...extra].filter((each) => each !== grantOption);
    return [
      ...(named.length > 0 ? [revoke(named.join(", "), on)] : []),
      ...(extra.has(grantOption) ? [revoke(grantOption, on)] : []),
    ];
  });
  const roles = [...surplusRoles.keys()].map(
    (role) => `REVOKE ${wanted.roles.has(role) ? "ADMIN OPTION FOR " : ""}${role} FROM ${account}`,
  );
  return [...privileges, ...roles];
}

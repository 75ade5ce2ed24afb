import type { Dialect } from "./dialect.ts";
import { all, grantOption, grantStatement, noRights, type Rights } from "./rights.ts";

/** What would make the rights of an account those of another. */
export interface Difference {
  /** By what they are on: all that the account should have there, where it lacks any of it. */
  readonly privileges: ReadonlyMap<string, ReadonlySet<string>>;
  /** As `privileges`, of what it has and should not have. */
  readonly surplus: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of privileges on `*.*`: the databases that it should not have them on, and those that it should. */
  readonly revoked: ReadonlyMap<string, ReadonlySet<string>>;
  readonly surplusRevoked: ReadonlyMap<string, ReadonlySet<string>>;
  /** Dynamic privileges that it lacks, or has without GRANT OPTION. */
  readonly dynamic: ReadonlyMap<string, boolean>;
  readonly surplusDynamic: ReadonlyMap<string, boolean>;
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
    revoked: lackingRevokes(wanted, has, wanted.privileges),
    surplusRevoked: lackingRevokes(has, wanted, wanted.privileges),
    dynamic: lackingOptions(wanted.dynamic, has.dynamic),
    surplusDynamic: lackingOptions(has.dynamic, wanted.dynamic),
    roles: lackingOptions(wanted.roles, has.roles),
    surplusRoles: lackingOptions(has.roles, wanted.roles),
    defaultRole: isSameDefault ? undefined : (wanted.defaultRole ?? null),
  };
}

/** What the account has too little, and nothing that it has too much. */
export function lackingOnly(needed: Difference): Difference {
  const { privileges, surplusRevoked, dynamic, roles, defaultRole } = needed;
  return {
    ...difference(noRights, noRights),
    ...{ privileges, surplusRevoked, dynamic, roles, defaultRole },
  };
}

/** What it is on, or the privilege or role by its name: for messages. */
export function placesOf({ privileges, surplusRevoked, dynamic, roles }: Difference): string[] {
  return [privileges, surplusRevoked, dynamic, roles].flatMap((each) => [...each.keys()]);
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

/** To take a privilege on `*.*` takes what it left out, too, so only of those that are wanted there. */
function lackingRevokes(
  should: Rights,
  has: Rights,
  wanted: Rights["privileges"],
): Difference["revoked"] {
  const everywhere = wanted.get("*.*") ?? none;
  const lacking = [...should.revoked].map(([on, taken]) => {
    const present = has.revoked.get(on) ?? none;
    const isLacking = (each: string) => !present.has(each) && everywhere.has(each);
    return [on, new Set([...taken].filter(isLacking))] as const;
  });
  return new Map(lacking.filter(([, each]) => each.size > 0));
}

function lackingOptions(
  wanted: ReadonlyMap<string, boolean>,
  has: ReadonlyMap<string, boolean>,
): ReadonlyMap<string, boolean> {
  const lacking = [...wanted].filter(
    ([name, isOption]) => !has.has(name) || (isOption && !has.get(name)),
  );
  return new Map(lacking);
}

/** Gives what the account lacks. @param account as SQL */
export function givingStatements(
  { privileges, revoked, surplusRevoked, dynamic, roles, defaultRole }: Difference,
  account: string,
  dialect: Dialect,
): readonly string[] {
  return [
    ...[...privileges].map(([on, has]) => grantStatement(on, has, account)),
    ...[...revoked].map(([on, has]) => `REVOKE ${[...has].join(", ")} ON ${on} FROM ${account}`),
    ...[...surplusRevoked].map(([on, has]) => grantStatement(on, has, account)),
    ...[...dynamic].map(([each, isGrantable]) =>
      grantStatement("*.*", new Set([each, ...(isGrantable ? [grantOption] : [])]), account),
    ),
    ...[...roles].map(
      ([role, isAdmin]) => `GRANT ${role} TO ${account}${isAdmin ? " WITH ADMIN OPTION" : ""}`,
    ),
    ...(defaultRole === undefined ? [] : [dialect.setDefaultRole(defaultRole, account)]),
  ];
}

/** Takes what the account has too much. To be run first: a part of ALL PRIVILEGES may be given after that. */
export function takingStatements(
  { surplus, surplusDynamic, surplusRoles }: Difference,
  wanted: Rights,
  account: string,
  dialect: Dialect,
): readonly string[] {
  const revoke = (what: string, on: string) => `REVOKE ${what} ON ${on} FROM ${account}`;
  const privileges = [...surplus].flatMap(([on, extra]) => {
    const named = [...extra].filter((each) => each !== grantOption);
    return [
      ...(named.length > 0 ? [revoke(named.join(", "), on)] : []),
      ...(extra.has(grantOption) ? [revoke(grantOption, on)] : []),
    ];
  });
  const dynamic = [...surplusDynamic.keys()].flatMap((each) => [
    revoke(each, "*.*"),
    ...(wanted.dynamic.has(each) ? [grantStatement("*.*", new Set([each]), account)] : []),
  ]);
  const roles = [...surplusRoles.keys()].map((role) =>
    wanted.roles.has(role)
      ? dialect.takeAdminOption(role, account)
      : `REVOKE ${role} FROM ${account}`,
  );
  return [...privileges, ...dynamic, ...roles];
}

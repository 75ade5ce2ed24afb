import { type Masked, masked } from "./masked.ts";

/** What SHOW GRANTS says of an account. Names are quoted as the server quotes them. */
export interface Rights {
  /**
   * By what they are on (`*.*`, `` `app`.* ``, `` PROCEDURE `app`.`p` ``; of PROXY an account): each privilege alone, a
   * column's with the column (`` SELECT (`a`) ``), and GRANT OPTION.
   */
  readonly privileges: ReadonlyMap<string, ReadonlySet<string>>;
  /** Databases that those on `*.*` leave out (MySQL's partial revokes), as `privileges`. */
  readonly revoked: ReadonlyMap<string, ReadonlySet<string>>;
  /** MySQL's dynamic privileges, each with its own GRANT OPTION. */
  readonly dynamic: ReadonlyMap<string, boolean>;
  /** Whether with ADMIN OPTION, by role. */
  readonly roles: ReadonlyMap<string, boolean>;
  /** Active after a login. */
  readonly defaultRole: string | undefined;
}

export const noRights: Rights = {
  privileges: new Map(),
  revoked: new Map(),
  dynamic: new Map(),
  roles: new Map(),
  defaultRole: undefined,
};

export const all = "ALL PRIVILEGES";
export const grantOption = "GRANT OPTION";

/**
 * @param lines of SHOW GRANTS
 * @param account only what is granted to this one, as SQL; absent: also what roles have that it can use now
 */
export function readRights(lines: readonly string[], account?: string): Rights {
  const privileges = new Map<string, Set<string>>();
  const revoked = new Map<string, Set<string>>();
  const dynamic = new Map<string, boolean>();
  const roles = new Map<string, boolean>();
  let defaultRole: string | undefined;
  for (const line of lines) {
    const { text, restored } = masked(line);
    const [, taken, from = ""] = /^REVOKE (.+?) ON (\S+) FROM \S+$/.exec(text) ?? [];
    if (taken) revoked.set(restored(from), new Set(eachOf(taken, restored)));
    const [, what = "", on, to = "", options = ""] =
      /^GRANT (.+?)(?: ON (.+?))? TO (\S+)(.*)$/.exec(text) ?? [];
    const [, role] = /^SET DEFAULT ROLE (\S+) FOR/.exec(text) ?? [];
    if (role) defaultRole = restored(role);
    if (what === "" || (account !== undefined && restored(to) !== account)) continue;
    const isOption = /\bWITH (?:GRANT|ADMIN) OPTION\b/.test(options);
    if (on === undefined) {
      for (const each of what.split(/, ?/)) roles.set(restored(each), isOption);
      continue;
    }
    const granted = eachOf(what, restored);
    if (granted.some(isDynamic)) {
      for (const each of granted) dynamic.set(each, isOption);
      continue;
    }
    const place = restored(on);
    const has = privileges.get(place) ?? new Set();
    for (const each of granted) has.add(each);
    if (isOption) has.add(grantOption);
    if (has.size > 0) privileges.set(place, has);
  }
  return { privileges, revoked, dynamic, roles, defaultRole };
}

/** SHOW GRANTS has them on lines of their own. The words of other privileges are parted by spaces. */
const isDynamic = (privilege: string) => /^[A-Z]+_[A-Z_]+$/.test(privilege);

/** ``SELECT (`a`, `b`), INSERT``: three. USAGE is none. */
function eachOf(privileges: string, restored: Masked["restored"]): readonly string[] {
  return privileges
    .split(/, ?(?![^(]*\))/)
    .filter((each) => each !== "USAGE")
    .flatMap((each) => {
      const [, name = each, columns] = /^(.+?) ?\((.+)\)$/.exec(each) ?? [];
      if (columns === undefined) return [name];
      return columns.split(/, ?/).map((column) => `${name} (${restored(column)})`);
    });
}

/** The same text for two accounts that have the same right. */
export function rightTexts(rights: Rights): readonly string[] {
  const { privileges, revoked, dynamic, roles, defaultRole } = rights;
  const except = (privilege: string) => {
    const places = [...revoked].filter(([, taken]) => taken.has(privilege)).map(([on]) => on);
    return places.length > 0 ? ` except ${places.toSorted().join(", ")}` : "";
  };
  return [
    ...[...privileges].flatMap(([on, has]) =>
      [...has].map((each) => `${each} ON ${on}${on === "*.*" ? except(each) : ""}`),
    ),
    ...[...dynamic.keys()].map((each) => `${each} ON *.*`),
    ...[...roles].map(([role, isAdmin]) => `${role}${isAdmin ? " WITH ADMIN OPTION" : ""}`),
    ...(defaultRole ? [`DEFAULT ROLE ${defaultRole}`] : []),
  ];
}

/** @param privileges without GRANT OPTION none, which GRANT writes as USAGE */
export function grantStatement(on: string, has: ReadonlySet<string>, to: string): string {
  const privileges = [...has].filter((each) => each !== grantOption);
  const what = privileges.length > 0 ? privileges.join(", ") : "USAGE";
  return `GRANT ${what} ON ${on} TO ${to}${has.has(grantOption) ? " WITH GRANT OPTION" : ""}`;
}

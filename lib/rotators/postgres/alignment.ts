import type { Notice } from "../login/notice.ts";
import type { Pair } from "../login/pair.ts";
import { neverExpire, passwordExpires } from "./expiry.ts";
import { hasRoleOptions, type Roles, type Setting } from "./roles.ts";
import { quoteName, quoteText, safePath } from "./statements.ts";

/** On a clone that we made; anybody may read it. */
export const cloneMark = (owner: string): string => `quarterturn: stands in for ${owner}`;

/**
 * The statements that make the clone act as the owner, without its password and its settings. What is right already is
 * left out.
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
  // The users of a shared role are made by hand.
  const act =
    roles.actsAs === pair.owner
      ? [
          ...(roles.clone ? [] : create),
          // Before 16 the member's INHERIT attribute decides whether a membership inherits.
          ...(roles.clone && !inherits && !options ? [`ALTER ROLE ${clone} INHERIT`] : []),
          ...(inherits && set ? [] : [`GRANT ${owner} TO ${clone}${options}`]),
          `ALTER ROLE ${clone} SET role TO ${owner}`,
        ]
      : [];
  const replicates = roles.owner?.replication && !roles.clone?.replication;
  return [
    ...act,
    ...(limit === (roles.clone?.connectionLimit ?? -1)
      ? []
      : [`ALTER ROLE ${clone} CONNECTION LIMIT ${limit}`]),
    ...(replicates ? [`ALTER ROLE ${clone} REPLICATION`] : []),
  ];
}

/** Both users log in until the old one is retired, and a rotation replaces the password before it could expire. */
export function unexpire({ owner, clone }: Roles): {
  readonly statements: readonly string[];
  readonly notices: readonly Notice[];
} {
  const expiring = [owner, clone].flatMap((role) => (role?.validUntil ? [role] : []));
  return {
    statements: expiring.map(({ name }) => neverExpire(name)),
    notices: expiring.map(({ name, validUntil }) =>
      passwordExpires(name, String(validUntil), "A rotation removes the date."),
    ),
  };
}

/** A setting to carry over, with the message that does it. */
interface SettingChange {
  readonly name: string;
  /** The clone lacks it; otherwise the clone has it, and the owner does not. */
  readonly isMissing: boolean;
  readonly sql: string;
}

/**
 * Settings hold at login and belong to the user that logs in: the clone gets the owner's. Its own `role`
 * is set with the membership; one for a single database would win over it.
 */
export function settingChanges(pair: Pair, settings: readonly Setting[]): readonly SettingChange[] {
  const of = (role: string) =>
    settings.filter((setting) => {
      const standsIn = setting.name === "role" && setting.database === "";
      return setting.role === role && !standsIn;
    });
  const same = (a: Setting, b: Setting) => a.database === b.database && a.name === b.name;
  const alter = ({ database }: Setting) =>
    `ALTER ROLE ${quoteName(pair.clone)}${database ? ` IN DATABASE ${quoteName(database)}` : ""}`;
  const missing = of(pair.owner).filter(
    (wanted) => !of(pair.clone).some((has) => same(has, wanted) && has.value === wanted.value),
  );
  const extra = of(pair.clone).filter((has) => !of(pair.owner).some((wanted) => same(has, wanted)));
  return [
    ...missing.map((setting) => ({
      name: setting.name,
      isMissing: true,
      sql: carry(alter(setting), setting),
    })),
    ...extra.map((setting) => ({
      name: setting.name,
      isMissing: false,
      sql: `${alter(setting)} RESET ${quoteName(setting.name)}`,
    })),
  ];
}

/** What `GUC_LIST_QUOTE` marks in the server's source, of all that a role can have. */
const lists: readonly string[] = [
  "search_path",
  "temp_tablespaces",
  "local_preload_libraries",
  "session_preload_libraries",
];

/**
 * The catalog has a list quoted item by item, and the application's user may have put anything there:
 * written out it would run as the administrator, as a literal it would be one item. So it goes through the
 * parameter itself; no name is looked up before the path is a safe one again.
 */
function carry(alter: string, { name, value }: Setting): string {
  if (!lists.includes(name)) return `${alter} SET ${quoteName(name)} TO ${quoteText(value)}`;
  return [
    `SELECT pg_catalog.set_config(${quoteText(name)}, ${quoteText(value)}, true)`,
    `${alter} SET ${quoteName(name)} FROM CURRENT`,
    safePath,
  ].join("; ");
}

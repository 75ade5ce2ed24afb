import type pg from "pg";
import type { Pair } from "../login/pair.ts";
import { validUntil } from "./expiry.ts";
import { safePath } from "./statements.ts";

/** Runs one message of SQL; `action` is for the error's text. */
export type Run = (
  sql: string,
  action: string,
  signal: AbortSignal,
  values?: readonly unknown[],
) => Promise<pg.QueryResult | undefined>;

/** What the catalogs say about a pair of users, as far as a rotation has to know. */
export interface Roles {
  /** `server_version_num`, e.g. 180004. */
  readonly version: number;
  readonly admin: {
    readonly name: string;
    readonly superuser: boolean;
    readonly createrole: boolean;
    readonly replication: boolean;
  };
  readonly owner: Role | undefined;
  readonly clone: Role | undefined;
  /** As whom both users act: the owner, or a role whose objects they share and that the owner's setting names. */
  readonly actsAs: string;
  /** Of the clone in `actsAs`; all false where either is missing. */
  readonly membership: {
    /** By a grant, not by being a superuser. */
    readonly member: boolean;
    readonly inherits: boolean;
    readonly set: boolean;
  };
  readonly settings: readonly Setting[];
}

export interface Role {
  readonly name: string;
  readonly login: boolean;
  readonly connectionLimit: number;
  readonly replication: boolean;
  /** VALID UNTIL, for messages; `null`: its password never expires. */
  readonly validUntil: string | null;
  readonly comment: string | null;
  /** The administrator has ADMIN on it. */
  readonly administrable: boolean;
  readonly ownsObjects: boolean;
}

/** `ALTER ROLE role [IN DATABASE database] SET name TO value`; an empty database means all. */
export interface Setting {
  readonly role: string;
  readonly database: string;
  readonly name: string;
  readonly value: string;
}

/** From 16 on, CREATEROLE alone does not administer a role, and a membership has options. */
export const hasRoleOptions = (version: number): boolean => version >= 160_000;

/** From 15 on, a superuser can let others set a parameter that is a superuser's. */
export const hasParameterGrants = (version: number): boolean => version >= 150_000;

const rolesQuery = `
  SELECT r.rolname AS name, r.rolcanlogin AS login, r.rolconnlimit AS "connectionLimit",
         r.rolreplication AS replication,
         ${validUntil("r")} AS "validUntil",
         shobj_description(r.oid, 'pg_authid') AS comment,
         pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION') AS administrable,
         EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass
                 AND d.refobjid = r.oid AND d.deptype = 'o') AS "ownsObjects"
  FROM pg_roles r WHERE r.rolname IN ($1, $2)`;

const settingsQuery = `
  SELECT role, database, split_part(entry, '=', 1) AS name,
         substr(entry, strpos(entry, '=') + 1) AS value
  FROM (SELECT r.rolname AS role, coalesce(d.datname, '') AS database, unnest(s.setconfig) AS entry
        FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_database d ON d.oid = s.setdatabase
        WHERE r.rolname IN ($1, $2)) entries`;

const membershipQuery = (setPrivilege: string) => `
  SELECT EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = o.oid AND m.member = c.oid) AS member,
         pg_has_role(c.oid, o.oid, 'USAGE') AS inherits,
         pg_has_role(c.oid, o.oid, '${setPrivilege}') AS set
  FROM pg_roles o, pg_roles c WHERE o.rolname = $1 AND c.rolname = $2`;

/** What a role setting for all databases makes this role act as: itself without one. */
export function actingRole(role: string, settings: readonly Setting[]): string {
  const setting = settings.find(
    (each) => each.role === role && each.name === "role" && each.database === "",
  );
  return !setting || setting.value === "none" ? role : setting.value;
}

/** None of it needs a right. From here on the session looks names up in the server's own catalog only. */
export async function readRoles(run: Run, pair: Pair, signal: AbortSignal): Promise<Roles> {
  const action = `read the roles ${pair.owner} and ${pair.clone}`;
  const select = async (sql: string, values: readonly unknown[] = [pair.owner, pair.clone]) =>
    (await run(sql, action, signal, values))?.rows ?? [];
  await run(safePath, "set a safe search_path", signal);
  const [admin] = await select(
    `SELECT current_setting('server_version_num')::int AS version, rolname AS name,
            rolsuper AS superuser, rolcreaterole AS createrole, rolreplication AS replication
     FROM pg_roles WHERE rolname = current_user`,
    [],
  );
  const roles: Role[] = await select(rolesQuery);
  const [owner, clone] = [pair.owner, pair.clone].map((name) => roles.find((r) => r.name === name));
  const settings: Setting[] = await select(settingsQuery);
  const actsAs = actingRole(pair.owner, settings);
  const setPrivilege = hasRoleOptions(admin.version) ? "SET" : "MEMBER";
  const [membership = { member: false, inherits: false, set: false }] = await select(
    membershipQuery(setPrivilege),
    [actsAs, pair.clone],
  );
  return { version: admin.version, admin, owner, clone, actsAs, membership, settings };
}

import { createHash } from "node:crypto";
import type { Pair } from "../login/pair.ts";
import type { Definition, Dialect } from "../mysql-protocol/dialect.ts";
import { masked, unquoted } from "../mysql-protocol/masked.ts";
import { quoteName, quoteText } from "../mysql-protocol/quoting.ts";
import { requireWritable } from "./rehearsal.ts";
import { giveUpInTime, identified } from "./statements.ts";

/** By which Quarterturn logs in. */
export const passwordPlugin = "mysql_native_password";

/** What no password has. `unix_socket` takes none; it is for servers that take no hash. */
const nobody = { verifier: `${passwordPlugin} USING 'invalid'`, plaintext: "unix_socket" } as const;

const prefix = "quarterturn: ";

/** Accounts have no comments in MariaDB; a role that has no rights marks those that are ours. */
const markName = ({ owner }: Pair): string =>
  `${prefix}${/^[\w.-]{1,100}$/.test(owner) ? owner : createHash("sha256").update(owner).digest("hex")}`;

/** By what an account has unless it says otherwise. */
const limits: Readonly<Record<string, string>> = {
  MAX_QUERIES_PER_HOUR: "0",
  MAX_UPDATES_PER_HOUR: "0",
  MAX_CONNECTIONS_PER_HOUR: "0",
  MAX_USER_CONNECTIONS: "0",
  MAX_STATEMENT_TIME: "0",
};

export const dialect: Dialect = {
  needs: { change: "CREATE USER", see: "PROCESS", end: "CONNECTION ADMIN" },
  plugins: [passwordPlugin],
  setsDefaultRole: "UPDATE",
  giveUpInTime,

  async definition({ name }, run) {
    const [[statement] = []] = await run(`SHOW CREATE USER ${name}`);
    const { text, restored } = masked(statement ?? "");
    const [, expiry] = / PASSWORD EXPIRE ?(.*)$/.exec(text) ?? [];
    return {
      methods: methodsIn(text, restored),
      conditions: conditionsIn(text, restored),
      isLocked: / ACCOUNT LOCK\b/.test(text),
      expires: await whenIn(expiry, run),
    };
  },

  /** Hashes without a salt. */
  isOnePassword: (methods) => new Set(methods.map(({ stored }) => stored)).size < 2,

  isClosed({ isLocked, methods: [first, ...others] }: Definition) {
    const isNobody = first?.stored === "invalid" || first?.plugin === "unix_socket";
    return isLocked && others.length === 0 && isNobody;
  },

  isMark: (role) => unquoted(role).startsWith(prefix),

  async marked(pair, run) {
    const [role, user] = [markName(pair), pair.clone].map(quoteText);
    const rows = await run(
      `SELECT Host, User FROM mysql.roles_mapping WHERE Role = ${role} AND User = ${user}`,
    );
    return rows.flatMap(([host, name]) => (host && name === pair.clone ? [host] : []));
  },

  adopt(account, pair) {
    const role = quoteName(markName(pair));
    return [`CREATE ROLE IF NOT EXISTS ${role}`, `GRANT ${role} TO ${account}`];
  },

  /** Who did not make a role may not grant it, whatever else it may, and who made it may be gone. */
  async missingToCreate(pair, { account, rights }, marked, run) {
    const name = markName(pair);
    const role = quoteName(name);
    const [[count] = []] = await run(
      `SELECT count(*) FROM mysql.user WHERE Host = '' AND User = ${quoteText(name)}`,
    );
    if (count === "0" || rights.roles.get(role) === true) return [];
    return [
      `CREATE OR REPLACE ROLE ${role}`,
      `GRANT ${role} TO ${account} WITH ADMIN OPTION`,
      ...marked.map((each) => `GRANT ${role} TO ${each}`),
    ];
  },

  create(account, pair, form) {
    const role = quoteName(markName(pair));
    return [
      `CREATE ROLE IF NOT EXISTS ${role}`,
      // Makes the account and marks it at once.
      `GRANT ${role} TO ${account} IDENTIFIED VIA ${nobody[form]}`,
      closed(account, form),
    ];
  },

  open: (account, { conditions }, password, form) => [
    `ALTER USER ${account} ${identified(form, password)} ${conditions} ACCOUNT UNLOCK PASSWORD EXPIRE NEVER`,
  ],

  close: (account, _, form) => [closed(account, form)],

  neverExpire: (account) => `ALTER USER ${account} PASSWORD EXPIRE NEVER`,

  setDefaultRole: (role, account) => `SET DEFAULT ROLE ${role ?? "NONE"} FOR ${account}`,

  takeAdminOption: (role, account) => `REVOKE ADMIN OPTION FOR ${role} FROM ${account}`,

  requireChangeable: requireWritable,
};

const closed = (account: string, form: keyof typeof nobody): string =>
  `ALTER USER ${account} IDENTIFIED VIA ${nobody[form]} ACCOUNT LOCK`;

/** `IDENTIFIED BY PASSWORD '…'` is of the usual method; else `IDENTIFIED VIA a USING '…' OR b`. */
function methodsIn(text: string, restored: (part: string) => string): Definition["methods"] {
  const [, hash] = /IDENTIFIED BY PASSWORD (\{\d+\})/.exec(text) ?? [];
  if (hash) return [{ plugin: passwordPlugin, stored: unquoted(restored(hash)) }];
  const [, list = ""] =
    /IDENTIFIED VIA (.+?)(?= REQUIRE | WITH | ACCOUNT | PASSWORD |$)/.exec(text) ?? [];
  return list
    .split(" OR ")
    .filter(Boolean)
    .map((each) => {
      const [name = "", stored] = each.split(" USING ");
      return { plugin: name, stored: stored ? unquoted(restored(stored)) : "" };
    });
}

function conditionsIn(text: string, restored: (part: string) => string): string {
  const [, require = "NONE"] = / REQUIRE (.+?)(?= WITH | ACCOUNT | PASSWORD |$)/.exec(text) ?? [];
  const [, said = ""] = / WITH ((?:MAX_\w+ [\d.]+ ?)+)/.exec(text) ?? [];
  const own = Object.fromEntries(
    [...said.matchAll(/(MAX_\w+) ([\d.]+)/g)].map(([, k, v]) => [k, v]),
  );
  const each = Object.entries({ ...limits, ...own }).map(([name, value]) => `${name} ${value}`);
  return `REQUIRE ${restored(require)} WITH ${each.join(" ")}`;
}

/** Accounts that say nothing expire when the server says. */
async function whenIn(
  expiry: string | undefined,
  run: (sql: string) => Promise<readonly (readonly (string | null)[])[]>,
): Promise<string | undefined> {
  if (expiry !== undefined) return expiry === "NEVER" ? undefined : expiry || "now";
  const [[days] = []] = await run("SELECT @@GLOBAL.default_password_lifetime");
  return Number(days) > 0 ? `default_password_lifetime, ${days} days` : undefined;
}

import { PairUnusable } from "../login/errors.ts";
import { address, type Login } from "../login/login.ts";
import type { Pair } from "../login/pair.ts";
import type { Definition, Dialect, Method } from "../mysql-protocol/dialect.ts";
import { quoteText } from "../mysql-protocol/quoting.ts";
import { formFor, has } from "./account.ts";
import { readDefinition } from "./definition.ts";
import { AccountLocks } from "./errors.ts";
import { requireWritable } from "./rehearsal.ts";
import { discard, giveUpInTime, inClearOf } from "./statements.ts";

/**
 * By plugin, a hash that no password has. What a SHA-256 leaves for the last character is four bits, and `z` stands for more.
 * A SHA-1 can be all zeros, but nobody knows of what.
 */
const nobody = {
  caching_sha2_password: `$A$005$Quarterturn.nobody..${"z".repeat(43)}`,
  mysql_native_password: `*${"0".repeat(40)}`,
} as const;

const usual = "caching_sha2_password";

const nobodyOf = (plugin: string): string =>
  plugin === "mysql_native_password" ? nobody[plugin] : nobody[usual];

const nobodyBy = (plugin: string): string =>
  `IDENTIFIED WITH ${quoteText(plugin)} AS ${quoteText(nobodyOf(plugin))} ACCOUNT LOCK`;

const hex = (text: string) => Buffer.from(text).toString("hex").toUpperCase();

/** Of an account, which only who may change accounts can give it. */
const mark = ({ owner }: Pair): string =>
  `ATTRIBUTE ${quoteText(JSON.stringify({ quarterturn: owner }))}`;

/** As `formFor` takes it. */
const mainOf = ({ plugin, stored }: Method) => ({ plugin, main: Buffer.from(stored, "hex") });

export const dialect: Dialect = {
  needs: { change: "CREATE USER", see: "PROCESS", end: "CONNECTION_ADMIN" },
  shield: "SYSTEM_USER",
  plugins: Object.keys(nobody),
  allOfDatabase:
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER".split(
      ", ",
    ),
  giveUpInTime,

  definition: readDefinition,

  isOnePassword(methods, password) {
    if (new Set(methods.map(({ stored }) => stored)).size < 2) return true;
    return (
      password !== undefined &&
      methods.every((method) => {
        const { plugin, main } = mainOf(method);
        return has({ plugin }, main, password);
      })
    );
  },

  isClosed: ({ isLocked, methods: [first] }: Definition) =>
    isLocked && first?.stored === hex(nobodyOf(first?.plugin ?? "")),

  isMark: () => false,

  async marked(pair, run) {
    const owner = "JSON_UNQUOTE(JSON_EXTRACT(User_attributes, '$.metadata.quarterturn'))";
    const rows = await run(
      `SELECT Host, User, ${owner} FROM mysql.user WHERE User = ${quoteText(pair.clone)}`,
    );
    return rows.flatMap(([host, user, of]) =>
      host && user === pair.clone && of === pair.owner ? [host] : [],
    );
  },

  adopt: (account, pair) => [`ALTER USER ${account} ${mark(pair)}`],

  missingToCreate: async () => [],

  /** Where somebody has made an account of that name in the meantime, this fails. */
  create: (account, pair) => [`CREATE USER ${account} ${nobodyBy(usual)} ${mark(pair)}`],

  /** A second password, which a change of the primary one leaves, goes first. */
  open(account, like, password, form) {
    const { plugin, main } = mainOf(like.methods[0] ?? { plugin: usual, stored: "" });
    const { sql } =
      form === "plaintext" ? inClearOf(plugin, password) : formFor({ plugin, main }, password);
    const open = `${like.conditions} ACCOUNT UNLOCK PASSWORD EXPIRE NEVER`;
    return [discard(account), `ALTER USER ${account} ${sql} ${open}`];
  },

  /** FAILED_LOGIN_ATTEMPTS, said again, ends a lock that would hide whether the password is refused. */
  close(account, { methods: [first], failedLogins }) {
    const counted = failedLogins ? ` ${failedLogins}` : "";
    const closed = `ALTER USER ${account} ${nobodyBy(first?.plugin ?? usual)}${counted}`;
    return [closed, discard(account)];
  },

  neverExpire: (account) => `ALTER USER ${account} PASSWORD EXPIRE NEVER`,

  setDefaultRole: (roles, account) => `SET DEFAULT ROLE ${roles ?? "NONE"} TO ${account}`,

  takeAdminOption: (role, account) => `GRANT ${role} TO ${account}`,

  requireProvable({ username, definition }, at) {
    if (definition.failedLogins?.startsWith("FAILED_LOGIN_ATTEMPTS 1 "))
      throw new AccountLocks(at, username);
  },

  async requireChangeable(run, login) {
    await requireWritable(run, address(login));
    const [[version] = []] = await run("SELECT VERSION()");
    requireAttributes(version ?? "", login);
  },
};

/** Accounts have attributes from 8.0.21 on. @throws PairUnusable */
function requireAttributes(version: string, login: Login): void {
  const [, patch] = /^8\.0\.(\d+)/.exec(version) ?? [];
  const isOld = patch === undefined ? /^[0-7]\./.test(version) : Number(patch) < 21;
  if (!isOld) return;
  throw new PairUnusable(
    login.username,
    `${address(login)} runs MySQL ${version}, whose accounts have no attributes to tell a second user from a stranger`,
    "Use `strategy: two-passwords`, which needs MySQL 8.0.14, or upgrade the server to 8.0.21 or later.",
  );
}

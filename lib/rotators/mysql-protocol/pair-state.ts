import type { Pair } from "../login/pair.ts";
import type { AccountName, Admin, Definition, Dialect, Run } from "./dialect.ts";
import { accountName, quoteText } from "./quoting.ts";
import { type Rights, readRights } from "./rights.ts";

/** A user on some hosts. */
export interface Account extends AccountName {
  readonly definition: Definition;
  /** Without what only marks it. */
  readonly rights: Rights;
}

/** What a server says of a pair of users. Each is as many accounts as there are hosts for it. */
export interface PairState {
  readonly admin: Admin;
  readonly owner: readonly Account[];
  readonly clone: readonly Account[];
  /** The hosts of the clone's accounts that were made for the owner. */
  readonly marked: readonly string[];
}

/** @param run in an administrator's session that may read the schema `mysql` */
export async function readPair(run: Run, pair: Pair, dialect: Dialect): Promise<PairState> {
  return {
    admin: await readAdmin(run),
    owner: await readAccounts(run, pair.owner, dialect),
    clone: await readAccounts(run, pair.clone, dialect),
    marked: await dialect.marked(pair, run),
  };
}

/** The accounts of a user. @param run as for `readPair` */
export async function readAccounts(
  run: Run,
  username: string,
  dialect: Dialect,
): Promise<readonly Account[]> {
  const rows = await run(
    `SELECT User, Host FROM mysql.user WHERE Host <> '' AND User = ${quoteText(username)}`,
  );
  const accounts: Account[] = [];
  // The server compares names as text, which may take two for one.
  for (const [user, host] of rows)
    if (user === username && host) {
      const name = { username, host, name: accountName(username, host) };
      accounts.push(await readAccount(run, name, dialect));
    }
  return accounts;
}

async function readAdmin(run: Run): Promise<Admin> {
  const account = await ownAccount(run);
  return { account, rights: readRights(await lines(run, "SHOW GRANTS")) };
}

/** The account as which a session was let in, as SQL. */
export async function ownAccount(run: Run): Promise<string> {
  const [[user] = []] = await run("SELECT CURRENT_USER()");
  const [, name = "", host = ""] = /^(.*)@([^@]*)$/s.exec(user ?? "") ?? [];
  return accountName(name, host);
}

async function readAccount(run: Run, account: AccountName, dialect: Dialect): Promise<Account> {
  const definition = await dialect.definition(account, run);
  const granted = await lines(run, `SHOW GRANTS FOR ${account.name}`);
  const rights = withoutMarks(readRights(granted, account.name), dialect);
  const { defaultRole = rights.defaultRole } = definition;
  return { ...account, definition, rights: { ...rights, defaultRole } };
}

export function withoutMarks(rights: Rights, dialect: Dialect): Rights {
  const roles = [...rights.roles].filter(([role]) => !dialect.isMark(role));
  return { ...rights, roles: new Map(roles) };
}

export async function lines(run: Run, sql: string): Promise<readonly string[]> {
  return (await run(sql)).flatMap(([line]) => line ?? []);
}

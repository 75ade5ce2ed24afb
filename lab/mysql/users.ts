import { randomBytes } from "node:crypto";
import { cachingSha2Hash } from "../../lib/rotators/mysql/caching-sha2.ts";
import { quoteName } from "../../lib/rotators/mysql-protocol/quoting.ts";
import { Secret } from "../../lib/secret/secret.ts";
import type { Query, Users } from "../mysql-protocol/server.ts";

/** By its hash, as an administrator would who does not want to see it. */
const identified = (password: string) =>
  `IDENTIFIED WITH caching_sha2_password AS 0x${cachingSha2Hash(new Secret(password)).toString("hex")}`;

async function createUser(query: Query, username: string): Promise<string> {
  const password = randomBytes(18).toString("base64url");
  await query(`CREATE USER ${quoteName(username)} ${identified(password)}`);
  return password;
}

/** As docs/types/mysql.md has it: it may give itself a second password. */
async function createOwner(
  query: Query,
  { username, database }: { username: string; database: string },
): Promise<string> {
  const password = await createUser(query, username);
  await query(`CREATE DATABASE ${quoteName(database)}`);
  await query(`GRANT ALL ON ${quoteName(database)}.* TO ${quoteName(username)}`);
  await query(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${quoteName(username)}`);
  return password;
}

/** As docs/types/mysql.md has it: no superuser, but what the administered user has, to be given to a second one. */
async function createAdministrator(
  query: Query,
  username: string,
  administered: string,
): Promise<string> {
  const password = await createUser(query, username);
  const name = quoteName(username);
  await letAdminister(query, username, true);
  await query(`GRANT PROCESS, CONNECTION_ADMIN ON *.* TO ${name}`);
  await query(`GRANT SELECT ON mysql.* TO ${name}`);
  await query(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${name} WITH GRANT OPTION`);
  const databases = await query(`SELECT Db FROM mysql.db WHERE User = '${administered}'`);
  for (const { Db: database } of databases)
    await query(`GRANT ALL ON ${quoteName(String(database))}.* TO ${name} WITH GRANT OPTION`);
  return password;
}

async function letAdminister(query: Query, username: string, may: boolean): Promise<void> {
  const [verb, to] = may ? ["GRANT", "TO"] : ["REVOKE", "FROM"];
  await query(`${verb} CREATE USER ON *.* ${to} ${quoteName(username)}`);
}

async function dropUser(query: Query, username: string): Promise<void> {
  await query(`DROP USER IF EXISTS ${quoteName(username)}`);
}

async function setPassword(query: Query, username: string, password: string): Promise<void> {
  await query(`ALTER USER ${quoteName(username)} ${identified(password)} ACCOUNT UNLOCK`);
}

/** Statements that let a superuser log in from loopback, and nobody without a password. */
export const superuserStatements = (login: {
  username: string;
  password: string;
}): readonly string[] => [
  `CREATE USER IF NOT EXISTS ${quoteName(login.username)} ${identified(login.password)};`,
  `GRANT ALL ON *.* TO ${quoteName(login.username)} WITH GRANT OPTION;`,
  "DROP USER IF EXISTS root@localhost;",
];

export const mysqlUsers: Users = {
  createUser,
  createOwner,
  createAdministrator,
  letAdminister,
  dropUser,
  setPassword,
};

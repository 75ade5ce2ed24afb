import { randomBytes } from "node:crypto";
import { nativeHash } from "../../lib/rotators/mysql-protocol/authentication.ts";
import { quoteName } from "../../lib/rotators/mysql-protocol/quoting.ts";
import { Secret } from "../../lib/secret/secret.ts";
import type { Query, Users } from "../mysql-protocol/server.ts";

/** By its hash: the server may write its statements to its log. */
const identified = (password: string) =>
  `IDENTIFIED VIA mysql_native_password USING '${nativeHash(new Secret(password))}'`;

async function createUser(query: Query, username: string): Promise<string> {
  const password = randomBytes(18).toString("base64url");
  await query(`CREATE USER ${quoteName(username)} ${identified(password)}`);
  return password;
}

async function createOwner(
  query: Query,
  { username, database }: { username: string; database: string },
): Promise<string> {
  const password = await createUser(query, username);
  await query(`CREATE DATABASE ${quoteName(database)}`);
  await query(`GRANT ALL ON ${quoteName(database)}.* TO ${quoteName(username)}`);
  return password;
}

/** As docs/types/mariadb.md has it: no superuser, but what the administered user has, to be given to a second one. */
async function createAdministrator(
  query: Query,
  username: string,
  administered: string,
): Promise<string> {
  const password = await createUser(query, username);
  await letAdminister(query, username, true);
  await query(`GRANT PROCESS, CONNECTION ADMIN ON *.* TO ${quoteName(username)}`);
  await query(`GRANT SELECT ON mysql.* TO ${quoteName(username)}`);
  const databases = await query(`SELECT Db FROM mysql.db WHERE User = '${administered}'`);
  for (const { Db: database } of databases)
    await query(
      `GRANT ALL ON ${quoteName(String(database))}.* TO ${quoteName(username)} WITH GRANT OPTION`,
    );
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
  // With a plugin that looks at passwords, it takes no hash.
  "SET GLOBAL strict_password_validation = 0;",
  `CREATE OR REPLACE USER ${quoteName(login.username)} ${identified(login.password)};`,
  `GRANT ALL ON *.* TO ${quoteName(login.username)} WITH GRANT OPTION;`,
  "DELETE FROM mysql.global_priv WHERE Host <> '%' AND User <> 'mariadb.sys';",
  "FLUSH PRIVILEGES;",
  "SET GLOBAL strict_password_validation = 1;",
];

export const mariadbUsers: Users = {
  createUser,
  createOwner,
  createAdministrator,
  letAdminister,
  dropUser,
  setPassword,
};

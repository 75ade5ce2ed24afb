import { randomBytes } from "node:crypto";
import pg from "pg";
import { scramVerifier } from "../../lib/rotators/postgres/scram.ts";
import { Secret } from "../../lib/secret/secret.ts";

const { escapeIdentifier: quote, escapeLiteral: literal } = pg;

/** Runs statements as the superuser. */
interface Superuser {
  readonly databaseStrategy: string;
  query(sql: string): Promise<unknown>;
}

export async function createOwner(
  superuser: Superuser,
  { username, database }: { username: string; database: string },
): Promise<string> {
  const password = await createUser(superuser, username);
  const { databaseStrategy: strategy } = superuser;
  await superuser.query(`CREATE DATABASE ${quote(database)} OWNER ${quote(username)} ${strategy}`);
  return password;
}

export async function createUser(superuser: Superuser, username: string): Promise<string> {
  const password = newPassword();
  await superuser.query(`CREATE ROLE ${quote(username)} LOGIN PASSWORD ${literal(password)}`);
  return password;
}

/** As RDS has it: no superuser, but CREATEROLE, and ADMIN on the application's role. */
export async function createAdministrator(
  superuser: Superuser,
  username: string,
  administered: string,
): Promise<string> {
  const password = newPassword();
  await superuser.query(
    `CREATE ROLE ${quote(username)} LOGIN CREATEROLE PASSWORD ${literal(password)};
     GRANT ${quote(administered)} TO ${quote(username)} WITH ADMIN OPTION`,
  );
  return password;
}

export async function letAdminister(
  superuser: Superuser,
  username: string,
  may: boolean,
): Promise<void> {
  await superuser.query(`ALTER ROLE ${quote(username)} ${may ? "CREATEROLE" : "NOCREATEROLE"}`);
}

export async function dropUser(superuser: Superuser, username: string): Promise<void> {
  await superuser.query(`DROP ROLE IF EXISTS ${quote(username)}`);
}

/** By a verifier: the server may write its statements to its log. */
export async function setPassword(
  superuser: Superuser,
  username: string,
  password: string,
): Promise<void> {
  const verifier = await scramVerifier(new Secret(password));
  const text = literal(verifier.reveal());
  await superuser.query(`ALTER ROLE ${quote(username)} LOGIN PASSWORD ${text}`);
}

const newPassword = () => randomBytes(18).toString("base64url");

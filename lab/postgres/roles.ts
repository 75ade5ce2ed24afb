import { randomBytes } from "node:crypto";
import pg from "pg";
import type { PostgresServer } from "./server.ts";

const { escapeIdentifier: quote, escapeLiteral: literal } = pg;

/** A user with a database of its own. @returns the user's password, which nobody else knows */
export async function createOwner(
  postgres: PostgresServer,
  { username, database }: { username: string; database: string },
): Promise<string> {
  const password = newPassword();
  await postgres.query(`CREATE ROLE ${quote(username)} LOGIN PASSWORD ${literal(password)}`);
  await postgres.query(`CREATE DATABASE ${quote(database)} OWNER ${quote(username)}`);
  return password;
}

/**
 * An administrator as RDS has it: no superuser, but CREATEROLE, and ADMIN on the application's role.
 * @returns its password
 */
export async function createAdministrator(
  postgres: PostgresServer,
  { username, of }: { username: string; of: string },
): Promise<string> {
  const password = newPassword();
  const role = `CREATE ROLE ${quote(username)} LOGIN CREATEROLE PASSWORD ${literal(password)}`;
  await postgres.query(role);
  await postgres.query(`GRANT ${quote(of)} TO ${quote(username)} WITH ADMIN OPTION`);
  return password;
}

const newPassword = () => randomBytes(18).toString("base64url");

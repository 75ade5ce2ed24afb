import { randomBytes } from "node:crypto";
import pg from "pg";
import type { PostgresServer } from "./postgres/server.ts";

/** MueJam's secret `production/database/primary`, field by field as its guide lays it out. */
export interface MuejamSecret {
  connection_string: string;
  host: string;
  port: string;
  database: string;
  username: string;
  password: string;
  rotated_at: string;
}

export const muejamSecretId = "production/database/primary";

export const muejamAdminId = "production/database/admin";

/** AWS's own layout of a database secret, for an administrator. */
export interface AdminSecret {
  engine: "postgres";
  host: string;
  port: number;
  username: string;
  password: string;
}

/** A database with its owner on the server, and the secret's value for it. */
export async function createMuejamDatabase(
  postgres: PostgresServer,
  address: { host: string; port: number },
  name: string,
): Promise<MuejamSecret> {
  const username = `${name}_user`;
  const password = randomBytes(18).toString("base64url");
  const { escapeIdentifier: quote, escapeLiteral: literal } = pg;
  await postgres.query(`CREATE ROLE ${quote(username)} LOGIN PASSWORD ${literal(password)}`);
  await postgres.query(`CREATE DATABASE ${quote(name)} OWNER ${quote(username)}`);
  const { host, port } = address;
  return {
    connection_string: `postgresql://${username}:${password}@${host}:${port}/${name}`,
    host,
    port: String(port),
    database: name,
    username,
    password,
    rotated_at: "2024-01-01T00:00:00Z",
  };
}

/** An administrator as RDS has it: no superuser, but CREATEROLE, and ADMIN on the application's role. */
export async function createMuejamAdmin(
  postgres: PostgresServer,
  address: { host: string; port: number },
  name: string,
): Promise<AdminSecret> {
  const username = `${name}_admin`;
  const password = randomBytes(18).toString("base64url");
  const { escapeIdentifier: quote, escapeLiteral: literal } = pg;
  const role = `CREATE ROLE ${quote(username)} LOGIN CREATEROLE PASSWORD ${literal(password)}`;
  await postgres.query(role);
  await postgres.query(`GRANT ${quote(`${name}_user`)} TO ${quote(username)} WITH ADMIN OPTION`);
  const { host, port } = address;
  return { engine: "postgres", host, port, username, password };
}

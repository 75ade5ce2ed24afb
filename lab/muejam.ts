import { createAdministrator, createOwner } from "./postgres/roles.ts";
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
  const password = await createOwner(postgres, { username, database: name });
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

/** The administrator of such a database. */
export async function createMuejamAdmin(
  postgres: PostgresServer,
  address: { host: string; port: number },
  name: string,
): Promise<AdminSecret> {
  const username = `${name}_admin`;
  const password = await createAdministrator(postgres, { username, of: `${name}_user` });
  const { host, port } = address;
  return { engine: "postgres", host, port, username, password };
}

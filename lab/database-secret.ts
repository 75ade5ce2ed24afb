import type { Address, Server } from "./server.ts";

/** The secret of a database as an application has it: the login's parts, and the same again in a URL. */
export interface DatabaseSecret {
  connection_string: string;
  host: string;
  port: string;
  database: string;
  username: string;
  password: string;
  rotated_at: string;
}

export const databaseSecretId = "production/database/primary";

export const adminSecretId = "production/database/admin";

/** AWS's own layout of a database secret, for an administrator. */
export interface AdminSecret {
  /** The server's type, as AWS names it. */
  engine: string;
  host: string;
  port: number;
  username: string;
  password: string;
}

/**
 * Makes a database with its owner, and the secret's value for it.
 * @param address where clients find the server, according to the secret
 * @param username of the owner
 */
export async function createDatabase(
  server: Server,
  { host, port }: Address,
  name: string,
  username = `${name}_user`,
): Promise<DatabaseSecret> {
  const password = await server.newOwner({ username, database: name });
  const login = { host, port: String(port), database: name, username, password };
  return { connection_string: server.url(login), ...login, rotated_at: "2024-01-01T00:00:00Z" };
}

/** Makes the administrator of such a database. */
export async function createAdmin(
  server: Server,
  { host, port }: Address,
  name: string,
): Promise<AdminSecret> {
  const username = `${name}_admin`;
  const password = await server.newAdministrator(username, `${name}_user`);
  return { engine: server.type, host, port, username, password };
}

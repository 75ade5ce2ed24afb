import pg from "pg";
import type { Login } from "../login.ts";

/** Whether the server accepts this login, over verified TLS. */
export async function logsIn(server: { readonly ca: string }, login: Login): Promise<boolean> {
  const { host, port, database, username: user, password } = login;
  const client = new pg.Client({
    host,
    port: Number(port),
    database,
    user,
    password,
    ssl: { ca: server.ca },
    connectionTimeoutMillis: 5000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && ["28P01", "28000"].includes(error.code ?? ""))
      return false;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

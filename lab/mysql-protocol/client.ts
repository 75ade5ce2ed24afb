import mysql from "mysql2/promise";
import type { Login } from "../login.ts";
import type { Client } from "../server.ts";

const timeoutMs = 5_000;

/** Over verified TLS. An IP address is not checked against the certificate: the driver cannot. */
export async function connect(login: Login, ca: string): Promise<mysql.Connection> {
  const connection = await mysql.createConnection({
    host: login.host,
    port: Number(login.port),
    database: login.database,
    user: login.username,
    password: login.password,
    ssl: { ca },
    connectTimeout: timeoutMs,
  });
  connection.on("error", () => {}); // a connection that breaks fails the call under way as well
  return connection;
}

/** With the driver that most applications on Node use. */
export const client: Client = {
  async open(login, ca) {
    const connection = await connect(login, ca);
    const close = () => connection.end().catch(() => {});
    try {
      await connection.query({ sql: "SELECT current_user()", timeout: timeoutMs });
    } catch (error) {
      void close();
      throw error;
    }
    return { [Symbol.asyncDispose]: close };
  },
};

/** Whether the server accepts this login. */
export async function logsIn(login: Login, ca: string): Promise<boolean> {
  try {
    await (await connect(login, ca)).end();
    return true;
  } catch (error) {
    if ((error as { errno?: number }).errno === 1045) return false;
    throw error;
  }
}

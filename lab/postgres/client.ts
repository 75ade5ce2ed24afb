import pg from "pg";
import type { Client } from "../server.ts";

const timeoutMs = 5_000;

export const client: Client = {
  async open({ host, port, database, username: user, password }, ca) {
    const connection = new pg.Client({
      host,
      port: Number(port),
      database,
      user,
      password,
      ssl: { ca },
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    connection.on("error", () => {}); // a connection that breaks fails the call under way as well
    const close = () => connection.end().catch(() => {});
    try {
      await connection.connect();
      await connection.query("SELECT current_user");
    } catch (error) {
      void close();
      throw error;
    }
    return { [Symbol.asyncDispose]: close };
  },
};

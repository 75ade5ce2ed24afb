import { randomUUID } from "node:crypto";
import {
  type MariadbOptions,
  type MariadbServer,
  startMariadb,
} from "../../../../lab/mariadb/server.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { quoteName, quoteText } from "../../../../lib/rotators/mysql-protocol/quoting.ts";
import { type EngineFixture, newPassword } from "../../../contracts/engine.ts";

export interface MariadbFixture extends EngineFixture {
  readonly server: MariadbServer;
  /** The login of a user that exists already, or not. */
  loginOf(username: string): Login;
  /** An administrator with the documented rights, and no other. */
  newAdmin(): Promise<Login>;
  /** The host names of each call are loopback's. */
  newUserOn(host: string, username?: string): Promise<Login>;
}

export async function openMariadbFixture(options?: MariadbOptions): Promise<MariadbFixture> {
  const server = await startMariadb(options);
  const { host, port, ca, query } = { ...server, query: (sql: string) => server.query(sql) };
  const loginOf = (username: string): Login => ({
    host,
    port,
    database: "information_schema",
    username,
    password: newPassword(),
    ca: { pem: ca },
    passwordForm: "verifier",
  });
  const newName = () => `user_${randomUUID().slice(0, 8)}`;
  const newUserOn = async (from: string, username = newName()) => {
    const login = loginOf(username);
    const account = `${quoteName(username)}@${quoteName(from)}`;
    await query("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'");
    await query(`CREATE USER ${account} IDENTIFIED BY ${quoteText(login.password.reveal())}`);
    return login;
  };
  return {
    server,
    loginOf,
    newUserOn,
    newUser: (username) => newUserOn("%", username),
    async newAdmin() {
      const login = await newUserOn("%");
      await query(`GRANT CREATE USER ON *.* TO ${quoteName(login.username)}`);
      await query(`GRANT SELECT ON mysql.user TO ${quoteName(login.username)}`);
      return login;
    },
    async stored(username) {
      const rows = await query(
        `SELECT * FROM mysql.global_priv WHERE User = ${quoteText(username)}`,
      );
      return JSON.stringify(rows);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(server[Symbol.asyncDispose]()),
  };
}

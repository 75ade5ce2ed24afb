import { randomUUID } from "node:crypto";
import { type MysqlOptions, startMysql } from "../../../../lab/mysql/server.ts";
import type { LocalServer } from "../../../../lab/mysql-protocol/server.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { quoteName, quoteText } from "../../../../lib/rotators/mysql-protocol/quoting.ts";
import { type EngineFixture, newPassword } from "../../../contracts/engine.ts";
import type { SecondPasswordFixture } from "../../../contracts/second-password.ts";

export interface MysqlFixture extends EngineFixture, SecondPasswordFixture {
  readonly server: LocalServer;
  newUser(username?: string): Promise<Login>;
  /** The login of a user that exists already, or not. */
  loginOf(username: string): Login;
  /** A user that may log in from there alone. */
  newUserOn(host: string, username?: string): Promise<Login>;
}

export async function openMysqlFixture(options?: MysqlOptions): Promise<MysqlFixture> {
  const server = await startMysql(options);
  const { host, port, ca, query } = server;
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
  const granted = async (login: Login, ...rights: readonly string[]) => {
    for (const right of rights) await query(`GRANT ${right} TO ${quoteName(login.username)}`);
    return login;
  };
  return {
    server,
    loginOf,
    newUserOn,
    newUser: async (username) =>
      granted(await newUserOn("%", username), "APPLICATION_PASSWORD_ADMIN ON *.*"),
    newPlainUser: () => newUserOn("%"),
    newAdmin: async () =>
      granted(await newUserOn("%"), "CREATE USER ON *.*", "SELECT ON mysql.user"),
    async give(username, [main, other]) {
      const user = quoteName(username);
      const is = (password: typeof main) => `IDENTIFIED BY ${quoteText(password.reveal())}`;
      await query(`ALTER USER ${user} ${is(other ?? main)}`);
      await query(`ALTER USER ${user} DISCARD OLD PASSWORD`);
      if (other) await query(`ALTER USER ${user} ${is(main)} RETAIN CURRENT PASSWORD`);
    },
    async stored(username) {
      const rows = await query(`SELECT * FROM mysql.user WHERE User = ${quoteText(username)}`);
      return JSON.stringify(rows);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

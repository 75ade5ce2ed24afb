import { randomUUID } from "node:crypto";
import type { MariadbOptions } from "../../../../../lab/mariadb/server.ts";
import { connect } from "../../../../../lab/mysql-protocol/client.ts";
import type { Login } from "../../../../../lib/rotators/login/login.ts";
import { accountName, quoteName } from "../../../../../lib/rotators/mysql-protocol/quoting.ts";
import type { Application, PairFixture } from "../../../../contracts/pair.ts";
import { type MariadbFixture, openMariadbFixture } from "../fixture.ts";

export interface MariadbPairFixture extends PairFixture, Pick<MariadbFixture, "server"> {
  newUserOn: MariadbFixture["newUserOn"];
  /** As superuser. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** The name of the owner's database. */
  databaseOf(owner: string): string;
}

export async function openPairFixture(options?: MariadbOptions): Promise<MariadbPairFixture> {
  const fixture = await openMariadbFixture(options);
  const databases = new Map<string, string>();
  const databaseOf = (owner: string) => databases.get(owner) ?? "";
  const query = (sql: string) => fixture.server.query(sql);
  return {
    server: fixture.server,
    query,
    databaseOf,
    newUser: fixture.newUser,
    newUserOn: fixture.newUserOn,
    async stored(username) {
      const stored = await fixture.stored(username);
      return stored === "[]" ? undefined : stored;
    },
    async newOwner(username) {
      const login = await fixture.newUser(username);
      const database = `db_${randomUUID().slice(0, 8)}`;
      databases.set(login.username, database);
      await query(`CREATE DATABASE ${database}`);
      await query(`GRANT ALL ON ${database}.* TO ${quoteName(login.username)}`);
      return { ...login, database };
    },
    async newAdmin(owner) {
      const login = await fixture.newUser();
      const name = quoteName(login.username);
      await query(`GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO ${name}`);
      await query(`GRANT SELECT ON mysql.* TO ${name}`);
      await query(`GRANT ALL PRIVILEGES ON ${databaseOf(owner)}.* TO ${name} WITH GRANT OPTION`);
      return login;
    },
    connect: (login) => application(login),
    [Symbol.asyncDispose]: () => Promise.resolve(fixture[Symbol.asyncDispose]()),
  };
}

export const account = (username: string, host = "%"): string => accountName(username, host);

async function application({ password, ca, ...to }: Login): Promise<Application> {
  const pem = typeof ca === "object" ? ca.pem : "";
  const connection = await connect({ ...to, password: password.reveal() }, pem);
  const ended = new Promise<void>((resolve) => {
    connection.on("error", () => resolve());
    connection.on("end", () => resolve());
  });
  return {
    async query(sql) {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
    ended,
    [Symbol.asyncDispose]: () => connection.end().catch(() => {}),
  };
}

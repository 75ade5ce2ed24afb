import { randomUUID } from "node:crypto";
import type { MysqlOptions } from "../../../../../lab/mysql/server.ts";
import { mysql } from "../../../../../lib/rotators/mysql/mysql.ts";
import { quoteName, quoteText } from "../../../../../lib/rotators/mysql-protocol/quoting.ts";
import { application } from "../../mysql-protocol/application.ts";
import { openSceneOn, type SceneFixture } from "../../mysql-protocol/scene.ts";
import { type MysqlFixture, openMysqlFixture } from "../fixture.ts";

export { account } from "../../mysql-protocol/application.ts";

export interface MysqlPairFixture
  extends SceneFixture,
    Pick<MysqlFixture, "server" | "newUserOn"> {}

export async function openPairFixture(options?: MysqlOptions): Promise<MysqlPairFixture> {
  const fixture = await openMysqlFixture(options);
  const databases = new Map<string, string>();
  const databaseOf = (owner: string) => databases.get(owner) ?? "";
  const { server, newUserOn, newPlainUser } = fixture;
  const { query } = server;
  return {
    server,
    query,
    databaseOf,
    newUser: (username) => newUserOn("%", username),
    newUserOn,
    async stored(username) {
      const rows = await query(
        `SELECT CAST(User_attributes AS CHAR), user.* FROM mysql.user WHERE User = ${quoteText(username)}`,
      );
      return rows.length > 0 ? JSON.stringify(rows) : undefined;
    },
    async newOwner(username) {
      const login = await newUserOn("%", username);
      const database = `db_${randomUUID().slice(0, 8)}`;
      databases.set(login.username, database);
      await query(`CREATE DATABASE ${database}`);
      await query(`GRANT ALL ON ${database}.* TO ${quoteName(login.username)}`);
      return { ...login, database };
    },
    async newAdmin(owner) {
      const login = await newPlainUser();
      const name = quoteName(login.username);
      await query(`GRANT CREATE USER, PROCESS, CONNECTION_ADMIN ON *.* TO ${name}`);
      await query(`GRANT SELECT ON mysql.* TO ${name}`);
      await query(`GRANT ALL PRIVILEGES ON ${databaseOf(owner)}.* TO ${name} WITH GRANT OPTION`);
      return login;
    },
    connect: application,
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

export const openScene = (fixture: MysqlPairFixture) => openSceneOn(mysql, fixture);

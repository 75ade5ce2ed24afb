import { randomUUID } from "node:crypto";
import type { MariadbOptions } from "../../../../../lab/mariadb/server.ts";
import { quoteName } from "../../../../../lib/rotators/mysql-protocol/quoting.ts";
import { application } from "../../mysql-protocol/application.ts";
import type { SceneFixture } from "../../mysql-protocol/scene.ts";
import { type MariadbFixture, openMariadbFixture } from "../fixture.ts";

export { account } from "../../mysql-protocol/application.ts";

export interface MariadbPairFixture extends SceneFixture, Pick<MariadbFixture, "server"> {
  newUserOn: MariadbFixture["newUserOn"];
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
    connect: application,
    [Symbol.asyncDispose]: () => Promise.resolve(fixture[Symbol.asyncDispose]()),
  };
}

import { mariadb } from "../../../../../lib/rotators/mariadb/mariadb.ts";
import { anyTime } from "../../../../contracts/engine.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { account, type MariadbPairFixture } from "./fixture.ts";

/** A pair on a server, with what a superuser does to it. */
export async function openScene(fixture: MariadbPairFixture) {
  const all = await Cast.on(mariadb, fixture);
  const { owner, clone } = all.pair;
  const database = fixture.databaseOf(owner);
  const lines = async (sql: string) =>
    (await fixture.query(sql)).map((row) => String(Object.values(row)[0]));
  /** What the server says of an account, with the names of the pair's users taken out. */
  const said = async (sql: string) =>
    (await lines(sql))
      .filter((line) => !line.includes("quarterturn"))
      .map((line) =>
        line
          .replaceAll(clone, "USER")
          .replaceAll(owner, "USER")
          .replace(/ IDENTIFIED .*?'.*?'/, ""),
      )
      .toSorted();
  return {
    all,
    owner,
    clone,
    database,
    query: fixture.query,
    grants: (username: string, host = "%") => said(`SHOW GRANTS FOR ${account(username, host)}`),
    definition: (username: string, host = "%") =>
      said(`SHOW CREATE USER ${account(username, host)}`),
    check: () => all.do(all.admin, (pairs) => pairs.requireAdministrable(all.pair, anyTime())),
  };
}

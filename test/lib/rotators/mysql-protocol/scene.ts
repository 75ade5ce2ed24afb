import type { Engine } from "../../../../lib/rotators/login/engine.ts";
import { anyTime } from "../../../contracts/engine.ts";
import { Cast, type PairFixture } from "../../../contracts/pair.ts";
import { account } from "./application.ts";

export interface SceneFixture extends PairFixture {
  /** As superuser. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** The name of the owner's database. */
  databaseOf(owner: string): string;
}

/** A pair on a server of MySQL's protocol, with what a superuser does to it. */
export async function openSceneOn(engine: Engine, fixture: SceneFixture) {
  const all = await Cast.on(engine, fixture);
  const { owner, clone } = all.pair;
  const database = fixture.databaseOf(owner);
  const lines = async (sql: string) =>
    (await fixture.query(sql)).map((row) => String(Object.values(row)[0]));
  /** What the server says of an account, without the names of the pair's users, passwords and marks. */
  const said = async (sql: string) =>
    (await lines(sql))
      .map((line) => line.replace(/ ATTRIBUTE '.*'$/, ""))
      .filter((line) => !line.includes("quarterturn"))
      .map((line) =>
        line
          .replaceAll(clone, "USER")
          .replaceAll(owner, "USER")
          // A salt may have quotes in it, which MySQL writes as they are.
          .replace(/ IDENTIFIED WITH '\w+' AS .*?(?= DEFAULT ROLE | REQUIRE )/s, "")
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
    check: () =>
      all.do(all.admin, (pairs) => pairs.requireAdministrable(all.pair, anyTime(), all.owner)),
  };
}

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Login } from "../../../../../lib/rotators/login/login.ts";
import { postgres } from "../../../../../lib/rotators/postgres/postgres.ts";
import { anyTime } from "../../../../contracts/engine.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { type PostgresPairFixture, quote } from "./fixture.ts";

/** As pg_cron 1.6 makes it: a row policy shows a user its own jobs only. */
const cron = (owner: string) => `
  CREATE SCHEMA cron;
  CREATE TABLE cron.job (jobid bigserial PRIMARY KEY, schedule text NOT NULL, command text NOT NULL,
    nodename text NOT NULL DEFAULT 'localhost', nodeport int NOT NULL DEFAULT 5432,
    database text NOT NULL DEFAULT current_database(), username text NOT NULL DEFAULT current_user,
    active boolean NOT NULL DEFAULT true, jobname text);
  GRANT SELECT ON cron.job TO public;
  ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY;
  CREATE POLICY cron_job_policy ON cron.job USING (username = CURRENT_USER);
  GRANT USAGE ON SCHEMA cron TO ${quote(owner)};
  INSERT INTO cron.job (schedule, command, username) VALUES ('@daily', 'VACUUM', 'somebody')`;

/** What logs in as the owner inside the server, and could not once the owner is retired. */
export function insideTests(fixture: () => PostgresPairFixture, major: number): void {
  const require = (all: Cast, as: Login) =>
    all.do(as, (pairs) => pairs.requireNothingInside(all.pair, anyTime()));
  const refusal = (all: Cast, what: string) => ({
    code: "NOT_CARRIED",
    happened: expect.stringContaining(`${what} of user ${all.pair.owner} cannot be given`),
  });
  const statementsIn = (remedy: string) => /Run as a superuser[^:]*: (.*)$/.exec(remedy)?.[1] ?? "";

  async function cast() {
    const all = await Cast.on(postgres, fixture());
    const database = `db_${randomUUID().slice(0, 8)}`;
    await fixture().query(`CREATE DATABASE ${database} OWNER ${quote(all.pair.owner)}`);
    const clone = await all.align(all.pair.clone);
    const query = (sql: string) => fixture().server.query(sql, [], database);
    return { all, query, owner: { ...all.owner, database }, clone: { ...clone, database } };
  }

  describe.concurrent("what logs in inside the server", () => {
    it("is seen as jobs of pg_cron by both users, with the statements that cure it", async () => {
      const { all, query, owner, clone } = await cast();
      await require(all, owner);
      await query(cron(all.pair.owner));
      await require(all, owner);
      await query(
        `INSERT INTO cron.job (schedule, command, username) VALUES ('@daily', 'SELECT 1', '${all.pair.owner}')`,
      );
      await expect(require(all, clone)).rejects.toMatchObject(
        refusal(all, "the jobs in pg_cron (1)"),
      );
      const { remedy } = await require(all, owner).then(
        () => expect.unreachable(),
        (error) => error,
      );
      await query(statementsIn(remedy));
      await require(all, owner);
      const jobs = await query(
        "SELECT count(*)::int AS count FROM cron.job WHERE username ~ '_jobs$'",
      );
      expect(jobs).toEqual([{ count: 1 }]);
    });

    it.each([
      ["a table with other columns", "CREATE TABLE cron.job (id int, username text)"],
      [
        "a table with columns of other types",
        "CREATE TABLE cron.job (schedule text, command text, username int, active text)",
      ],
      [
        "a view that fails",
        `CREATE VIEW cron.job AS SELECT ''::text AS schedule, ''::text AS command,
           (1 / (random() * 0)::int)::text AS username, true AS active`,
      ],
    ])("is not looked for in %s of the same name", async (_, create) => {
      const { all, query, owner } = await cast();
      const name = quote(all.pair.owner);
      await query(`CREATE SCHEMA cron; GRANT USAGE ON SCHEMA cron TO ${name}`);
      await query(`${create}; GRANT SELECT ON cron.job TO ${name}`);
      await require(all, owner);
    });

    it("is not seen in a pg_cron that the owner may not use", async () => {
      const { all, query, owner } = await cast();
      await query(cron(all.pair.owner));
      await query(`REVOKE USAGE ON SCHEMA cron FROM ${quote(all.pair.owner)}`);
      await require(all, owner);
    });

    if (major >= 16)
      it("is seen as an enabled subscription", async () => {
        const { all, query, owner } = await cast();
        const name = `sub_${randomUUID().slice(0, 8)}`;
        await query(
          `CREATE SUBSCRIPTION ${name} CONNECTION 'host=127.0.0.1 port=1 password=x' PUBLICATION p
         WITH (connect = false, slot_name = 's')`,
        );
        await query(`ALTER SUBSCRIPTION ${name} OWNER TO ${quote(all.pair.owner)}`);
        await require(all, owner);
        await query(`ALTER SUBSCRIPTION ${name} ENABLE`);
        const { remedy } = await require(all, owner).then(
          () => expect.unreachable(),
          (error) => error,
        );
        await query(statementsIn(remedy));
        await require(all, owner);
        await query(`ALTER SUBSCRIPTION ${name} DISABLE`);
        await query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
        await query(`DROP SUBSCRIPTION ${name}`);
      });
  });
}

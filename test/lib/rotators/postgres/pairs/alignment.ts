import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { postgres } from "../../../../../lib/rotators/postgres/postgres.ts";
import { anyTime, newPassword } from "../../../../contracts/engine.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { literal, type PostgresPairFixture, quote } from "./fixture.ts";

/** What the clone is made of, and what it is given of the owner. */
export function alignmentTests(fixture: () => PostgresPairFixture): void {
  const query = (sql: string) => fixture().query(sql);
  const roleOf = async (name: string) =>
    (await query(`SELECT * FROM pg_roles WHERE rolname = ${literal(name)}`))[0];

  /** All but `role`, in the order of the catalog. */
  async function settingsOf(role: string) {
    return query(`SELECT coalesce(datname, '') AS database, array_agg(entry ORDER BY entry) AS settings
      FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) entry
      WHERE setrole = ${literal(role)}::regrole AND entry NOT LIKE 'role=%' GROUP BY 1 ORDER BY 1`);
  }

  describe.concurrent("a clone", () => {
    it("is a marked, inheriting member of the owner with its role setting", async () => {
      const { pair, clone } = await aligned();
      expect(await roleOf(pair.clone)).toMatchObject({
        rolcanlogin: true,
        rolinherit: true,
        rolconfig: [`role=${pair.owner}`],
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolconnlimit: -1,
      });
      const [{ mark } = {}] = await query(
        `SELECT shobj_description(${literal(pair.clone)}::regrole, 'pg_authid') AS mark`,
      );
      expect(mark).toBe(`quarterturn: stands in for ${pair.owner}`);
      const memberships = await query(
        `SELECT to_jsonb(m) AS of FROM pg_auth_members m WHERE member = ${literal(pair.clone)}::regrole`,
      );
      const options = fixture().roleOptions ? { inherit_option: true, set_option: true } : {};
      expect(memberships).toEqual([
        { of: expect.objectContaining({ ...options, admin_option: false }) },
      ]);
      await using application = await fixture().connect(clone);
      const who = await application.query("SELECT session_user::text, current_user::text");
      expect(who).toEqual([{ session_user: pair.clone, current_user: pair.owner }]);
    });

    it("acts as the owner after everything that a pool resets a connection by", async () => {
      const { pair, clone } = await aligned();
      await using application = await fixture().connect(clone);
      for (const reset of [
        "RESET ROLE",
        "DISCARD ALL",
        "RESET ALL",
        "RESET SESSION AUTHORIZATION",
      ]) {
        await application.query(reset);
        expect(await application.query("SELECT current_user::text AS name")).toEqual([
          { name: pair.owner },
        ]);
      }
    });

    it("gets the owner's settings exactly, and loses them with the owner", async () => {
      const { all, pair } = await aligned();
      const owner = quote(pair.owner);
      const settings = [
        `search_path TO "weird, schema", "$user", public, "a""b;'c"`,
        "work_mem TO '7MB'",
        "default_transaction_read_only TO on",
        "DateStyle TO 'German, DMY'",
        "TimeZone TO 'Europe/Vienna'",
        "application_name TO 'it''s; DROP ROLE x \\ --'",
        "default_text_search_config TO 'none.of_that_name'",
      ];
      for (const setting of settings) await query(`ALTER ROLE ${owner} SET ${setting}`);
      const inDatabase = `ALTER ROLE ${owner} IN DATABASE postgres SET`;
      await query(
        `${inDatabase} search_path TO "one, two", three; ${inDatabase} work_mem TO '9MB'`,
      );
      expect((await all.align(pair.clone)).notices).toEqual([]);
      expect(await settingsOf(pair.clone)).toEqual(await settingsOf(pair.owner));
      expect(await settingsOf(pair.clone)).toHaveLength(2);

      await query(`ALTER ROLE ${owner} RESET work_mem; ALTER ROLE ${owner} SET lock_timeout TO 5`);
      await query(`ALTER ROLE ${owner} IN DATABASE postgres RESET ALL`);
      const clone = await all.align(pair.clone);
      expect(await settingsOf(pair.clone)).toEqual(await settingsOf(pair.owner));
      expect(await settingsOf(pair.clone)).toHaveLength(1);
      await all.requireActsAs(clone);
    });

    it("is made all the same where a setting has a value that the server refuses", async () => {
      const { all, pair } = await aligned();
      const owner = `ALTER ROLE ${quote(pair.owner)} SET`;
      await query(`${owner} work_mem TO '8MB'; ${owner} temp_tablespaces TO none_of_that_name`);
      const clone = await all.align(pair.clone);
      expect(clone.notices).toEqual([
        {
          code: "SETTING_NOT_COPIED",
          what: expect.stringContaining(
            `The setting temp_tablespaces of user ${pair.owner} is not`,
          ),
          remedy: expect.stringContaining(`${owner.replace(/SET$/, "RESET")} "temp_tablespaces";`),
        },
      ]);
      expect(await settingsOf(pair.clone)).toEqual([{ database: "", settings: ["work_mem=8MB"] }]);
      await all.requireActsAs(clone);
    });

    it("keeps a setting of its own that only a superuser may remove, and that is told", async () => {
      const { all, pair } = await aligned();
      await query(`ALTER ROLE ${quote(pair.clone)} SET log_min_duration_statement TO 5`);
      const { notices } = await all.align(pair.clone);
      expect(notices).toMatchObject([{ code: "SETTING_NOT_COPIED" }]);
      await query(/Run as a superuser: (.*)$/.exec(notices[0]?.remedy ?? "")?.[1] ?? "");
      expect((await all.align(pair.clone)).notices).toEqual([]);
    });

    it("gets the owner's connection limit, also a later one", async () => {
      const { all, pair } = await aligned();
      for (const limit of [7, -1]) {
        await query(`ALTER ROLE ${quote(pair.owner)} CONNECTION LIMIT ${limit}`);
        await all.align(pair.clone);
        expect(await roleOf(pair.clone)).toMatchObject({ rolconnlimit: limit });
      }
    });

    it("logs in where CONNECT is the owner's and not everybody's", async () => {
      const all = await cast();
      const database = `db_${randomUUID().slice(0, 8)}`;
      await query(`CREATE DATABASE ${database} OWNER ${quote(all.pair.owner)}`);
      await query(`REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`);
      const clone = await all.align(all.pair.clone);
      const there = { ...clone, database };
      expect(await all.accepts(there)).toBe(true);
      await all.requireActsAs(there);
    });

    it("cannot be had of an owner that itself acts as somebody else", async () => {
      const all = await cast();
      const group = await fixture().newUser();
      await query(`GRANT ${quote(group.username)} TO ${quote(all.pair.owner)}`);
      await query(`ALTER ROLE ${quote(all.pair.owner)} SET role TO ${quote(group.username)}`);
      await expect(all.align(all.pair.clone)).rejects.toMatchObject({
        code: "PAIR_UNUSABLE",
        message: expect.stringContaining(`makes it act as ${group.username}`),
      });
      expect(await fixture().stored(all.pair.clone)).toBeUndefined();
    });
  });

  describe.concurrent("a clone that somebody else made", () => {
    it("in the AWS template's way is aligned, and hands over what it owns", async () => {
      const { all, pair, clone: old } = await template();
      await all.run(old, "CREATE TABLE cloned (a int)", "CREATE VIEW seen AS TABLE cloned");
      const clone = await all.align(pair.clone);
      const owns = () =>
        all.do(all.admin, async (pairs) => pairs.ownership?.cloneOwnsObjects(pair, anyTime()));
      expect(await owns()).toBe(true);
      await all.do(clone, async (pairs) => pairs.ownership?.takeOver(pair, anyTime()));
      expect(await owns()).toBe(false);
      await all.requireActsAs(clone);
      await all.run(all.owner, "ALTER TABLE cloned ADD b int");
      await all.run(clone, "DROP VIEW seen", "DROP TABLE cloned");
    });

    it("is left alone when it is a superuser, who is a member of everybody", async () => {
      const all = await cast();
      const { username } = await fixture().newUser(all.pair.clone);
      await query(`ALTER ROLE ${quote(username)} SUPERUSER`);
      const before = await fixture().stored(username);
      const root = await fixture().newUser();
      await query(`ALTER ROLE ${quote(root.username)} SUPERUSER`);
      for (const admin of [all.admin, root])
        await expect(all.align(username, { as: admin })).rejects.toMatchObject({
          code: "CLONE_FOREIGN",
        });
      expect(await fixture().stored(username)).toBe(before);
    });
  });

  function cast(): Promise<Cast> {
    return Cast.on(postgres, fixture());
  }

  async function aligned() {
    const all = await cast();
    return { all, pair: all.pair, clone: await all.align(all.pair.clone) };
  }

  /** As the AWS template makes it: it acts as itself, and owns what it creates. */
  async function template() {
    const all = await cast();
    const clone = { ...all.owner, username: all.pair.clone, password: newPassword() };
    const [name, owner] = [quote(clone.username), quote(all.pair.owner)];
    await using admin = await fixture().connect(all.admin);
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD ${literal(clone.password.reveal())}`);
    await admin.query(`GRANT ${owner} TO ${name}`);
    await query(`ALTER ROLE ${name} SET search_path TO ${owner}`);
    return { all, pair: all.pair, clone };
  }
}

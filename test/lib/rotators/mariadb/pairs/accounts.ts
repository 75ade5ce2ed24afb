import { describe, expect, it } from "vitest";
import { nativeHash } from "../../../../../lib/rotators/mysql-protocol/authentication.ts";
import { account, type MariadbPairFixture } from "./fixture.ts";
import { openScene } from "./scene.ts";

/** Users are as many accounts as there are hosts, each with its conditions. */
export function accountTests(fixture: () => MariadbPairFixture): void {
  const scene = () => openScene(fixture());

  describe("a second user's accounts", () => {
    it("are on the owner's hosts, on localhost alone, too", async () => {
      const { all, query, owner, clone, grants } = await scene();
      await query(`RENAME USER ${account(owner)} TO ${account(owner, "localhost")}`);
      const login = await all.align(clone);
      expect(await grants(clone, "localhost")).toEqual(await grants(owner, "localhost"));
      expect(await all.accepts(login)).toBe(true);
      await all.disable(clone);
      expect(await all.accepts(login)).toBe(false);
    });

    it("are made for hosts that the owner gets later, and all are closed", async () => {
      const { all, query, owner, clone, grants, definition } = await scene();
      await all.align(clone);
      const same = `IDENTIFIED VIA mysql_native_password USING '${nativeHash(all.owner.password)}'`;
      await query(`CREATE USER ${account(owner, "10.1.%")} ${same}`);
      await query(`GRANT SELECT ON mysql.* TO ${account(owner, "10.1.%")}`);
      await query(`GRANT SELECT ON mysql.* TO ${account(all.admin.username)} WITH GRANT OPTION`);
      await all.align(clone);
      for (const host of ["%", "10.1.%"])
        expect(await grants(clone, host)).toEqual(await grants(owner, host));
      await all.disable(clone);
      for (const host of ["%", "10.1.%"])
        expect(await definition(clone, host)).toEqual([expect.stringContaining("ACCOUNT LOCK")]);
    });

    it("have the owner's REQUIRE and limits, and lose them with it", async () => {
      const { all, query, owner, clone, definition } = await scene();
      await query(
        `ALTER USER ${account(owner)} REQUIRE SSL WITH MAX_USER_CONNECTIONS 7 MAX_STATEMENT_TIME 1.5`,
      );
      const alike = async () => [
        (await definition(clone)).map((line) => line.replace(" PASSWORD EXPIRE NEVER", "")),
        await definition(owner),
      ];
      await all.align(clone);
      const [now, wanted] = await alike();
      expect(now).toEqual(wanted);
      expect(String(now)).toContain("MAX_USER_CONNECTIONS 7 MAX_STATEMENT_TIME 1.5");
      await query(
        `ALTER USER ${account(owner)} REQUIRE NONE WITH MAX_USER_CONNECTIONS 0 MAX_STATEMENT_TIME 0`,
      );
      await all.align(clone);
      const [after, bare] = await alike();
      expect(after).toEqual(bare);
      expect(String(after)).not.toContain("MAX_");
    });

    it("whose limits somebody changed while they were in use are told", async () => {
      const { all, query, owner, clone } = await scene();
      await all.align(clone);
      await all.disable(owner);
      await query(`ALTER USER ${account(clone)} WITH MAX_USER_CONNECTIONS 9`);
      const { notices } = await all.align(owner);
      expect(notices).toEqual([
        expect.objectContaining({
          code: "SETTING_NOT_COPIED",
          remedy: expect.stringContaining("MAX_USER_CONNECTIONS 9"),
        }),
      ]);
    });

    it("never expire, nor does the owner's, which is told", async () => {
      const { all, query, owner, clone, definition } = await scene();
      await query(`ALTER USER ${account(owner)} PASSWORD EXPIRE INTERVAL 30 DAY`);
      const { notices } = await all.align(clone);
      expect(notices).toMatchObject([
        { code: "PASSWORD_EXPIRES", what: expect.stringContaining("INTERVAL 30 DAY") },
      ]);
      for (const user of [owner, clone])
        expect(await definition(user)).toEqual([expect.stringContaining("PASSWORD EXPIRE NEVER")]);
      expect((await all.align(clone)).notices).toEqual([]);
    });

    it("stay closed where somebody locked the owner's", async () => {
      const { all, query, owner, clone, definition } = await scene();
      const locked = account(owner, "10.9.%");
      await query(`CREATE USER ${locked} IDENTIFIED BY 'x' ACCOUNT LOCK`);
      await all.align(clone);
      expect(await definition(clone, "10.9.%")).toEqual([expect.stringContaining("ACCOUNT LOCK")]);
      await all.disable(owner);
      await all.align(owner);
      expect(await definition(owner, "10.9.%")).toEqual([expect.stringContaining("ACCOUNT LOCK")]);
    });

    it("are not made where the owner's have different passwords or other methods", async () => {
      const { all, query, owner, clone, check } = await scene();
      const refused = (part: string) => ({
        code: "NOT_CARRIED",
        message: expect.stringContaining(part),
      });
      await query(`CREATE USER ${account(owner, "10.2.%")} IDENTIFIED BY 'another'`);
      await expect(all.align(clone)).rejects.toMatchObject(refused("the different passwords of"));
      await expect(check()).rejects.toMatchObject(refused("the different passwords of"));
      await query(`DROP USER ${account(owner, "10.2.%")}`);
      await query(
        `ALTER USER ${account(owner)} IDENTIFIED VIA unix_socket OR mysql_native_password USING 'invalid'`,
      );
      await expect(all.align(clone)).rejects.toMatchObject(refused("the method unix_socket of"));
      await query(
        `ALTER USER ${account(owner)} IDENTIFIED VIA mysql_native_password USING 'invalid' OR mysql_native_password USING 'invalid'`,
      );
      await expect(all.align(clone)).rejects.toMatchObject(refused("several passwords of"));
      expect(await fixture().stored(clone)).toBeUndefined();
    });

    it("of hosts that the owner has not are told, with the way out", async () => {
      const { all, query, owner, clone } = await scene();
      await all.align(clone);
      const more = account(clone, "10.3.%");
      await query(`CREATE USER ${more} IDENTIFIED BY 'x'`);
      await expect(all.align(clone)).rejects.toMatchObject({ code: "CLONE_FOREIGN" });
      await all.run(all.admin, `GRANT \`quarterturn: ${owner}\` TO ${more}`);
      await expect(all.align(clone)).rejects.toMatchObject({
        code: "STAND_IN_INCOMPLETE",
        remedy: expect.stringContaining(`DROP USER ${more};`),
      });
    });
  });

  describe("somebody else of the second user's name", () => {
    it("becomes the second user by the statements that the error names", async () => {
      const { all, owner, clone, grants } = await scene();
      await fixture().newUser(clone);
      const error = await all.align(clone).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: "CLONE_FOREIGN" });
      const [, statements = ""] = /run as the administrator: (.*);$/.exec(error.remedy) ?? [];
      await all.run(all.admin, ...statements.split("; "));
      await all.requireActsAs(await all.align(clone), all.owner);
      expect(await grants(clone)).toEqual(await grants(owner));
    });
  });

  describe("an anonymous account before the user's own", () => {
    it("is told by name", async () => {
      const { all, query, clone } = await scene();
      const login = await all.align(clone);
      await query(
        `CREATE USER ${account("", "localhost")} IDENTIFIED VIA mysql_native_password USING '${nativeHash(login.password)}'`,
      );
      const acts = all.requireActsAs({ ...login, database: "information_schema" });
      await expect(acts).rejects.toMatchObject({
        code: "STAND_IN_INCOMPLETE",
        message: expect.stringContaining("the server takes it for ``@`localhost`"),
      });
      await query(`DROP USER ${account("", "localhost")}`);
    });
  });

  describe("what either user defines", () => {
    it("works while its definer is out, and views are told", async () => {
      const { all, clone, database, check, owner } = await scene();
      await all.align(clone);
      await all.run(
        all.owner,
        "CREATE TABLE t (a int)",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE FUNCTION f() RETURNS int RETURN (SELECT count(*) FROM t)",
        "CREATE TRIGGER counted BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a + 1",
      );
      expect(await check()).toMatchObject([
        { code: "DEFINER_STAYS", what: expect.stringContaining(`${owner} or ${clone}`) },
      ]);
      await all.disable(owner);
      const login = await all.align(clone);
      await using application = await fixture().connect(login);
      await application.query("INSERT INTO t VALUES (1)");
      expect(await application.query("SELECT v.a, f() AS f, t.a AS t FROM v, t")).toEqual([
        { a: 1, f: 1, t: 2 },
      ]);
      await expect(application.query("ALTER VIEW v AS SELECT 2")).rejects.toMatchObject({
        errno: 1227,
      });
      await application.query("CREATE OR REPLACE VIEW v AS SELECT 3 AS a");
      await application.query("DROP TRIGGER counted");
      expect(database).not.toBe("");
    });
  });
}

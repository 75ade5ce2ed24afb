import { describe, expect, it } from "vitest";
import { mysql } from "../../../../../lib/rotators/mysql/mysql.ts";
import { anyTime, sessionOf } from "../../../../contracts/engine.ts";
import { account, type MysqlPairFixture, openScene } from "./fixture.ts";

/** Users are as many accounts as there are hosts, each with its conditions. */
export function accountTests(fixture: () => MysqlPairFixture): void {
  async function scene() {
    const opened = await openScene(fixture());
    const { all, owner, clone, query } = opened;
    return {
      ...opened,
      ofOwner: (sql: string, host = "%") => query(`ALTER USER ${account(owner, host)} ${sql}`),
      ofClone: (sql: string) => query(`ALTER USER ${account(clone)} ${sql}`),
      /** As `Cast.align`, with the password in use. */
      async alignBeside(current = all.owner) {
        const { password } = all.owner;
        await using session = await sessionOf(mysql, all.admin);
        await session.pairs?.align(all.pair, { username: clone, password }, anyTime(), current);
      },
    };
  }
  const locked = [expect.stringContaining("ACCOUNT LOCK")];

  describe("a second user's accounts", () => {
    it("are on the owner's hosts, whose passwords have salts of their own, and all are closed", async () => {
      const { all, query, owner, clone, grants, definition, ...pair } = await scene();
      const { alignBeside, ofOwner, check } = pair;
      const another = account(owner, "10.1.%");
      await query(`CREATE USER ${another} IDENTIFIED BY '${all.owner.password.reveal()}'`);
      await query(`GRANT SELECT ON mysql.* TO ${another}`);
      await query(`GRANT SELECT ON mysql.* TO ${account(all.admin.username)} WITH GRANT OPTION`);
      expect(await check()).toEqual([]);
      await alignBeside();
      for (const host of ["%", "10.1.%"])
        expect(await grants(clone, host)).toEqual(await grants(owner, host));
      await all.disable(owner);
      for (const host of ["%", "10.1.%"]) expect(await definition(owner, host)).toEqual(locked);
      // As rotations to the owner leave it that were killed between its accounts.
      await ofOwner("IDENTIFIED BY 'one' ACCOUNT UNLOCK");
      await ofOwner("IDENTIFIED BY 'other' ACCOUNT UNLOCK", "10.1.%");
      const login = await all.align(owner);
      expect([await all.accepts(login), await all.accepts(all.owner)]).toEqual([true, false]);
    });

    it("are not made where the owner's have different passwords, or others beside", async () => {
      const { all, query, owner, clone, check, ofOwner, alignBeside } = await scene();
      const refused = (part: string) => ({
        code: "NOT_CARRIED",
        message: expect.stringContaining(part),
      });
      await query(`CREATE USER ${account(owner, "10.2.%")} IDENTIFIED BY 'another'`);
      await expect(alignBeside()).rejects.toMatchObject(refused("the different passwords of"));
      await expect(check()).rejects.toMatchObject(refused("the different passwords of"));
      await query(`DROP USER ${account(owner, "10.2.%")}`);
      await ofOwner("IDENTIFIED BY 'next' RETAIN CURRENT PASSWORD");
      await expect(all.align(clone)).rejects.toMatchObject(refused("several passwords of"));
      await ofOwner("IDENTIFIED WITH sha256_password BY 'next'");
      await expect(all.align(clone)).rejects.toMatchObject(refused("method sha256_password of"));
      await ofOwner(
        "IDENTIFIED WITH caching_sha2_password BY 'next' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1",
      );
      await expect(all.align(clone)).rejects.toMatchObject({ code: "ACCOUNT_LOCKS" });
      expect(await fixture().stored(clone)).toBeUndefined();
    });

    it("have the owner's REQUIRE and limits, and lose them with it", async () => {
      const { all, clone, owner, definition, ofOwner } = await scene();
      const alike = async () => {
        await all.align(clone);
        const [own = ""] = await definition(owner);
        expect(await definition(clone)).toEqual([own.replace("EXPIRE DEFAULT", "EXPIRE NEVER")]);
        return own;
      };
      await ofOwner(
        "REQUIRE SUBJECT '/CN=it''s' AND ISSUER '/CN=a' WITH MAX_USER_CONNECTIONS 7 PASSWORD HISTORY 5 PASSWORD REUSE INTERVAL 3 DAY PASSWORD REQUIRE CURRENT OPTIONAL FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME UNBOUNDED COMMENT 'it''s ACCOUNT LOCK'",
      );
      expect(await alike()).toContain("MAX_USER_CONNECTIONS 7");
      await ofOwner(
        "REQUIRE SSL WITH MAX_USER_CONNECTIONS 0 PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0",
      );
      expect(await alike()).not.toContain("MAX_");
    });

    it("never expire, nor do the owner's, which is told", async () => {
      const { all, clone, owner, definition, ofOwner } = await scene();
      await ofOwner("PASSWORD EXPIRE INTERVAL 30 DAY");
      const { notices } = await all.align(clone);
      expect(notices).toMatchObject([
        { code: "PASSWORD_EXPIRES", what: expect.stringContaining("INTERVAL 30 DAY") },
      ]);
      for (const user of [owner, clone])
        expect(await definition(user)).toEqual([expect.stringContaining("PASSWORD EXPIRE NEVER")]);
    });

    it("have no way in when they are closed: no retained password, no lock that hides it", async () => {
      const { all, owner, clone, ofClone, ofOwner } = await scene();
      await ofOwner("FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 1");
      const login = await all.align(clone);
      await ofClone("IDENTIFIED BY 'next' RETAIN CURRENT PASSWORD");
      expect(await all.accepts(login)).toBe(true);
      await ofClone("ACCOUNT LOCK");
      await all.disable(clone);
      expect(await all.accepts(login)).toBe(false);
      await expect(all.accepts(login)).rejects.toMatchObject({ code: "LOGIN_FORBIDDEN" });
      await all.disable(clone);
      await ofClone("ACCOUNT UNLOCK");
      expect(await all.accepts(login)).toBe(false);
      expect(await fixture().stored(owner)).toContain("failed_login_attempts");
    });
  });

  describe("somebody else of the second user's name", () => {
    it("becomes the second user by the statement that the error names, and by no other mark", async () => {
      const { all, owner, clone, grants, ofClone } = await scene();
      await fixture().newUser(clone);
      await ofClone(`ATTRIBUTE '{"quarterturn": "another"}'`);
      const error = await all.align(clone).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: "CLONE_FOREIGN" });
      const [, statement = ""] = /run as the administrator: (.*);$/.exec(error.remedy) ?? [];
      await all.run(all.admin, statement);
      await all.requireActsAs(await all.align(clone), all.owner);
      expect(await grants(clone)).toEqual(await grants(owner));
    });

    it("cannot get the mark without the right to change accounts", async () => {
      const { all, clone } = await scene();
      const stranger = { ...(await fixture().newUser(clone)), database: "information_schema" };
      const marking = `ALTER USER ${account(clone)} ATTRIBUTE '{"quarterturn": "x"}'`;
      await expect(all.run(stranger, marking)).rejects.toMatchObject({ errno: 1227 });
    });
  });

  it("is refused on a replica, before anything is changed", async () => {
    const { all, check, clone, query } = await scene();
    await query("SET GLOBAL read_only = ON");
    try {
      const readOnly = { code: "READ_ONLY_SERVER", retryable: false };
      await expect(check()).rejects.toMatchObject(readOnly);
      await expect(all.align(clone)).rejects.toMatchObject(readOnly);
      await expect(all.disable(all.pair.owner)).rejects.toMatchObject(readOnly);
    } finally {
      await query("SET GLOBAL read_only = OFF");
    }
    expect(await all.accepts(all.owner)).toBe(true);
  });

  it("what either user defines works while its definer is out, and views are told", async () => {
    const { all, clone, check, owner } = await scene();
    await all.align(clone);
    await all.run(
      all.owner,
      "CREATE TABLE t (a int)",
      "CREATE VIEW v AS SELECT 1 AS a",
      "CREATE FUNCTION f() RETURNS int READS SQL DATA RETURN (SELECT count(*) FROM t)",
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
  });
}

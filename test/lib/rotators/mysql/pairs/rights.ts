import { describe, expect, it } from "vitest";
import { account, type MysqlPairFixture, openScene } from "./fixture.ts";

/** The second user has the owner's rights, no more and no less. */
export function rightsTests(fixture: () => MysqlPairFixture): void {
  /** Each runs these as the superuser first; $OWNER, $CLONE, $ADMIN, $ROLE and $DB are replaced. */
  async function scene(...statements: readonly string[]) {
    const opened = await openScene(fixture());
    const { owner, clone, database, query, all } = opened;
    const filled = (sql: string) =>
      sql
        .replaceAll("$OWNER", account(owner))
        .replaceAll("$CLONE", account(clone))
        .replaceAll("$ADMIN", account(all.admin.username))
        .replaceAll("$ROLE", `role_${database}`)
        .replaceAll("$DB", database);
    const run = async (...more: readonly string[]) => {
      for (const each of more) await query(filled(each));
    };
    await run(...statements);
    return { ...opened, run, filled };
  }

  /** Runs what a PERMISSION_DENIED names. */
  const remedied = async (opened: Awaited<ReturnType<typeof scene>>) => {
    const { remedy } = await opened.check().catch((thrown) => thrown);
    for (const each of remedy.slice("Run: ".length, -1).split("; ")) await opened.query(each);
    return remedy as string;
  };

  describe("the rights of a second user", () => {
    it("are the owner's: of a database, columns, a routine, everywhere, dynamic ones, by roles", async () => {
      const opened = await scene(
        "CREATE TABLE $DB.t (a int, b int)",
        "CREATE PROCEDURE $DB.p() SELECT 1",
        "CREATE ROLE $ROLE, $ROLE2",
        "GRANT SELECT ON mysql.* TO $ROLE",
        "GRANT $ROLE TO $OWNER WITH ADMIN OPTION",
        "GRANT $ROLE2 TO $OWNER",
        "SET DEFAULT ROLE $ROLE, $ROLE2 TO $OWNER",
        "GRANT SELECT (a, b), UPDATE (b) ON $DB.t TO $OWNER WITH GRANT OPTION",
        "GRANT EXECUTE ON PROCEDURE $DB.p TO $OWNER",
        "GRANT RELOAD, PROCESS ON *.* TO $OWNER",
        "GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO $OWNER",
        "GRANT SHOW_ROUTINE ON *.* TO $OWNER WITH GRANT OPTION",
        "GRANT SELECT ON `x\\_%`.* TO $OWNER WITH GRANT OPTION",
      );
      const { all, owner, clone, grants, definition } = opened;
      const remedy = await remedied(opened);
      expect(remedy).toContain(
        opened.filled("GRANT SHOW_ROUTINE ON *.* TO $ADMIN WITH GRANT OPTION"),
      );
      const before = await grants(owner);
      expect(before.length).toBeGreaterThan(8);
      const login = await all.align(clone);
      expect(await grants(clone)).toEqual(before);
      expect(await definition(owner)).toEqual([expect.stringContaining(" DEFAULT ROLE ")]);
      expect(await definition(clone)).toEqual(
        (await definition(owner)).map((each) => each.replace("EXPIRE DEFAULT", "EXPIRE NEVER")),
      );
      await all.requireActsAs(login, all.owner);
      expect(await grants(owner)).toEqual(before);
    });

    it("follow the owner's at each rotation, and lose what they have more", async () => {
      const { all, owner, clone, grants, definition, run } = await scene(
        "CREATE ROLE $ROLE, $ROLE2",
        "GRANT $ROLE TO $OWNER",
        "SET DEFAULT ROLE $ROLE TO $OWNER",
        "GRANT SHOW_ROUTINE ON *.* TO $OWNER",
        "GRANT $ROLE, $ROLE2 TO $ADMIN WITH ADMIN OPTION",
        "GRANT SHOW_ROUTINE, XA_RECOVER_ADMIN ON *.* TO $ADMIN WITH GRANT OPTION",
      );
      await all.align(clone);
      await run(
        "REVOKE ALL ON $DB.* FROM $OWNER",
        "GRANT SELECT, INSERT ON $DB.* TO $OWNER WITH GRANT OPTION",
        "GRANT $ROLE, $ROLE2 TO $CLONE WITH ADMIN OPTION",
        "GRANT SHOW_ROUTINE, XA_RECOVER_ADMIN ON *.* TO $CLONE WITH GRANT OPTION",
      );
      await all.align(clone);
      expect(await grants(clone)).toEqual(await grants(owner));
      await run("SET DEFAULT ROLE NONE TO $OWNER", "REVOKE GRANT OPTION ON $DB.* FROM $OWNER");
      await all.align(clone);
      expect(await grants(clone)).toEqual(await grants(owner));
      expect(await definition(clone)).not.toEqual([expect.stringContaining("DEFAULT ROLE")]);
    });

    it("leave out the databases that the owner's leave out (partial revokes)", async () => {
      const opened = await scene(
        "SET GLOBAL partial_revokes = ON",
        "GRANT SELECT, INSERT, UPDATE ON *.* TO $OWNER",
        "REVOKE INSERT, UPDATE ON mysql.* FROM $OWNER",
        "REVOKE INSERT ON $DB.* FROM $OWNER",
        // An administrator passes on what it has with what that leaves out.
        "GRANT SELECT, INSERT, UPDATE ON *.* TO $ADMIN WITH GRANT OPTION",
        "REVOKE UPDATE ON sys.* FROM $ADMIN",
      );
      const { all, owner, clone, grants, run, filled } = opened;
      expect(await remedied(opened)).toBe(filled("Run: GRANT UPDATE ON `sys`.* TO $ADMIN;"));
      const login = await all.align(clone);
      expect(await grants(clone)).toEqual(await grants(owner));
      expect(await grants(clone)).toContainEqual(expect.stringContaining("REVOKE INSERT, UPDATE"));
      await all.requireActsAs(login, all.owner);
      await run("REVOKE SELECT ON sys.* FROM $CLONE", "GRANT UPDATE ON mysql.* TO $CLONE");
      await expect(all.requireActsAs(login, all.owner)).rejects.toMatchObject({
        code: "STAND_IN_INCOMPLETE",
        message: expect.stringContaining("it lacks SELECT ON *.*"),
      });
      await all.align(clone);
      expect(await grants(clone)).toEqual(await grants(owner));
      await run("REVOKE INSERT ON *.* FROM $OWNER", "GRANT UPDATE ON mysql.* TO $OWNER");
      await all.align(clone);
      expect(await grants(clone)).toEqual(await grants(owner));
    });

    it("that the owner lacks stop a rotation to the owner, with both ways out", async () => {
      const { all, owner, clone, check, run, filled } = await scene();
      const login = await all.align(clone);
      await all.disable(owner);
      await run("GRANT SHOW_ROUTINE ON *.* TO $CLONE");
      const incomplete = {
        code: "STAND_IN_INCOMPLETE",
        message: expect.stringContaining("fewer rights on SHOW_ROUTINE"),
        remedy: filled(
          "Run: GRANT SHOW_ROUTINE ON *.* TO $OWNER; Or, if the application does not need them: REVOKE SHOW_ROUTINE ON *.* FROM $CLONE;",
        ),
      };
      await expect(all.align(owner)).rejects.toMatchObject(incomplete);
      await expect(check()).rejects.toMatchObject(incomplete);
      expect(await all.accepts(login)).toBe(true);
      await run("GRANT SHOW_ROUTINE ON *.* TO $OWNER");
      await all.requireActsAs(await all.align(owner), login);
    });
  });

  describe("what the administrator lacks", () => {
    it.each<[string, string]>([
      ["REVOKE PROCESS ON *.* FROM $ADMIN", "GRANT PROCESS ON *.* TO"],
      ["REVOKE CONNECTION_ADMIN ON *.* FROM $ADMIN", "GRANT CONNECTION_ADMIN ON *.* TO"],
      ["REVOKE CREATE USER ON *.* FROM $ADMIN", "GRANT CREATE USER ON *.* TO"],
      ["REVOKE SELECT ON mysql.* FROM $ADMIN", "GRANT SELECT ON mysql.* TO"],
      ["REVOKE INSERT ON $DB.* FROM $ADMIN", "GRANT ALL PRIVILEGES ON `$DB`.* TO"],
      ["GRANT SYSTEM_USER ON *.* TO $OWNER", "GRANT SYSTEM_USER ON *.* TO $ADMIN;"],
      ["GRANT SUPER ON *.* TO $OWNER", "GRANT SUPER ON *.* TO $ADMIN WITH GRANT OPTION;"],
    ])("is told with the GRANT that cures it: %s", async (statement, grant) => {
      const { all, check, clone, filled } = await scene(statement);
      const denied = {
        code: "PERMISSION_DENIED",
        retryable: false,
        remedy: expect.stringContaining(filled(grant)),
      };
      await expect(check()).rejects.toMatchObject(denied);
      await expect(all.align(clone)).rejects.toMatchObject(denied);
      expect(await fixture().stored(clone)).toBeUndefined();
    });

    it("is nothing where it has all on everything, or by a default role", async () => {
      const { all, check, clone } = await scene(
        "REVOKE ALL ON $DB.* FROM $ADMIN",
        "CREATE ROLE $ROLE",
        "GRANT ALL ON *.* TO $ROLE WITH GRANT OPTION",
        "GRANT $ROLE TO $ADMIN",
        "SET DEFAULT ROLE $ROLE TO $ADMIN",
      );
      expect(await check()).toEqual([]);
      await all.requireActsAs(await all.align(clone), all.owner);
    });
  });
}

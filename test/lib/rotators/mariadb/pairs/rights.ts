import { describe, expect, it } from "vitest";
import { account, type MariadbPairFixture } from "./fixture.ts";
import { openScene } from "./scene.ts";

/** The second user has the owner's rights, no more and no less. */
export function rightsTests(fixture: () => MariadbPairFixture): void {
  const scene = () => openScene(fixture());

  describe("the rights of a second user", () => {
    it("are the owner's: of everything, a table, columns, a routine, by roles", async () => {
      const { all, query, owner, clone, database, grants } = await scene();
      const role = `role_${database}`;
      const admin = account(all.admin.username);
      for (const statement of [
        `CREATE TABLE ${database}.t (a int, b int)`,
        `CREATE PROCEDURE ${database}.p() SELECT 1`,
        `CREATE ROLE ${role}`,
        `GRANT ${role} TO ${account(owner)} WITH ADMIN OPTION`,
        `SET DEFAULT ROLE ${role} FOR ${account(owner)}`,
        `GRANT SELECT (a, b), UPDATE (b) ON ${database}.t TO ${account(owner)} WITH GRANT OPTION`,
        `GRANT EXECUTE ON PROCEDURE ${database}.p TO ${account(owner)}`,
        `GRANT RELOAD, PROCESS ON *.* TO ${account(owner)}`,
        `GRANT SELECT ON \`x\\_%\`.* TO ${account(owner)} WITH GRANT OPTION`,
        `GRANT RELOAD ON *.* TO ${admin} WITH GRANT OPTION`,
        `GRANT SELECT ON \`x\\_%\`.* TO ${admin} WITH GRANT OPTION`,
        `GRANT ${role} TO ${admin} WITH ADMIN OPTION`,
        `GRANT UPDATE ON mysql.* TO ${admin}`,
      ])
        await query(statement);
      const before = await grants(owner);
      expect(before.length).toBeGreaterThan(6);
      const login = await all.align(clone);
      expect(await grants(clone)).toEqual(before);
      await all.requireActsAs(login, all.owner);
      expect(await grants(owner)).toEqual(before);
    });

    it("follow the owner's at each rotation, and lose what they have more", async () => {
      const { all, query, owner, clone, database, grants } = await scene();
      await all.align(clone);
      const [to, from] = [account(owner), account(clone)];
      await query(`REVOKE ALL ON ${database}.* FROM ${to}`);
      await query(`GRANT SELECT, INSERT ON ${database}.* TO ${to} WITH GRANT OPTION`);
      await query(`CREATE TABLE ${database}.t (a int)`);
      await query(`GRANT SELECT (a) ON ${database}.t TO ${from}`);
      await query(`CREATE ROLE more_${database}`);
      const admin = account(all.admin.username);
      await query(`GRANT more_${database} TO ${from}, ${admin} WITH ADMIN OPTION`);
      await all.align(clone);
      expect(await grants(clone)).toEqual(await grants(owner));
      await query(`REVOKE GRANT OPTION ON ${database}.* FROM ${to}`);
      await query(`GRANT ALL ON ${database}.* TO ${to}`);
      await all.align(clone);
      expect(await grants(clone)).toEqual(await grants(owner));
    });

    it("that the owner lacks stop a rotation to the owner, with both ways out", async () => {
      const { all, query, owner, clone, database, check } = await scene();
      const login = await all.align(clone);
      await all.disable(owner);
      await query(`GRANT SELECT ON more_${database}.* TO ${account(clone)}`);
      const incomplete = {
        code: "STAND_IN_INCOMPLETE",
        message: expect.stringContaining(`fewer rights on \`more_${database}\`.*`),
        remedy: `Run: GRANT SELECT ON \`more_${database}\`.* TO \`${owner}\`@\`%\`; Or, if the application does not need them: REVOKE SELECT ON \`more_${database}\`.* FROM \`${clone}\`@\`%\`;`,
      };
      await expect(all.align(owner)).rejects.toMatchObject(incomplete);
      await expect(check()).rejects.toMatchObject(incomplete);
      await expect(all.requireActsAs(all.owner)).rejects.toThrow();
      expect(await all.accepts(login)).toBe(true);
      await query(`GRANT SELECT ON more_${database}.* TO ${account(owner)}`);
      await all.requireActsAs(await all.align(owner), login);
    });

    it("that differ are found by the two users themselves", async () => {
      const { all, query, clone, owner, database } = await scene();
      const login = await all.align(clone);
      await query(`GRANT SELECT ON more_${database}.* TO ${account(owner)}`);
      await expect(all.requireActsAs(login, all.owner)).rejects.toMatchObject({
        code: "STAND_IN_INCOMPLETE",
        message: expect.stringContaining(`it lacks SELECT ON \`more_${database}\`.*`),
      });
    });
  });

  describe("what the administrator lacks", () => {
    it.each<[string, string, string]>([
      ["PROCESS", "REVOKE PROCESS ON *.* FROM", "GRANT PROCESS ON *.* TO"],
      [
        "CONNECTION ADMIN",
        "REVOKE CONNECTION ADMIN ON *.* FROM",
        "GRANT CONNECTION ADMIN ON *.* TO",
      ],
      ["CREATE USER", "REVOKE CREATE USER ON *.* FROM", "GRANT CREATE USER ON *.* TO"],
      ["the schema mysql", "REVOKE SELECT ON mysql.* FROM", "GRANT SELECT ON mysql.* TO"],
      ["what the owner has", "REVOKE INSERT ON DB.* FROM", "GRANT ALL PRIVILEGES ON `DB`.* TO"],
      ["to give it", "REVOKE GRANT OPTION ON DB.* FROM", "GRANT ALL PRIVILEGES ON `DB`.* TO"],
    ])("is told with the GRANT that cures it: %s", async (_, revoke, grant) => {
      const { all, query, database, check, clone } = await scene();
      const admin = account(all.admin.username);
      await query(`${revoke.replace("DB", database)} ${admin}`);
      const denied = {
        code: "PERMISSION_DENIED",
        retryable: false,
        remedy: expect.stringContaining(grant.replace("DB", database)),
      };
      await expect(check()).rejects.toMatchObject(denied);
      await expect(all.align(clone)).rejects.toMatchObject(denied);
      expect(await fixture().stored(clone)).toBeUndefined();
    });

    it("is told for roles, the default role and the mark of another administrator", async () => {
      const { all, query, owner, clone, database, check } = await scene();
      const role = `role_${database}`;
      const admin = account(all.admin.username);
      await query(`CREATE ROLE ${role}`);
      await query(`GRANT ${role} TO ${account(owner)}`);
      await query(`SET DEFAULT ROLE ${role} FOR ${account(owner)}`);
      await query(`CREATE ROLE \`quarterturn: ${owner}\``);
      await expect(check()).rejects.toMatchObject({
        remedy: `Run: GRANT \`${role}\` TO ${admin} WITH ADMIN OPTION; GRANT UPDATE ON mysql.* TO ${admin}; CREATE OR REPLACE ROLE \`quarterturn: ${owner}\`; GRANT \`quarterturn: ${owner}\` TO ${admin} WITH ADMIN OPTION;`,
      });
      const { remedy } = await check().catch((thrown) => thrown);
      for (const statement of remedy.slice("Run: ".length, -1).split("; ")) await query(statement);
      expect(await check()).toEqual([]);
      await all.requireActsAs(await all.align(clone), all.owner);
    });

    it("is told where sessions cannot be seen or ended, which the server keeps to itself", async () => {
      const { all, query, clone } = await scene();
      const login = await all.align(clone);
      await using _ = await fixture().connect(login);
      const admin = account(all.admin.username);
      await query(`REVOKE CONNECTION ADMIN ON *.* FROM ${admin}`);
      await expect(all.endSessions(clone)).rejects.toMatchObject({
        code: "PERMISSION_DENIED",
        remedy: `Run: GRANT CONNECTION ADMIN ON *.* TO ${admin};`,
      });
      await query(`REVOKE PROCESS ON *.* FROM ${admin}`);
      const count = all.do(all.admin, (pairs) =>
        pairs.sessionsOf(clone, AbortSignal.timeout(5000)),
      );
      await expect(count).rejects.toMatchObject({
        remedy: `Run: GRANT PROCESS ON *.* TO ${admin};`,
      });
    });
  });
}

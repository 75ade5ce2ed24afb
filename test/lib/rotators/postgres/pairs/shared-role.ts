import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { postgres } from "../../../../../lib/rotators/postgres/postgres.ts";
import { anyTime } from "../../../../contracts/engine.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { literal, type PostgresPairFixture, quote } from "./fixture.ts";

/** Two logins that both act as a role without a login, which owns everything: blue and green, made by hand. */
export function sharedRoleTests(fixture: () => PostgresPairFixture): void {
  const query = (sql: string) => fixture().query(sql);

  /** Blue is there; what else there is of the two varies. */
  async function cast() {
    const id = randomUUID().slice(0, 8);
    const [blue, green, shared] = [`blue_${id}`, `green_${id}`, `owner_${id}`];
    const all = await Cast.on(postgres, fixture(), { owner: blue, clone: green });
    await query(`DROP SCHEMA ${blue}; CREATE ROLE ${shared} NOLOGIN`);
    await query(`CREATE SCHEMA ${shared} AUTHORIZATION ${shared}`);
    await query(`GRANT ${shared} TO ${blue}; ALTER ROLE ${blue} SET role TO ${shared}`);
    return { all, blue, green, shared };
  }

  async function withGreen() {
    const made = await cast();
    const { green, shared, all } = made;
    await query(`CREATE ROLE ${green} LOGIN; GRANT ${shared} TO ${green}`);
    await query(`ALTER ROLE ${green} SET role TO ${shared}`);
    if (fixture().roleOptions)
      await query(`GRANT ${green} TO ${quote(all.admin.username)} WITH ADMIN TRUE, SET FALSE`);
    return made;
  }

  const rehearse = (all: Cast) =>
    all.do(all.admin, (pairs) => pairs.requireAdministrable(all.pair, anyTime()));

  const memberOf = (name: string) =>
    query(`SELECT roleid::regrole::text AS role FROM pg_auth_members
           WHERE member = ${literal(name)}::regrole ORDER BY 1`);

  describe.concurrent("two users that act as a role that they share", () => {
    it("are a pair: each takes its turn, and what either makes belongs to that role", async () => {
      const { all, blue, green, shared } = await withGreen();
      await rehearse(all);
      const clone = await all.align(green);
      await all.requireActsAs(clone);
      await all.requireActsAs(all.owner);
      await all.run(clone, "CREATE TABLE made (a int)");
      await all.run(all.owner, "ALTER TABLE made ADD b int");
      await all.disable(blue);
      expect([await all.accepts(all.owner), await all.accepts(clone)]).toEqual([false, true]);
      const owner = await all.align(blue);
      await all.requireActsAs(owner);
      await all.disable(green);
      await all.run(owner, "DROP TABLE made");
      expect(await memberOf(green)).toEqual([{ role: shared }]);
      expect(await memberOf(blue)).toEqual([{ role: shared }]);
    });

    it("hand to that role what the second one itself owns", async () => {
      const { all, green, shared } = await withGreen();
      const clone = await all.align(green);
      await all.run(clone, "SET ROLE none", `CREATE TABLE ${shared}.mine (a int)`);
      const owns = () =>
        all.do(all.admin, async (pairs) => pairs.ownership?.cloneOwnsObjects(all.pair, anyTime()));
      expect(await owns()).toBe(true);
      await all.do(clone, async (pairs) => pairs.ownership?.takeOver(all.pair, anyTime()));
      expect(await owns()).toBe(false);
      await all.run(all.owner, "ALTER TABLE mine ADD b int");
    });

    it("are none while the second one does not act as it, which is told with the cure", async () => {
      const { all, blue, green, shared } = await cast();
      for (const attempt of [() => rehearse(all), () => all.align(green)]) {
        const refusal = await attempt().then(
          () => expect.unreachable(),
          (error) => error,
        );
        expect(refusal).toMatchObject({
          code: "PAIR_UNUSABLE",
          happened: expect.stringContaining(`makes it act as ${shared}, which ${green} does not`),
        });
        expect(refusal.remedy).not.toContain("rotation.yml");
      }
      expect(await fixture().stored(green)).toBeUndefined();
      const { remedy } = await rehearse(all).then(
        () => expect.unreachable(),
        (error) => error,
      );
      await query(/act as \S+: (.*;) Or remove/.exec(remedy)?.[1] ?? "");
      await all.requireActsAs(await all.align(green));
      await all.requireActsAs(await all.align(blue));
    });

    it("are told to differ where the second one lost its setting", async () => {
      const { all, green } = await withGreen();
      const clone = await all.align(green);
      await query(`ALTER ROLE ${green} RESET role`);
      await expect(all.requireActsAs(clone)).rejects.toMatchObject({ code: "STAND_IN_INCOMPLETE" });
      await expect(rehearse(all)).rejects.toMatchObject({ code: "PAIR_UNUSABLE" });
    });

    it("are none where the setting is for one database, until it is taken away", async () => {
      const { all, blue, green, shared } = await cast();
      await query(`ALTER ROLE ${blue} RESET role`);
      await query(`ALTER ROLE ${blue} IN DATABASE postgres SET role TO ${shared}`);
      const { code, happened, remedy } = await rehearse(all).then(
        () => expect.unreachable(),
        (error) => error,
      );
      expect(code).toBe("PAIR_UNUSABLE");
      expect(happened).toContain(`act as ${shared} in the database postgres only`);
      await query(remedy.replace(/^Run: /, ""));
      await all.requireActsAs(await all.align(green));
    });
  });
}

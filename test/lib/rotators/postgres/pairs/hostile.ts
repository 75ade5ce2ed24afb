import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Session } from "../../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../../lib/rotators/login/login.ts";
import type { PairOperations } from "../../../../../lib/rotators/login/pair.ts";
import { postgres } from "../../../../../lib/rotators/postgres/postgres.ts";
import { anyTime, newPassword, sessionOf } from "../../../../contracts/engine.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { literal, type PostgresPairFixture, quote } from "./fixture.ts";
import { plantTraps, tripped } from "./traps.ts";

/** The administrator logs in to a database that the application owns: nothing there may run as it. */
export function hostileTests(fixture: () => PostgresPairFixture): void {
  const query = (sql: string) => fixture().query(sql);

  /** What a role may do, as the catalogs have it. */
  async function rightsOf(username: string) {
    return query(`
      SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
             ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid) AS member_of
      FROM pg_roles r WHERE rolname = ${literal(username)}`);
  }

  /** A pair whose owner owns a database full of traps. */
  async function trapped(): Promise<{ all: Cast; inside: (login: Login) => Login }> {
    const all = await Cast.on(postgres, fixture());
    const database = `trapped_${randomUUID().slice(0, 8)}`;
    await query(`CREATE DATABASE ${database} OWNER ${quote(all.pair.owner)}`);
    const inside = (login: Login) => ({ ...login, database });
    await using owner = await fixture().connect(inside(all.owner));
    const planted = await plantTraps(owner, { owner: all.pair.owner, database });
    expect(planted.functions).toBeGreaterThan(400);
    expect(planted.operators).toBeGreaterThan(80);
    expect(planted.relations).toBeGreaterThan(100);
    expect(planted.types).toBe(8);
    return { all, inside };
  }

  describe("an owner that plants traps in its database", () => {
    it("catches nobody that administers it, and gains nothing", async () => {
      const { all, inside } = await trapped();
      const { pair } = all;
      const before = await rightsOf(pair.owner);
      await spoil(all, inside(all.owner));
      const admin = inside(all.admin);
      const user = (username: string) => ({ username, password: newPassword() });
      const [clone, owner] = [user(pair.clone), user(pair.owner)];
      const asked: readonly ((pairs: PairOperations, session: Session) => Promise<unknown>)[] = [
        (pairs) => pairs.requireAdministrable(pair, anyTime()),
        (pairs) => pairs.align(pair, clone, anyTime()),
        (pairs) => pairs.align(pair, clone, anyTime()),
        async (pairs) => pairs.ownership?.cloneOwnsObjects(pair, anyTime()),
        (pairs) => pairs.sessionsOf(pair.clone, anyTime()),
        (pairs) => pairs.endSessions(pair, pair.clone, anyTime()),
        (pairs) => pairs.disable(pair, pair.clone, anyTime()),
        (pairs) => pairs.align(pair, owner, anyTime()),
        (_, session) => session.lock(pair.owner, anyTime()),
        (_, session) => session.rehearsePassword(pair.owner, anyTime()),
        (_, session) => session.setPassword(pair.owner, owner.password, anyTime()),
      ];
      for (const ask of asked) {
        // Each in a session of its own: none may rely on what another one set.
        await using session = await sessionOf(postgres, admin);
        if (!session.pairs) throw new Error("the engine has no pairs of users");
        await ask(session.pairs, session);
      }
      expect(tripped(fixture().server.log())).not.toContain(admin.username);
      expect(await rightsOf(pair.owner)).toEqual(before);
      expect((await rightsOf(pair.clone))[0]).toMatchObject({
        rolsuper: false,
        rolcreaterole: false,
        member_of: [quoted(pair.owner)],
      });
    });

    it("would catch whoever looks a name up there, and gain that one's rights", async () => {
      const { all, inside } = await trapped();
      await using careless = await fixture().connect(inside(all.admin));
      await careless.query("SELECT shobj_description(1260, 'pg_authid')");
      await careless.query("SELECT FROM pg_roles WHERE rolname = 'nobody'");
      const caught = tripped(fixture().server.log()).filter((user) => user === all.admin.username);
      expect(caught.length).toBeGreaterThanOrEqual(2);
      expect(await rightsOf(all.pair.owner)).toMatchObject([{ rolcreaterole: true }]);
    });
  });

  /** Statements in settings, as text and by FROM CURRENT, which stores whatever is in force. */
  async function spoil(all: Cast, login: Login): Promise<void> {
    await using owner = await fixture().connect(login);
    const name = quote(all.pair.owner);
    const evil = [
      `x; ALTER ROLE ${all.pair.owner} CREATEROLE; --`,
      `x'; ALTER ROLE ${all.pair.owner} CREATEROLE; --`,
      `x"; ALTER ROLE ${all.pair.owner} CREATEROLE; --`,
      `public", pg_catalog; ALTER ROLE ${all.pair.owner} CREATEROLE`,
    ];
    const path = evil.map(quote).join(", ");
    await owner.query(`SET search_path TO ${path}, public, pg_catalog`);
    await owner.query(`ALTER ROLE ${name} SET search_path FROM CURRENT`);
    const inDatabase = `ALTER ROLE ${name} IN DATABASE ${quote(login.database)}`;
    await owner.query(`${inDatabase} SET search_path TO public, ${path}, pg_catalog`);
    await owner.query(`SET application_name TO ${literal(evil[1] ?? "")}`);
    await owner.query(`ALTER ROLE ${name} SET application_name FROM CURRENT`);
    await owner.query(`ALTER ROLE ${name} SET standard_conforming_strings TO off`);
    await owner.query(`ALTER ROLE ${name} SET session_authorization TO ${name}`).catch(() => {});
    await owner.query(`ALTER DATABASE ${quote(login.database)} SET role TO ${name}`);
    await owner.query(
      `ALTER DATABASE ${quote(login.database)} SET standard_conforming_strings TO off`,
    );
  }

  const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quote(name));
}

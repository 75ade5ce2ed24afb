import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Login } from "../../../../../lib/rotators/login/login.ts";
import type { PairOperations } from "../../../../../lib/rotators/login/pair.ts";
import { postgres } from "../../../../../lib/rotators/postgres/postgres.ts";
import { anyTime, newPassword, sessionOf } from "../../../../contracts/engine.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { literal, type PostgresPairFixture, quote } from "./fixture.ts";

/** The administrator needs what is documented, and no more. */
export function privilegeTests(fixture: () => PostgresPairFixture, major: number): void {
  const query = (sql: string) => fixture().query(sql);

  /** Everything that is asked of an administrator. */
  const operations = (all: Cast): Record<string, (pairs: PairOperations) => Promise<unknown>> => {
    const { pair } = all;
    const user = { username: pair.clone, password: newPassword() };
    return {
      requireAdministrable: (pairs) => pairs.requireAdministrable(pair, anyTime()),
      align: (pairs) => pairs.align(pair, user, anyTime()),
      disable: (pairs) => pairs.disable(pair, pair.owner, anyTime()),
      endSessions: (pairs) => pairs.endSessions(pair, pair.owner, anyTime()),
    };
  };

  const cast = () => Cast.on(postgres, fixture());

  describe.concurrent("an administrator", () => {
    it("with CREATEROLE, and ADMIN on the owner from 16 on, may do all of it", async () => {
      const all = await cast();
      const { pair, admin } = all;
      const [rights] = await query(
        `SELECT rolsuper, rolcreatedb, rolbypassrls, rolreplication,
                pg_has_role(oid, ${literal(pair.owner)}, 'USAGE') AS uses,
                pg_has_role(oid, 'pg_signal_backend', 'MEMBER') AS signals
         FROM pg_roles WHERE rolname = ${literal(admin.username)}`,
      );
      expect(new Set(Object.values(rights ?? {}))).toEqual(new Set([false]));
      await all.do(admin, (pairs) => pairs.requireAdministrable(pair, anyTime()));
      const clone = await all.align(pair.clone);
      await all.requireActsAs(clone);
      await all.disable(pair.owner);
      await using _ = await fixture().connect(clone);
      expect(await all.endSessions(pair.clone)).toBe(1);
      const owner = await all.align(pair.owner);
      await all.disable(pair.clone);
      expect([await all.accepts(owner), await all.accepts(clone)]).toEqual([true, false]);
    });

    it("is told that a login name is a pooler's, where its role is another one", async () => {
      const all = await cast();
      const pair = { owner: `${all.pair.owner}.tenant`, clone: `${all.pair.owner}_clone.tenant` };
      const differs = {
        code: "LOGIN_NAME_DIFFERS",
        happened: expect.stringContaining(
          `has no role ${pair.owner}. A pooler makes the role ${all.pair.owner}`,
        ),
        remedy: expect.stringContaining("otherHosts"),
      };
      const asked = all.do(all.admin, (pairs) => pairs.requireAdministrable(pair, anyTime()));
      await expect(asked).rejects.toMatchObject(differs);
      await using session = await sessionOf(postgres, all.owner);
      const rehearsal = session.rehearsePassword(pair.owner, anyTime());
      await expect(rehearsal).rejects.toMatchObject(differs);
    });

    it("is left a member of nobody by what it did", async () => {
      const all = await cast();
      const memberships = () =>
        query(
          `SELECT to_jsonb(m) - 'oid' AS of FROM pg_auth_members m
           WHERE member = ${literal(all.admin.username)}::regrole
             AND roleid IN (SELECT oid FROM pg_roles WHERE rolname LIKE ${literal(`${all.pair.owner}%`)})
             AND ${major >= 16 ? "(inherit_option OR set_option)" : "true"}`,
        );
      const clone = await all.align(all.pair.clone);
      await using _ = await fixture().connect(clone);
      expect(await all.endSessions(all.pair.clone)).toBe(1);
      expect(await all.endSessions(all.pair.owner)).toBe(0);
      expect(await memberships()).toEqual([]);
    });

    it.each(["requireAdministrable", "align", "disable", "endSessions"])(
      "without CREATEROLE is told the statement that cures %s",
      async (operation) => {
        const all = await cast();
        await query(`ALTER ROLE ${quote(all.admin.username)} NOCREATEROLE`);
        await expectCured(all, all.admin, operation, [/^ALTER ROLE .* CREATEROLE;$/]);
      },
    );

    if (major >= 16)
      it.each(["requireAdministrable", "align", "disable", "endSessions"])(
        "without ADMIN on the owner and on its clone is told the GRANTs that cure %s",
        async (operation) => {
          const all = await cast();
          await all.align(all.pair.clone);
          const other = await fixture().newUser(`admin_${randomUUID().slice(0, 8)}`);
          await query(`ALTER ROLE ${quote(other.username)} CREATEROLE`);
          const grant = (role: string) =>
            new RegExp(
              `^GRANT "${role}" TO "${other.username}" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;$`,
            );
          await expectCured(all, other, operation, [grant(all.pair.owner), grant(all.pair.clone)]);
        },
      );

    if (major < 16)
      it("needs no ADMIN before 16", async () => {
        const all = await cast();
        const admins = await query(
          `SELECT FROM pg_auth_members WHERE member = ${literal(all.admin.username)}::regrole`,
        );
        expect(admins).toEqual([]);
        await all.align(all.pair.clone);
      });

    it("that acts as the owner is not given the owner's name to grant rights to", async () => {
      const all = await cast();
      const [admin, owner] = [quote(all.admin.username), quote(all.pair.owner)];
      const options = major >= 16 ? "WITH SET TRUE" : "";
      await query(
        `GRANT ${owner} TO ${admin} ${options}; ALTER ROLE ${admin} SET role TO ${owner}`,
      );
      for (const [name, operation] of Object.entries(operations(all))) {
        const failure = await all.do(all.admin, operation).catch((error: unknown) => error);
        expect(failure, name).toMatchObject({
          code: "PERMISSION_DENIED",
          message: expect.stringContaining("RESET role"),
        });
        expect((failure as Error).message).not.toMatch(/CREATEROLE|GRANT/);
      }
    });

    it("may act by a role setting as the role that has the rights", async () => {
      const all = await cast();
      const login = await fixture().newUser();
      const [name, rights] = [quote(login.username), quote(all.admin.username)];
      await query(`GRANT ${rights} TO ${name}; ALTER ROLE ${name} SET role TO ${rights}`);
      const clone = await all.align(all.pair.clone, { as: login });
      await all.requireActsAs(clone);
      await using _ = await fixture().connect(clone);
      expect(await all.endSessions(all.pair.clone, login)).toBe(1);
      await all.disable(all.pair.clone, login);
      expect(await all.accepts(clone)).toBe(false);
    });
  });

  /** Fails once for each missing right; the statement in the message brings it further. */
  async function expectCured(
    all: Cast,
    admin: Login,
    operation: string,
    cures: readonly RegExp[],
  ): Promise<void> {
    const asked = operations(all)[operation];
    if (!asked) throw new Error(`no operation ${operation}`);
    const attempt = () => all.do(admin, asked);
    for (const cure of cures) {
      const failure = await attempt().then(
        () => expect.unreachable("a right is missing"),
        (error: unknown) => error as Error,
      );
      expect(failure).toMatchObject({ code: "PERMISSION_DENIED", retryable: false });
      const statement = /Run as .*?: (.*)$/.exec(failure.message)?.[1] ?? "";
      expect(statement).toMatch(cure);
      await query(statement);
    }
    await attempt();
  }
}

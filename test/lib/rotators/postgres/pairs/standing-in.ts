import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { postgres } from "../../../../../lib/rotators/postgres/postgres.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { type PostgresPairFixture, quote } from "./fixture.ts";

interface Break {
  readonly how: string;
  readonly sql: (names: { owner: string; clone: string; admin: string }) => string;
  /** Whether the next alignment repairs it. */
  readonly repaired: boolean;
}

/** What leaves the clone able to log in, and silently not the owner. */
const common: readonly Break[] = [
  {
    how: "without its role setting",
    sql: ({ clone }) => `ALTER ROLE ${clone} RESET role`,
    repaired: true,
  },
  {
    how: "with another role setting in this database",
    sql: ({ clone }) => `ALTER ROLE ${clone} IN DATABASE postgres SET role TO none`,
    repaired: true,
  },
  {
    how: "whose owner was renamed",
    sql: ({ owner }) => `ALTER ROLE ${owner} RENAME TO ${owner.replace(/"$/, '_renamed"')}`,
    repaired: false,
  },
];

const before16: readonly Break[] = [
  {
    how: "without its membership",
    sql: ({ owner, clone }) => `REVOKE ${owner} FROM ${clone}`,
    repaired: true,
  },
  {
    how: "that inherits nothing",
    sql: ({ clone }) => `ALTER ROLE ${clone} NOINHERIT`,
    repaired: true,
  },
];

const from16: readonly Break[] = [
  {
    how: "without its membership",
    sql: ({ owner, clone, admin }) => `REVOKE ${owner} FROM ${clone} GRANTED BY ${admin}`,
    repaired: true,
  },
  {
    how: "whose membership is SET FALSE",
    sql: ({ owner, clone, admin }) =>
      `GRANT ${owner} TO ${clone} WITH SET FALSE GRANTED BY ${admin}`,
    repaired: true,
  },
  {
    how: "whose membership is INHERIT FALSE",
    sql: ({ owner, clone, admin }) =>
      `GRANT ${owner} TO ${clone} WITH INHERIT FALSE GRANTED BY ${admin}`,
    repaired: true,
  },
];

const refuseDdl = `
  CREATE FUNCTION public.refuse_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no DDL here'; END $$;
  CREATE EVENT TRIGGER refuse_ddl ON ddl_command_start EXECUTE FUNCTION public.refuse_ddl()`;

/** The silent failure: the login succeeds, and what is made belongs to the clone. */
export function standingInTests(fixture: () => PostgresPairFixture, major: number): void {
  describe.concurrent("a clone", () => {
    it.each([...common, ...(major < 16 ? before16 : from16)])(
      "$how is told not to stand in for the owner",
      async ({ sql, repaired }) => {
        const all = await Cast.on(postgres, fixture());
        const { owner, clone } = all.pair;
        const login = await all.align(clone);
        const names = {
          owner: quote(owner),
          clone: quote(clone),
          admin: quote(all.admin.username),
        };
        await fixture().query(sql(names));
        expect(await all.accepts(login)).toBe(true);
        await expect(all.requireActsAs(login)).rejects.toMatchObject({
          code: "STAND_IN_INCOMPLETE",
          retryable: false,
          message: expect.stringContaining(`${clone} on 127.0.0.1`),
        });
        if (!repaired) return;
        await all.requireActsAs(await all.align(clone));
      },
    );

    it("may stand in for an owner that can make tables nowhere", async () => {
      const all = await Cast.on(postgres, fixture());
      await fixture().query(`DROP SCHEMA ${quote(all.pair.owner)}`);
      await all.requireActsAs(await all.align(all.pair.clone));
    });

    it("is proven where event triggers refuse all DDL", async () => {
      const all = await Cast.on(postgres, fixture());
      const database = `db_${randomUUID().slice(0, 8)}`;
      await fixture().query(`CREATE DATABASE ${database} OWNER ${quote(all.pair.owner)}`);
      const inside = <T extends object>(login: T) => ({ ...login, database });
      await fixture().server.query(refuseDdl, [], database);
      const owner = await fixture().connect(inside(all.owner));
      await expect(owner.query("CREATE TABLE refused ()")).rejects.toThrow("no DDL here");
      await owner[Symbol.asyncDispose]();
      const admin = inside(all.admin);
      const clone = await all.align(all.pair.clone, { as: admin });
      await all.requireActsAs(inside(clone));
      await all.disable(all.pair.owner, admin);
      expect(await all.endSessions(all.pair.owner, admin)).toBe(0);
    });
  });

  describe.concurrent("a user that was disabled", () => {
    it.each(["owner", "clone"] as const)(
      "stays out whatever a surviving session of the %s does",
      async (which) => {
        const all = await Cast.on(postgres, fixture());
        const clone = await all.align(all.pair.clone);
        const off = which === "owner" ? all.owner : clone;
        await using survivor = await fixture().connect(off);
        await all.disable(off.username);
        const name = quote(off.username);
        await expect(survivor.query(`ALTER ROLE ${name} LOGIN`)).rejects.toMatchObject({
          code: "42501",
        });
        // It may give itself the very password back; nobody else's connection can be refused that.
        await survivor.query("BEGIN; SET LOCAL ROLE none");
        await survivor.query(`ALTER ROLE ${name} PASSWORD '${off.password.reveal()}'; COMMIT`);
        expect(await all.accepts(off)).toBe(false);
        await survivor.query("CREATE TABLE still_mine (a int)");
      },
    );

    it("is disabled also where a database is read-only by default", async () => {
      const all = await Cast.on(postgres, fixture());
      const clone = await all.align(all.pair.clone);
      const admin = quote(all.admin.username);
      await fixture().query(`ALTER ROLE ${admin} SET default_transaction_read_only TO on`);
      await all.disable(all.pair.clone);
      expect(await all.accepts(clone)).toBe(false);
      await all.endSessions(all.pair.owner);
    });
  });
}

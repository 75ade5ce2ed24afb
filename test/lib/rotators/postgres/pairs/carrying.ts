import { describe, expect, it } from "vitest";
import { postgres } from "../../../../../lib/rotators/postgres/postgres.ts";
import { anyTime } from "../../../../contracts/engine.ts";
import { Cast } from "../../../../contracts/pair.ts";
import { literal, type PostgresPairFixture, quote } from "./fixture.ts";

/** What the owner has and the administrator may not give: the clone would miss it after promotion. */
export function carryingTests(fixture: () => PostgresPairFixture, major: number): void {
  const query = (sql: string) => fixture().query(sql);
  const cast = () => Cast.on(postgres, fixture());
  const rehearsed = (all: Cast) =>
    all.do(all.admin, (pairs) => pairs.requireAdministrable(all.pair, anyTime()));

  /** Refused by a rehearsal and by a rotation, which both change nothing. */
  async function expectRefused(all: Cast, what: string): Promise<string> {
    const before = await fixture().stored(all.pair.clone);
    const refusal = {
      code: "NOT_CARRIED",
      retryable: false,
      happened: expect.stringContaining(`${what} of user ${all.pair.owner} cannot be given`),
    };
    const rehearsal = await rehearsed(all).then(
      () => expect.unreachable(),
      (error) => error,
    );
    expect(rehearsal).toMatchObject(refusal);
    await expect(all.align(all.pair.clone)).rejects.toMatchObject(refusal);
    expect(await fixture().stored(all.pair.clone)).toBe(before);
    return rehearsal.remedy;
  }

  const statementsIn = (remedy: string) =>
    /Run as a superuser[^:]*: (.*?;)(?: If |$)/.exec(remedy)?.[1] ?? "";

  describe.concurrent("an owner's setting that the administrator may not give", () => {
    it.each(["pgrst.db_schemas", "pgaudit.log", "log_min_duration_statement"])(
      "%s stops a rotation before it changes anything, with the statement that cures it",
      async (setting) => {
        for (const isNew of [true, false]) {
          const all = await cast();
          if (!isNew) await all.align(all.pair.clone);
          // Longer than what is random in the names of roles.
          const value = setting.startsWith("log_") ? "471147114" : "s3cret471147114";
          await query(`ALTER ROLE ${quote(all.pair.owner)} SET ${setting} TO '${value}'`);
          const remedy = await expectRefused(all, `the setting ${setting}`);
          expect(remedy).not.toContain("471147114");
          await query(statementsIn(remedy).replaceAll("'…'", `'${value}'`));
          const clone = await all.align(all.pair.clone);
          await all.requireActsAs(clone);
          await using application = await fixture().connect(clone);
          const shown = await application.query(`SELECT current_setting('${setting}') AS value`);
          expect(shown[0]?.["value"]).toContain(value);
        }
      },
    );

    it("does not keep the owner from its turn, nor the clone from retirement", async () => {
      const all = await cast();
      const clone = await all.align(all.pair.clone);
      await query(`ALTER ROLE ${quote(all.pair.owner)} SET pgrst.db_schemas TO 'api'`);
      const owner = await all.align(all.pair.owner);
      expect(await all.endSessions(all.pair.clone)).toBe(0);
      await all.disable(all.pair.clone);
      expect([await all.accepts(owner), await all.accepts(clone)]).toEqual([true, false]);
    });
  });

  describe.concurrent("an owner with REPLICATION", () => {
    const replicating = async () => {
      const all = await cast();
      await query(`ALTER ROLE ${quote(all.pair.owner)} REPLICATION`);
      return all;
    };
    const replicates = async (name: string) =>
      (await query(`SELECT rolreplication FROM pg_roles WHERE rolname = ${literal(name)}`))[0]?.[
        "rolreplication"
      ];

    it("stops a rotation before it changes anything, with the statements that cure it", async () => {
      const all = await replicating();
      const remedy = await expectRefused(all, "the attribute REPLICATION");
      if (major >= 16) {
        await query(statementsIn(remedy));
        await all.requireActsAs(await all.align(all.pair.clone));
        expect(await replicates(all.pair.clone)).toBe(true);
        await all.disable(all.pair.owner);
      }
      await query(`ALTER ROLE ${quote(all.pair.clone)} NOREPLICATION`).catch(() => {});
      await query(/ run: (ALTER ROLE \S+ NOREPLICATION;)$/.exec(remedy)?.[1] ?? "");
      await all.align(all.pair.clone);
      expect(await replicates(all.pair.clone)).toBe(false);
    });

    it("gives it to the clone where the administrator may", async () => {
      const all = await replicating();
      const right = major >= 16 ? "REPLICATION" : "SUPERUSER";
      await query(`ALTER ROLE ${quote(all.admin.username)} ${right}`);
      await all.align(all.pair.clone);
      expect(await replicates(all.pair.clone)).toBe(true);
    });
  });

  describe.concurrent("VALID UNTIL", () => {
    it.each(["owner", "clone"] as const)(
      "of the %s is told by a rehearsal, and taken away by the rotation of either",
      async (which) => {
        const all = await cast();
        await all.align(all.pair.clone);
        const name = all.pair[which];
        for (const next of [all.pair.clone, all.pair.owner]) {
          await query(`ALTER ROLE ${quote(name)} VALID UNTIL '2031-02-03 04:05+00'`);
          const told = {
            code: "PASSWORD_EXPIRES",
            what: expect.stringContaining(`${name} expires at 2031-02-03 04:05 UTC`),
            remedy: expect.stringContaining(`ALTER ROLE "${name}" VALID UNTIL 'infinity';`),
          };
          const before = await fixture().stored(name);
          expect(await rehearsed(all)).toEqual([told]);
          expect(await fixture().stored(name)).toBe(before);
          expect((await all.align(next)).notices).toEqual([told]);
          expect(await rehearsed(all)).toEqual([]);
        }
      },
    );

    it("that has passed does not refuse the new password", async () => {
      const all = await cast();
      await all.align(all.pair.clone);
      for (const name of [all.pair.clone, all.pair.owner]) {
        await query(`ALTER ROLE ${quote(name)} VALID UNTIL '2020-01-01'`);
        expect(await all.accepts(await all.align(name))).toBe(true);
      }
    });
  });
}

/** @module-tag ci */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mysql/binaries.ts";
import { connect } from "../../../../lab/mysql-protocol/client.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import { mysql } from "../../../../lib/rotators/mysql/mysql.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MysqlFixture, openMysqlFixture } from "./fixture.ts";

/** The statements of each block of SQL on a page. */
const blocksOf = (page: string, after = /^/m) =>
  [
    ...readFileSync(page, "utf8").matchAll(
      new RegExp(`${after.source}\`\`\`sql\\n([\\s\\S]*?)^\`\`\`$`, "gm"),
    ),
  ].map(([, block = ""]) => block.trim().split(/;\n?/).filter(Boolean));

const blocks = blocksOf("docs/types/mysql.md");
const [right = [], grants = [], rotation = [], notes = [], ...more] = blocks;
const [pairGrants = [], make = [], close = [], inPlace = [], sessions = []] = more;

describeNeeding(whatIsMissing(), "what docs/types/mysql.md says", {}, () => {
  let fixture: MysqlFixture;
  beforeAll(async () => {
    fixture = await openMysqlFixture({
      options: ["--log-error-verbosity=3"],
      logsStatements: true,
    });
    await fixture.newUserOn("%", "app");
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const run = async (
    password: Secret<string>,
    statements: readonly string[],
    outcome: (index: number, ran: Promise<unknown>) => Promise<unknown>,
  ) => {
    const lab = { ...fixture.loginOf("app"), password: password.reveal() };
    const connection = await connect(lab, fixture.server.ca);
    for (const [index, statement] of statements.entries())
      await outcome(index, connection.query(statement));
    await connection.end();
  };
  const app = (password: string) => ({ ...fixture.loginOf("app"), password: new Secret(password) });
  const works = (...passwords: readonly string[]) =>
    Promise.all(passwords.map((password) => accepts(mysql, app(password), anyTime())));

  it("has nine blocks of statements", () => {
    expect(blocks.map((block) => block.length)).toEqual([1, 3, 4, 1, 4, 4, 2, 3, 2]);
  });

  it("the grants of the administrator are enough, and each is needed", async () => {
    const admin = { ...fixture.loginOf("adm"), password: new Secret("adm's own") };
    const add = async () => {
      const login = await fixture.newPlainUser();
      const added = newPassword();
      await using session = await sessionOf(mysql, admin);
      const { secondPassword } = session;
      await secondPassword?.requireUsable(login.username, [login.password], anyTime());
      await secondPassword?.add(login.username, { kept: login.password, added }, anyTime());
      await secondPassword?.keepOnly(login.username, [added], anyTime());
      expect(await accepts(mysql, { ...login, password: added }, anyTime())).toBe(true);
      expect(await accepts(mysql, login, anyTime())).toBe(false);
    };
    for (const [index, statement] of grants.entries()) {
      if (index > 0) await expect(add()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await fixture.server.query(statement.replace("'…'", "'adm''s own'"));
    }
    await add();
  });

  it("the statements of a rotation run as the user, and do what is said of them", async () => {
    await fixture.server.query("ALTER USER app IDENTIFIED BY 'old'");
    await run(new Secret("old"), rotation, async (_, ran) => {
      const number = await ran.then(
        () => 0,
        (error: { errno: number }) => error.errno,
      );
      expect([0, 1227]).toContain(number);
    });
    expect(await works("old", "new")).toEqual([true, false]);
    for (const statement of right) await fixture.server.query(statement);
    await run(new Secret("old"), rotation, async (index, ran) => {
      if (index === 0) await expect(ran).rejects.toMatchObject({ errno: 3895 });
      else await ran;
      const both = [true, [true, true], [false, true]];
      if (index === 2) {
        expect(await works("old", "new")).toEqual(both[1]);
        await expect(
          run(new Secret("new"), rotation.slice(0, 1), (_, r) => r),
        ).rejects.toMatchObject({ errno: 3891 });
        await expect(
          run(new Secret("new"), rotation.slice(2, 3), (_, r) => r),
        ).rejects.toMatchObject({ errno: 3891 });
        expect(await works("old", "new")).toEqual(both[1]);
      }
      if (index === 3) expect(await works("old", "new")).toEqual(both[2]);
    });
  });

  it("a login with the second password leaves a note", async () => {
    await fixture.server.query("ALTER USER app IDENTIFIED BY 'one'");
    await fixture.server.query("ALTER USER app IDENTIFIED BY 'other' RETAIN CURRENT PASSWORD");
    const noted = () => fixture.server.query(notes[0] ?? "");
    const before = (await noted()).length;
    expect(await works("other")).toEqual([true]);
    expect(await noted()).toHaveLength(before);
    expect(await works("one")).toEqual([true]);
    expect((await noted()).length).toBeGreaterThan(before);
  });

  it("the grants of a pair's administrator are enough, and each is needed; it sends these statements", async () => {
    await fixture.server.query("DROP USER IF EXISTS adm, app");
    await fixture.server.query("CREATE DATABASE app");
    await fixture.newUserOn("%", "app");
    await fixture.server.query("GRANT ALL PRIVILEGES ON app.* TO app");
    const admin = { ...fixture.loginOf("adm"), password: new Secret("adm's own") };
    const pair = { owner: "app", clone: "app_clone" };
    const clone = { ...fixture.loginOf(pair.clone), password: newPassword() };
    const align = async () => {
      await using session = await sessionOf(mysql, admin);
      return await session.pairs?.align(pair, clone, anyTime());
    };
    for (const [index, statement] of pairGrants.entries()) {
      if (index > 0) await expect(align()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await fixture.server.query(statement.replace("'…'", "'adm''s own'"));
    }
    const from = fixture.server.log().length;
    expect(await align()).toEqual([]);
    expect(await accepts(mysql, clone, anyTime())).toBe(true);
    await using session = await sessionOf(mysql, admin);
    await session.pairs?.disable(pair, "app", anyTime());
    const log = fixture.server
      .log()
      .slice(from)
      .replaceAll(/\b0x[0-9a-f]{100,}/g, "0x…");
    for (const statement of [...make, ...close]) expect(log).toContain(`Query\t${statement}\n`);
    await fixture.server.query("DROP USER app, app_clone, adm");
    await fixture.newUserOn("%", "app");
  });

  it("docs/runbook.md: every statement for MySQL runs", async () => {
    await fixture.newUserOn("%", "app_user");
    await fixture.newUserOn("%", "app_user_clone");
    const statements = blocksOf("docs/runbook.md", /MySQL[^\n]*(?:\n[^\n]+)*:\n\n/).flat();
    expect(statements.length).toBeGreaterThan(4);
    for (const statement of statements) await fixture.server.query(statement);
  });

  it("the statements in place run as the user", async () => {
    await fixture.server.query("ALTER USER app IDENTIFIED BY 'old'");
    await run(new Secret("old"), inPlace, (_, ran) => ran);
    expect(await works("old", "new")).toEqual([false, true]);
  });

  it("a user finds and ends its own sessions", async () => {
    await fixture.server.query("ALTER USER app IDENTIFIED BY 'now'");
    const lab = { ...fixture.loginOf("app"), password: "now" };
    const held = await connect(lab, fixture.server.ca);
    const ended = new Promise((resolve) => held.once("error", resolve));
    const [find = "", kill = ""] = sessions;
    const other = await connect(lab, fixture.server.ca);
    const [rows] = await other.query(find);
    const ids = (rows as { ID: number }[]).map(({ ID }) => ID);
    expect(ids).toContain(held.threadId);
    await other.query(kill.replace("42", String(held.threadId)));
    await ended;
    await other.end();
  });
});

/** @module-tag ci */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import { connect } from "../../../../lab/mysql-protocol/client.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import { mariadb } from "../../../../lib/rotators/mariadb/mariadb.ts";
import { nativeHash } from "../../../../lib/rotators/mysql-protocol/authentication.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MariadbFixture, openMariadbFixture } from "./fixture.ts";

/** The statements of each block of SQL on a page. */
const blocks = (page: string): readonly (readonly string[])[] =>
  [...readFileSync(page, "utf8").matchAll(/^```sql\n([\s\S]*?)^```$/gm)]
    .map(([, block = ""]) => block.trim().split(/;\n?/).filter(Boolean))
    // Those of PostgreSQL and MySQL have tests of their own.
    .filter((statements) => !/pg_|USER_ATTRIBUTES/.test(statements.join()));

/** With what a reader fills in. */
const filled = (statement: string, password: Secret<string>) =>
  statement.replace("'*…'", `'${nativeHash(password)}'`);

describeNeeding(whatIsMissing(), "what the documentation says of MariaDB", {}, () => {
  let fixture: MariadbFixture;
  beforeAll(async () => {
    fixture = await openMariadbFixture({ logsStatements: true });
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const page = "docs/types/mariadb.md";
  const pairBlocks = () => blocks(page).slice(2);

  it("docs/types/mariadb.md: the grants for a second password are enough, and each is needed", async () => {
    const [grants = []] = blocks(page);
    expect(grants).toHaveLength(3);
    const login = await fixture.newUser("app");
    const admin = { ...fixture.loginOf("adm"), password: new Secret("adm's own") };
    const both = { kept: login.password, added: newPassword() };
    const add = async () => {
      await using session = await sessionOf(mariadb, admin);
      await session.secondPassword?.requireUsable("app", [login.password], anyTime());
      await session.secondPassword?.add("app", both, anyTime());
    };
    for (const [index, statement] of grants.entries()) {
      if (index > 0) await expect(add()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await fixture.server.query(statement.replace("'…'", "'adm''s own'"));
    }
    await add();
    for (const password of [both.kept, both.added])
      expect(await accepts(mariadb, { ...login, password }, anyTime())).toBe(true);
  });

  it("docs/types/mariadb.md: a second password is added and ended by these statements", async () => {
    const [, statements = []] = blocks(page);
    expect(statements).toHaveLength(4);
    const login = { ...fixture.loginOf("app"), password: newPassword() };
    const admin = { ...fixture.loginOf("adm"), password: new Secret("adm's own") };
    await using session = await sessionOf(mariadb, admin);
    await session.setPassword("app", login.password, anyTime());
    const from = fixture.server.log().length;
    const added = newPassword();
    await session.secondPassword?.add("app", { kept: login.password, added }, anyTime());
    await session.secondPassword?.keepOnly("app", [added], anyTime());
    const log = fixture.server.log().slice(from);
    for (const statement of statements)
      expect(log).toContain(`Query\t${filled(filled(statement, added), login.password)}\n`);
    await fixture.server.query("DROP USER app, adm");
  });

  it("docs/types/mariadb.md: the grants for a second user are enough, and each is needed", async () => {
    const [grants = []] = pairBlocks();
    expect(grants).toHaveLength(4);
    await fixture.server.query("CREATE DATABASE app");
    const owner = await fixture.newUser("app");
    await fixture.server.query("GRANT ALL PRIVILEGES ON app.* TO app");
    const admin = { ...fixture.loginOf("adm"), password: new Secret("adm's own") };
    const pair = { owner: "app", clone: "app_clone" };
    const clone = { ...owner, username: pair.clone, password: newPassword() };
    const align = async () => {
      await using session = await sessionOf(mariadb, admin);
      return await session.pairs?.align(pair, clone, anyTime());
    };
    for (const [index, statement] of grants.entries()) {
      if (index > 0) await expect(align()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await fixture.server.query(statement.replace("'…'", "'adm''s own'"));
    }
    expect(await align()).toEqual([]);
    expect(await accepts(mariadb, clone, anyTime())).toBe(true);
  });

  it("docs/types/mariadb.md: a second user is made and retired by these statements", async () => {
    const [, make = [], retire = []] = pairBlocks();
    const admin = { ...fixture.loginOf("adm"), password: new Secret("adm's own") };
    const pair = { owner: "app", clone: "app_clone" };
    await fixture.server.query("DROP USER app_clone");
    await using session = await sessionOf(mariadb, admin);
    const from = fixture.server.log().length;
    const user = { username: pair.clone, password: newPassword() };
    await session.pairs?.align(pair, user, anyTime());
    await session.pairs?.disable(pair, pair.owner, anyTime());
    const log = fixture.server.log().slice(from);
    expect([make.length, retire.length]).toEqual([5, 1]);
    for (const statement of [...make, ...retire])
      expect(log).toContain(`Query\t${filled(statement, user.password)}\n`);
    await fixture.server.query("DROP USER app, app_clone, adm");
    await fixture.server.query("DROP ROLE `quarterturn: app`");
  });

  it("docs/types/mariadb.md: the grants in place are enough, and each is needed", async () => {
    const [, , , grants = []] = pairBlocks();
    expect(grants).toHaveLength(3);
    const admin = { ...fixture.loginOf("adm"), password: new Secret("adm's own") };
    const set = async () => {
      const { username } = await fixture.newUser();
      const next = { ...fixture.loginOf(username), password: newPassword() };
      await using session = await sessionOf(mariadb, admin);
      await session.rehearsePassword(username, anyTime());
      await session.setPassword(username, next.password, anyTime());
      expect(await accepts(mariadb, next, anyTime())).toBe(true);
    };
    for (const [index, statement] of grants.entries()) {
      if (index > 0) await expect(set()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await fixture.server.query(statement.replace("'…'", "'adm''s own'"));
    }
    await set();
  });

  it("docs/types/mariadb.md: the statements of a rotation run as the user", async () => {
    const [, , , , statements = [], kill = []] = pairBlocks();
    expect(statements).toHaveLength(5);
    const login = await fixture.newUser("app");
    const lab = { ...login, password: login.password.reveal() };
    const connection = await connect(lab, fixture.server.ca);
    const next = { ...login, password: newPassword() };
    for (const statement of statements) await connection.query(filled(statement, next.password));
    expect(await accepts(mariadb, next, anyTime())).toBe(true);
    const ended = new Promise((resolve) => connection.on("error", resolve));
    for (const statement of kill) await fixture.server.query(statement);
    await Promise.race([connection.query("SELECT 1").catch(() => {}), ended]);
    await expect(connection.query("SELECT 1")).rejects.toThrow();
  });

  it("docs/types/mariadb.md: the command makes the server's hash", async () => {
    const [, command = ""] =
      /`(printf [^`]+)`/.exec(readFileSync("docs/types/mariadb.md", "utf8")) ?? [];
    const password = newPassword();
    const env = { PATH: process.env["PATH"], PASSWORD: password.reveal() };
    const printed = execFileSync("/bin/sh", ["-c", command], { env, encoding: "utf8" });
    expect(`*${printed.slice(0, 40)}`).toBe(nativeHash(password));
  });

  it("docs/runbook.md: every statement runs", async () => {
    await fixture.newUser("app_user");
    await fixture.newUser("app_user_clone");
    const statements = blocks("docs/runbook.md").flat();
    expect(statements.length).toBeGreaterThan(9);
    for (const statement of statements)
      await fixture.server.query(filled(statement, newPassword()));
  });
});

import { createRequire } from "node:module";
import type Driver from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mysql/binaries.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mysql } from "../../../../lib/rotators/mysql/mysql.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MysqlFixture, openMysqlFixture } from "./fixture.ts";

const require = createRequire(import.meta.url);
const driver: typeof Driver & {
  authPlugins: Record<
    "caching_sha2_password",
    (options: { onServerPublicKey: () => void }) => never
  >;
} = { ...require("mysql2/promise"), authPlugins: require("mysql2").authPlugins };

describeNeeding(whatIsMissing(), "MySQL", {}, () => {
  let fixture: MysqlFixture;
  const query = (sql: string) => fixture.server.query(sql);
  beforeAll(async () => {
    fixture = await openMysqlFixture({ logsStatements: true });
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const change = async (as: Login, of = as.username, password = newPassword()) => {
    await using session = await sessionOf(mysql, as);
    await session.rehearsePassword(of, anyTime());
    await session.setPassword(of, password, anyTime());
    return { ...as, username: of, password };
  };
  const second = async (as: Login, of: Login, added = newPassword()) => {
    await using session = await sessionOf(mysql, as);
    const notices = await session.secondPassword?.requireUsable(
      of.username,
      [of.password],
      anyTime(),
    );
    await session.secondPassword?.add(of.username, { kept: of.password, added }, anyTime());
    return { added, notices };
  };
  const works = (login: Login, ...passwords: readonly Secret<string>[]) =>
    Promise.all(passwords.map((password) => accepts(mysql, { ...login, password }, anyTime())));
  const forbidden = (part: string, retryable: boolean) => ({
    code: "LOGIN_FORBIDDEN",
    retryable,
    message: expect.stringContaining(part),
  });

  describe("a login that it refuses whatever the password", () => {
    it.each<[string, string, boolean, string | Partial<Login>]>([
      ["the database does not exist", "error 1044", false, { database: "none" }],
      ["the account is locked", "error 3118: the account is locked", false, "ACCOUNT LOCK"],
      [
        "its password has expired",
        "error 1862: its password has expired",
        false,
        "PASSWORD EXPIRE",
      ],
      ["it has no session left", "error 1226", true, "WITH MAX_CONNECTIONS_PER_HOUR 1"],
    ])("is an error when %s", async (_, part, retryable, how) => {
      const login = await fixture.newPlainUser();
      if (typeof how === "string") await query(`ALTER USER ${login.username} ${how}`);
      if (part.includes("1226")) await accepts(mysql, login, anyTime());
      const changed = typeof how === "string" ? {} : how;
      const attempt = mysql.login({ ...login, ...changed }, anyTime());
      await expect(attempt).rejects.toMatchObject(forbidden(part, retryable));
    });

    it("is an error when failed logins have locked the account, and not a wrong password", async () => {
      const login = await fixture.newPlainUser();
      await query(`ALTER USER ${login.username} FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 1`);
      expect(await works(login, newPassword())).toEqual([false]);
      for (const password of [newPassword(), login.password])
        await expect(mysql.login({ ...login, password }, anyTime())).rejects.toMatchObject(
          forbidden("error 3955: too many failed logins", false),
        );
    });
  });

  it("takes the full login of caching_sha2_password, the fast one, and sha256_password", async () => {
    const login = await fixture.newPlainUser();
    await query("FLUSH PRIVILEGES");
    for (let time = 0; time < 2; time++) expect(await works(login, login.password)).toEqual([true]);
    const is = `IDENTIFIED WITH sha256_password BY '${login.password.reveal()}'`;
    await query(`ALTER USER ${login.username} ${is}`);
    expect(await works(login, login.password, newPassword())).toEqual([true, false]);
  });

  describe("the account", () => {
    it("is the one that the user is logged in as, not that of the same name for every host", async () => {
      const login = await fixture.newUserOn("localhost");
      const other = await fixture.newUserOn("%", login.username);
      await query(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${login.username}@localhost`);
      const { added } = await second(login, login);
      expect(await works(login, login.password, added, other.password)).toEqual([
        true,
        true,
        false,
      ]);
    });

    it.each(["%", "localhost", "127.0.0.%"])("is found by an administrator on %s", async (host) => {
      const [admin, login] = [await fixture.newAdmin(), await fixture.newUserOn(host)];
      const { added } = await second(admin, login);
      expect(await works(login, login.password, added)).toEqual([true, true]);
    });

    it("is not changed by an administrator who cannot tell which one is meant", async () => {
      const admin = await fixture.newAdmin();
      const login = await fixture.newUserOn("localhost");
      await fixture.newUserOn("%", login.username);
      const refusal = { code: "ACCOUNT_UNCLEAR", message: expect.stringContaining("%, localhost") };
      await expect(second(admin, login)).rejects.toMatchObject(refusal);
      await expect(change(admin, login.username)).rejects.toMatchObject(refusal);
    });

    it("is not changed by an administrator who cannot read its passwords", async () => {
      const [admin, login] = [await fixture.newAdmin(), await fixture.newPlainUser()];
      await query(`ALTER USER ${login.username} IDENTIFIED WITH sha256_password BY 'x'`);
      await expect(second(admin, login)).rejects.toMatchObject({
        code: "AUTHENTICATION_METHOD_REFUSED",
        message: expect.stringContaining("sha256_password"),
      });
    });
  });

  describe("what forbids a change", () => {
    it("is told by the server that is read-only", async () => {
      const [admin, login] = [await fixture.newAdmin(), await fixture.newUser()];
      await query("SET GLOBAL read_only = ON");
      const refusal = { code: "READ_ONLY_SERVER" };
      for (const as of [login, admin]) {
        await expect(second(as, login)).rejects.toMatchObject(refusal);
        await expect(change(as, login.username)).rejects.toMatchObject(refusal);
      }
      await query("SET GLOBAL read_only = OFF");
      expect(await works(login, login.password)).toEqual([true]);
    });

    it("is a policy of passwords: nothing is changed, and the message has the cure", async () => {
      const login = await fixture.newUser();
      await query("INSTALL COMPONENT 'file://component_validate_password'");
      try {
        const weak = new Secret("aB3".repeat(10));
        const refusal = {
          code: "PASSWORD_REJECTED",
          remedy: expect.stringContaining("set password"),
        };
        await expect(second(login, login, weak)).rejects.toMatchObject(refusal);
        await expect(change(login, login.username, weak)).rejects.toMatchObject(refusal);
        // The policy hides which of the two is the main one.
        const { added } = await second(login, login);
        expect(await works(login, login.password, added)).toEqual([true, true]);
        for (const kept of [added, login.password]) {
          if (kept === login.password) await fixture.give(login.username, [added, kept]);
          await using session = await sessionOf(mysql, { ...login, password: kept });
          await session.secondPassword?.keepOnly(login.username, [kept], anyTime());
          const other = kept === added ? login.password : added;
          expect(await works(login, kept, other)).toEqual([true, false]);
        }
      } finally {
        await query("UNINSTALL COMPONENT 'file://component_validate_password'");
      }
    });

    it("is not PASSWORD HISTORY, also where the answer of an addition was lost", async () => {
      const login = await fixture.newUser();
      await query(`ALTER USER ${login.username} PASSWORD HISTORY 5`);
      const { added } = await second(login, login);
      await second(login, login, added);
      expect(await works(login, login.password, added)).toEqual([true, true]);
      const next = { ...login, password: added };
      const last = { ...login, password: (await second(next, next)).added };
      await expect(second(last, last, added)).rejects.toMatchObject({
        code: "PASSWORD_REJECTED",
        remedy: expect.stringContaining("PASSWORD HISTORY"),
      });
      expect(await works(login, last.password, added)).toEqual([true, true]);
    });

    it("is PASSWORD REQUIRE CURRENT in place, and not beside", async () => {
      const login = await fixture.newUser();
      await query(`ALTER USER ${login.username} PASSWORD REQUIRE CURRENT`);
      await expect(change(login)).rejects.toMatchObject({
        code: "PASSWORD_REJECTED",
        remedy: expect.stringContaining("PASSWORD REQUIRE CURRENT OPTIONAL"),
      });
      const { added } = await second(login, login);
      expect(await works(login, login.password, added)).toEqual([true, true]);
    });

    it("is an account that one failed login locks; a few are told of", async () => {
      const login = await fixture.newUser();
      const allow = (attempts: number) =>
        query(
          `ALTER USER ${login.username} FAILED_LOGIN_ATTEMPTS ${attempts} PASSWORD_LOCK_TIME UNBOUNDED`,
        );
      await allow(1);
      await expect(second(login, login)).rejects.toMatchObject({ code: "ACCOUNT_LOCKS" });
      await expect(change(login)).rejects.toMatchObject({ code: "ACCOUNT_LOCKS" });
      await allow(3);
      const { notices } = await second(login, login);
      expect(notices?.map(({ code }) => code)).toEqual(["ACCOUNT_MAY_LOCK"]);
    });

    it("is given up by the server in time", { timeout: 20_000 }, async () => {
      const login = await fixture.newUser();
      await using session = await sessionOf(mysql, login);
      await query("LOCK INSTANCE FOR BACKUP");
      const started = performance.now();
      const set = session.setPassword(login.username, newPassword(), anyTime());
      await expect(set).rejects.toMatchObject({ code: "LOCK_BUSY", retryable: true });
      expect(performance.now() - started).toBeLessThan(6000);
      await query("UNLOCK INSTANCE");
      expect(await works(login, login.password)).toEqual([true]);
    });

    it("is rehearsed with one session that is still free", async () => {
      const login = await fixture.newPlainUser();
      await query(`ALTER USER ${login.username} WITH MAX_USER_CONNECTIONS 2`);
      await using session = await sessionOf(mysql, login);
      await session.rehearsePassword(login.username, anyTime());
      await using _ = await sessionOf(mysql, login);
      await expect(session.rehearsePassword(login.username, anyTime())).rejects.toMatchObject(
        forbidden("MAX_USER_CONNECTIONS", true),
      );
    });
  });

  it("counts a right that a role gives, if the role is a default role", async () => {
    const login = await fixture.newPlainUser();
    await query("CREATE ROLE IF NOT EXISTS rotating");
    await query("GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO rotating");
    await query(`GRANT rotating TO ${login.username}`);
    await expect(second(login, login)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await query(`SET DEFAULT ROLE rotating TO ${login.username}`);
    const { added } = await second(login, login);
    expect(await works(login, login.password, added)).toEqual([true, true]);
  });

  it("lets clients that fear for their password in with both, right after an addition", async () => {
    const login = await fixture.newUser();
    const { added } = await second(login, login);
    await query("SET GLOBAL require_secure_transport = OFF");
    const asked = new Set<string>();
    for (const password of [login.password, added]) {
      // Without TLS: the server wants the password itself, by a key of its own, unless it remembers it.
      const onServerPublicKey = () => void asked.add(password === added ? "added" : "kept");
      const plugin = driver.authPlugins.caching_sha2_password({ onServerPublicKey });
      const connection = await driver.createConnection({
        host: login.host,
        port: login.port,
        user: login.username,
        password: password.reveal(),
        authPlugins: { caching_sha2_password: plugin },
      });
      await connection.end();
    }
    await query("SET GLOBAL require_secure_transport = ON");
    expect([...asked]).toEqual([]);
  });

  it("has no password in its logs: general, slow and error", async () => {
    const login = await fixture.newUser();
    const admin = await fixture.newAdmin();
    const passwords = [
      (await second(login, login)).added,
      (await second(admin, login)).added,
      (await second({ ...admin, passwordForm: "plaintext" }, login)).added,
      (await change(login)).password,
      (await change(admin, login.username)).password,
    ];
    const log = fixture.server.log();
    expect(log).toMatch(/ALTER USER .* IDENTIFIED BY <secret> REPLACE <secret> RETAIN/);
    expect(log).toMatch(/ALTER USER .* IDENTIFIED WITH 'caching_sha2_password' AS 0x/i);
    for (const password of passwords) expect(log).not.toContain(password.reveal());
  });
});

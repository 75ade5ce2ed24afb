import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mariadb } from "../../../../lib/rotators/mariadb/mariadb.ts";
import { nativeHash } from "../../../../lib/rotators/mysql-protocol/authentication.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MariadbFixture, openMariadbFixture } from "./fixture.ts";

describeNeeding(whatIsMissing(), "MariaDB", {}, () => {
  let fixture: MariadbFixture;
  const query = (sql: string) => fixture.server.query(sql);
  beforeAll(async () => {
    fixture = await openMariadbFixture({
      logsStatements: true,
      options: ["--log-bin=binary", "--binlog-format=STATEMENT", "--plugin-load-add=auth_ed25519"],
    });
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const change = async (as: Login, of = as.username, password = newPassword()) => {
    await using session = await sessionOf(mariadb, as);
    await session.rehearsePassword(of, anyTime());
    await session.setPassword(of, password, anyTime());
    return { ...as, username: of, password };
  };
  const forbidden = (part: string, retryable: boolean) => ({
    code: "LOGIN_FORBIDDEN",
    retryable,
    message: expect.stringContaining(part),
  });

  describe("a login that it refuses whatever the password", () => {
    it.each<[string, string, boolean, (login: Login) => Promise<unknown> | unknown]>([
      ["the database does not exist", "error 1044", false, (_) => ({ database: "none" })],
      [
        "the account is locked",
        "error 4151: the account is locked",
        false,
        ({ username }) => query(`ALTER USER ${username} ACCOUNT LOCK`),
      ],
      [
        "the user has no session left",
        "error 1226",
        true,
        ({ username }) => query(`ALTER USER ${username} WITH MAX_CONNECTIONS_PER_HOUR 1`),
      ],
    ])("is an error when %s", async (_, part, retryable, prepare) => {
      const login = await fixture.newUser();
      const changed = (await prepare(login)) as Partial<Login> | undefined;
      if (part.includes("1226")) await accepts(mariadb, login, anyTime());
      const attempt = mariadb.login({ ...login, ...changed }, anyTime());
      await expect(attempt).rejects.toMatchObject(forbidden(part, retryable));
    });

    it("is an error when the server has no connection left", async () => {
      const login = await fixture.newUser();
      const [row] = await query("SELECT @@max_connections AS most");
      await query("SET GLOBAL max_connections = 10");
      const held = await Promise.all(
        Array.from({ length: 9 }, () => mariadb.login(login, anyTime())),
      );
      await expect(mariadb.login(login, anyTime())).rejects.toMatchObject(
        forbidden("error 1040: too many connections", true),
      );
      for (const session of held) if (session !== "refused") await session[Symbol.asyncDispose]();
      await query(`SET GLOBAL max_connections = ${row?.["most"]}`);
    });

    it("is an error when the account has another method", async () => {
      const login = await fixture.newUser();
      await query(`ALTER USER ${login.username} IDENTIFIED VIA ed25519 USING PASSWORD('x')`);
      await expect(mariadb.login(login, anyTime())).rejects.toMatchObject({
        code: "AUTHENTICATION_METHOD_REFUSED",
        message: expect.stringContaining("client_ed25519"),
        remedy: expect.stringContaining(`ALTER USER \`${login.username}\``),
      });
    });
  });

  describe("the password of a user", () => {
    it("is its own account's, not that of the same name for every host", async () => {
      const login = await fixture.newUserOn("localhost");
      const other = await fixture.newUserOn("%", login.username);
      const before = (await fixture.stored(login.username)).includes(nativeHash(other.password));
      const next = await change(login);
      expect(await accepts(mariadb, next, anyTime())).toBe(true);
      expect(await accepts(mariadb, login, anyTime())).toBe(false);
      expect(before).toBe(true);
      expect(await fixture.stored(login.username)).toContain(nativeHash(other.password));
    });

    it("is changed by an administrator, on whichever host the account is", async () => {
      const admin = await fixture.newAdmin();
      for (const host of ["%", "localhost", "127.0.0.%"]) {
        const login = await fixture.newUserOn(host);
        const next = await change(admin, login.username);
        expect(await accepts(mariadb, next, anyTime())).toBe(true);
        expect(await accepts(mariadb, login, anyTime())).toBe(false);
      }
    });

    it("is not changed by an administrator who cannot tell which account is meant", async () => {
      const admin = await fixture.newAdmin();
      const login = await fixture.newUserOn("localhost");
      await fixture.newUserOn("%", login.username);
      await expect(change(admin, login.username)).rejects.toMatchObject({
        code: "ACCOUNT_UNCLEAR",
        message: expect.stringContaining("(for %, localhost)"),
      });
      await expect(change(admin, "nobody_here")).rejects.toMatchObject({
        code: "ACCOUNT_UNCLEAR",
        message: expect.stringContaining("no account named nobody_here"),
      });
    });

    it("is refused to an administrator who may only look; the message has the cure", async () => {
      const [admin, login] = [await fixture.newUser(), await fixture.newUser()];
      await query(`GRANT SELECT ON mysql.user TO ${admin.username}`);
      const error = await change(admin, login.username).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "PERMISSION_DENIED" });
      for (const [, grant = ""] of String((error as { remedy?: string }).remedy).matchAll(
        /(GRANT [^;]+);/g,
      ))
        await query(grant.replace("@'…'", ""));
      const next = await change(admin, login.username);
      expect(await accepts(mariadb, next, anyTime())).toBe(true);
    });

    it("may be changed by an administrator with all privileges", async () => {
      const { superuser } = fixture.server;
      const root = { ...fixture.loginOf(superuser.username), ...superuser };
      const admin = { ...root, password: new Secret(superuser.password) };
      const next = await change(admin, (await fixture.newUser()).username);
      expect(await accepts(mariadb, next, anyTime())).toBe(true);
    });

    it("stays, and is rehearsed as such, on a server that is read-only", async () => {
      const login = await fixture.newUser();
      await using session = await sessionOf(mariadb, login);
      await query("SET GLOBAL read_only = 1");
      const readOnly = { code: "READ_ONLY_SERVER" };
      const rehearsed = session.rehearsePassword(login.username, anyTime());
      await expect(rehearsed).rejects.toMatchObject(readOnly);
      const set = session.setPassword(login.username, newPassword(), anyTime());
      await expect(set).rejects.toMatchObject(readOnly);
      await query("SET GLOBAL read_only = 0");
      expect(await accepts(mariadb, login, anyTime())).toBe(true);
    });

    it("stays where the server cannot change it in time", async () => {
      const login = await fixture.newUser();
      await using session = await sessionOf(mariadb, login);
      await query("FLUSH TABLES WITH READ LOCK");
      const started = performance.now();
      const set = session.setPassword(login.username, newPassword(), anyTime());
      await expect(set).rejects.toMatchObject({
        code: "DATABASE_FAILED",
        retryable: true,
        message: expect.stringContaining("error 1969"),
      });
      expect(performance.now() - started).toBeLessThan(2500);
      await query("UNLOCK TABLES");
      expect(await accepts(mariadb, login, anyTime())).toBe(true);
    });

    it("is rehearsed with one session that is still free", async () => {
      const login = await fixture.newUser();
      await query(`ALTER USER ${login.username} WITH MAX_USER_CONNECTIONS 2`);
      await using session = await sessionOf(mariadb, login);
      await session.rehearsePassword(login.username, anyTime());
      await using _ = await sessionOf(mariadb, login);
      await expect(session.rehearsePassword(login.username, anyTime())).rejects.toMatchObject(
        forbidden("MAX_USER_CONNECTIONS", true),
      );
    });

    it("is not changed where another one would stay valid", async () => {
      const login = await fixture.newUser();
      const [hash, other] = [nativeHash(login.password), nativeHash(newPassword())];
      const identify = (methods: string) =>
        query(`ALTER USER ${login.username} IDENTIFIED VIA ${methods}`);
      const native = (text: string) => `mysql_native_password USING '${text}'`;
      await identify(`${native(other)} OR ${native(hash)}`);
      await expect(change(login)).rejects.toMatchObject({ code: "SEVERAL_PASSWORDS" });
      await identify(`${native(hash)} OR unix_socket`);
      const next = await change(login);
      expect(await accepts(mariadb, next, anyTime())).toBe(true);
      expect(await accepts(mariadb, login, anyTime())).toBe(false);
    });

    it("is refused to a user whose own has expired", async () => {
      const login = await fixture.newUser();
      await query(`ALTER USER ${login.username} PASSWORD EXPIRE`);
      await expect(change(login)).rejects.toMatchObject(forbidden("password has expired", false));
    });
  });

  it("appears in none of its logs: general, slow, error and binary", async () => {
    const login = await fixture.newUser();
    const next = await change(await change(login));
    const other = await change(await fixture.newAdmin(), login.username);
    const log = fixture.server.log();
    const binary = fixture.server.binaryLog();
    for (const { password } of [next, other]) {
      expect(log).toContain(nativeHash(password));
      expect(binary).toContain(nativeHash(password));
      expect(log + binary).not.toContain(password.reveal());
    }
    // As it would with the password itself.
    const clear = await change({ ...other, passwordForm: "plaintext" });
    expect(fixture.server.log()).toContain(clear.password.reveal());
  });
});

describeNeeding(whatIsMissing(), "MariaDB that checks passwords", {}, () => {
  let fixture: MariadbFixture;
  beforeAll(async () => {
    fixture = await openMariadbFixture({ options: ["--plugin-load-add=simple_password_check"] });
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  it("takes no hash; the rehearsal says so, and what to do", async () => {
    const login = await fixture.newUser();
    await using session = await sessionOf(mariadb, login);
    const rejected = {
      code: "PASSWORD_REJECTED",
      remedy: expect.stringContaining("passwordForm: plaintext"),
    };
    const rehearsed = session.rehearsePassword(login.username, anyTime());
    await expect(rehearsed).rejects.toMatchObject(rejected);
    const set = session.setPassword(login.username, newPassword(), anyTime());
    await expect(set).rejects.toMatchObject(rejected);
    expect(await accepts(mariadb, login, anyTime())).toBe(true);
  });

  it("takes a hash where strict_password_validation is off", async () => {
    const login = await fixture.newUser();
    await fixture.server.query("SET GLOBAL strict_password_validation = 0");
    await using session = await sessionOf(mariadb, login);
    await session.rehearsePassword(login.username, anyTime());
    const password = newPassword();
    await session.setPassword(login.username, password, anyTime());
    await fixture.server.query("SET GLOBAL strict_password_validation = 1");
    expect(await accepts(mariadb, { ...login, password }, anyTime())).toBe(true);
  });

  it("takes a password in clear that satisfies it, and no other", async () => {
    const login = { ...(await fixture.newUser()), passwordForm: "plaintext" } as const;
    await using session = await sessionOf(mariadb, login);
    await session.rehearsePassword(login.username, anyTime());
    const weak = session.setPassword(login.username, new Secret("aB3".repeat(10)), anyTime());
    await expect(weak).rejects.toMatchObject({ code: "PASSWORD_REJECTED" });
    const password = newPassword();
    await session.setPassword(login.username, password, anyTime());
    expect(await accepts(mariadb, { ...login, password }, anyTime())).toBe(true);
  });
});

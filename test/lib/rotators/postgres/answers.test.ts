import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../../../../lab/postgres/server.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { openPostgresFixture, type PostgresFixture } from "./fixture.ts";

// A server of its own, for its access rules, its log and its settings.
let server: PostgresServer;
let fixture: PostgresFixture;
beforeAll(async () => {
  server = await startPostgres({
    hba: [
      "hostssl all rejected 127.0.0.1/32 reject",
      "hostssl all cleartext 127.0.0.1/32 password",
      "hostssl all md5 127.0.0.1/32 md5",
      "hostssl all trusted 127.0.0.1/32 trust",
      "hostssl closed all 127.0.0.1/32 reject",
      "hostssl all all 127.0.0.1/32 scram-sha-256",
    ],
    settings: { log_statement: "all", shared_preload_libraries: "passwordcheck" },
  });
  fixture = await openPostgresFixture(server);
});
afterAll(async () => {
  await fixture?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

describe("a login that PostgreSQL refuses whatever the password", () => {
  it.each<[string, string]>([
    ["the user may not log in", "NOLOGIN"],
    ["it has no password", "PASSWORD NULL"],
    ["its password has expired", "VALID UNTIL '2020-01-01'"],
  ])("is a value when %s", async (_, change) => {
    const login = await fixture.newUser();
    await fixture.query(`ALTER ROLE ${login.username} ${change}`);
    expect(await postgres.login(login, anyTime())).toBe("refused");
  });

  const database = (name: string) => (login: Login) => ({ ...login, database: name });
  it.each<[string, string, boolean, string, (login: Login) => Login]>([
    ["the database does not exist", "3D000: the database does not", false, "", database("none")],
    [
      "the user lacks CONNECT",
      "42501: it lacks CONNECT",
      false,
      "CREATE DATABASE members; REVOKE CONNECT ON DATABASE members FROM PUBLIC",
      database("members"),
    ],
    [
      "the database takes no connections",
      "55000: ",
      true,
      "CREATE DATABASE shut ALLOW_CONNECTIONS false",
      database("shut"),
    ],
    [
      "pg_hba.conf rejects it",
      "28000: no entry in pg_hba.conf",
      false,
      "CREATE DATABASE closed",
      database("closed"),
    ],
    [
      "it has all its connections",
      "53300: too many connections",
      true,
      "ALTER ROLE user CONNECTION LIMIT 0",
      (login) => login,
    ],
  ])("is an error when %s", async (_, message, retryable, change, to) => {
    const login = await fixture.newUser();
    for (const statement of change.split("; ").filter(Boolean))
      await fixture.query(statement.replace(" user ", ` ${login.username} `));
    await expect(postgres.login(to(login), anyTime())).rejects.toMatchObject({
      code: "LOGIN_FORBIDDEN",
      retryable,
      message: expect.stringContaining(`let user ${login.username} in (${message}`),
    });
  });

  it.each([
    ["cleartext", "the password in clear text"],
    ["trusted", "no password (trust)"],
  ])("is an error when the server's method is %s", async (username, method) => {
    const login = await fixture.newUser(username);
    await expect(postgres.login(login, anyTime())).rejects.toMatchObject({
      code: "AUTHENTICATION_METHOD_REFUSED",
      message: expect.stringContaining(`asks for ${method}; the password was not sent`),
    });
  });

  it("is an error when the server keeps the password as MD5, with the statements that cure it", async () => {
    await fixture.query("SET password_encryption = md5");
    const login = await fixture.newUser("md5");
    const refusal = await postgres.login(login, anyTime()).then(
      () => expect.unreachable(),
      (error) => error,
    );
    expect(refusal).toMatchObject({
      code: "AUTHENTICATION_METHOD_REFUSED",
      happened: expect.stringContaining("asks for the password as MD5; the password was not sent"),
    });
    const statements = /: (SET password_encryption .*?; ALTER ROLE .*?;)/.exec(refusal.remedy)?.[1];
    await fixture.query(String(statements).replace("…", login.password.reveal()));
    await fixture.query("RESET password_encryption");
    expect(await accepts(postgres, login, anyTime())).toBe(true);
  });
});

describe("a user with VALID UNTIL", () => {
  it("is told by a rehearsal when it expires, with the statement for an administrator", async () => {
    const login = await fixture.newUser();
    await using session = await sessionOf(postgres, login);
    expect(await session.rehearsePassword(login.username, anyTime())).toEqual([]);
    await fixture.query(`ALTER ROLE ${login.username} VALID UNTIL '2031-02-03 04:05+00'`);
    const notices = await session.rehearsePassword(login.username, anyTime());
    expect(notices).toMatchObject([
      {
        code: "PASSWORD_EXPIRES",
        what: expect.stringContaining(
          "expires at 2031-02-03 04:05 UTC (VALID UNTIL). A rotation in",
        ),
      },
    ]);
    await fixture.query(/run: (.*)$/.exec(notices[0]?.remedy ?? "")?.[1] ?? "");
    expect(await session.rehearsePassword(login.username, anyTime())).toEqual([]);
  });
});

describe("a user whose sessions start read-only", () => {
  it("changes its password nevertheless", async () => {
    const login = await fixture.newUser();
    await fixture.query(`ALTER ROLE ${login.username} SET default_transaction_read_only = on`);
    const password = newPassword();
    await using session = await sessionOf(postgres, login);
    await session.rehearsePassword(login.username, anyTime());
    await session.setPassword(login.username, password, anyTime());
    expect(await accepts(postgres, { ...login, password }, anyTime())).toBe(true);
  });
});

describe("a password policy of the server", () => {
  it("is told as a refusal that has changed nothing", async () => {
    const login: Login = { ...(await fixture.newUser()), passwordForm: "plaintext" };
    await using session = await sessionOf(postgres, login);
    const change = session.setPassword(login.username, new Secret("short"), anyTime());
    await expect(change).rejects.toMatchObject({
      code: "PASSWORD_REJECTED",
      message: expect.stringContaining("SQLSTATE 22023"),
    });
    expect(await accepts(postgres, login, anyTime())).toBe(true);
    await session.setPassword(login.username, newPassword(), anyTime());
  });

  it("is met by the throw-away password of a rehearsal", async () => {
    const login: Login = { ...(await fixture.newUser()), passwordForm: "plaintext" };
    await using session = await sessionOf(postgres, login);
    await session.rehearsePassword(login.username, anyTime());
  });
});

describe("the server's log", () => {
  const loggedAfter = async (passwordForm: Login["passwordForm"]) => {
    const login = { ...(await fixture.newUser()), passwordForm };
    const password = newPassword();
    const before = server.log().length;
    await using session = await sessionOf(postgres, login);
    await session.lock(login.username, anyTime());
    await session.rehearsePassword(login.username, anyTime());
    await session.setPassword(login.username, password, anyTime());
    const failed = session.setPassword(`none_${randomUUID()}`, password, anyTime());
    await expect(failed).rejects.toMatchObject({ code: "DATABASE_FAILED" });
    return { log: server.log().slice(before), login, password: password.reveal() };
  };

  it("never holds a password that is sent as a verifier", async () => {
    const { log, login, password } = await loggedAfter("verifier");
    expect(log).toContain(`ALTER ROLE "${login.username}" PASSWORD 'SCRAM-SHA-256$4096:`);
    expect(log).not.toContain(password);
    expect(log).not.toContain(login.password.reveal());
  });

  it("holds a password that has to be sent as it is: this search finds it", async () => {
    const { log, password } = await loggedAfter("plaintext");
    expect(log).toContain(password);
  });
});

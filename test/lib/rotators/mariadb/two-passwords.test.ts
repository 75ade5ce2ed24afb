import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import type { SecondPassword } from "../../../../lib/rotators/login/second-password.ts";
import type { Replacement } from "../../../../lib/rotators/login/strategy.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { twoPasswords } from "../../../../lib/rotators/login/two-passwords.ts";
import { mariadb } from "../../../../lib/rotators/mariadb/mariadb.ts";
import { nativeHash } from "../../../../lib/rotators/mysql-protocol/authentication.ts";
import { accountName, quoteName } from "../../../../lib/rotators/mysql-protocol/quoting.ts";
import type { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { secondPasswordContract } from "../../../contracts/second-password.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MariadbFixture, openMariadbFixture } from "./fixture.ts";

const native = (password: Secret<string>) =>
  `mysql_native_password USING '${nativeHash(password)}'`;

describeNeeding(whatIsMissing(), "two passwords of users of MariaDB", {}, () => {
  let fixture: MariadbFixture;
  const query = (sql: string) => fixture.server.query(sql);
  beforeAll(async () => {
    fixture = await openMariadbFixture({ options: ["--plugin-load-add=auth_ed25519"] });
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const newAdmin = async () => {
    const login = await fixture.newUser();
    await query(
      `GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO ${quoteName(login.username)}`,
    );
    await query(`GRANT SELECT ON mysql.* TO ${quoteName(login.username)}`);
    return login;
  };
  const contractFixture = {
    newUser: () => fixture.newUser(),
    newPlainUser: () => fixture.newUser(),
    newAdmin,
    give: async (username: string, passwords: readonly Secret<string>[]) => {
      await query(
        `ALTER USER ${quoteName(username)} IDENTIFIED VIA ${passwords.map(native).join(" OR ")}`,
      );
    },
    stored: (username: string) => fixture.stored(username),
    [Symbol.asyncDispose]: async () => {},
  };

  secondPasswordContract("MariaDB", mariadb, () => contractFixture, {
    byUser: false,
    missing: /GRANT CREATE USER/,
    tells: ["administrator"],
  });

  const by = async <T>(as: Login, work: (passwords: SecondPassword) => Promise<T>) => {
    await using session = await sessionOf(mariadb, as);
    if (!session.secondPassword) throw new Error("the engine's users have one password");
    return await work(session.secondPassword);
  };
  const accepted = (login: Login, ...passwords: readonly Secret<string>[]) =>
    Promise.all(passwords.map((password) => accepts(mariadb, { ...login, password }, anyTime())));
  const definition = async (account: string) =>
    String(Object.values((await query(`SHOW CREATE USER ${account}`))[0] ?? {})[0]);

  describe("the other methods of an account", () => {
    it("are written again in their places, when a password is added and when one is ended", async () => {
      const [login, admin, next] = [await fixture.newUser(), await newAdmin(), newPassword()];
      const account = accountName(login.username, "%");
      await query(
        `ALTER USER ${account} IDENTIFIED VIA unix_socket OR ${native(login.password)} REQUIRE SSL WITH MAX_USER_CONNECTIONS 9`,
      );
      const before = await definition(account);
      await by(admin, (passwords) =>
        passwords.add(login.username, { kept: login.password, added: next }, anyTime()),
      );
      expect(await definition(account)).toBe(
        before.replace(native(login.password), `${native(next)} OR ${native(login.password)}`),
      );
      expect(await accepted(login, login.password, next)).toEqual([true, true]);
      await by(admin, (passwords) => passwords.keepOnly(login.username, [next], anyTime()));
      expect(await definition(account)).toBe(before.replace(native(login.password), native(next)));
      expect(await accepted(login, login.password, next)).toEqual([false, true]);
    });

    it("stop a rotation where no login could prove an old password refused", async () => {
      const [login, admin] = [await fixture.newUser(), await newAdmin()];
      const account = accountName(login.username, "%");
      await query(
        `ALTER USER ${account} IDENTIFIED VIA ${native(login.password)} OR ed25519 USING PASSWORD('x')`,
      );
      const asked = by(admin, (passwords) =>
        passwords.requireUsable(login.username, [login.password], anyTime()),
      );
      await expect(asked).rejects.toMatchObject({
        code: "SECOND_PASSWORD_IMPOSSIBLE",
        message: expect.stringContaining("the method ed25519"),
      });
    });

    it("are not written where they let anybody in without a password", async () => {
      const [login, admin, next] = [await fixture.newUser(), await newAdmin(), newPassword()];
      const account = accountName(login.username, "%");
      await query(
        `ALTER USER ${account} IDENTIFIED VIA ${native(login.password)} OR mysql_native_password USING ''`,
      );
      await by(admin, (passwords) =>
        passwords.add(login.username, { kept: login.password, added: next }, anyTime()),
      );
      expect(await definition(account)).toContain(
        `IDENTIFIED VIA ${native(next)} OR ${native(login.password)}`,
      );
      expect(await definition(account)).not.toContain("''");
    });
  });

  describe("a user on several hosts", () => {
    it("gets it on those that have the password, and the others stay", async () => {
      const [login, admin, next] = [
        await fixture.newUserOn("localhost"),
        await newAdmin(),
        newPassword(),
      ];
      const name = login.username;
      await query(
        `CREATE USER ${accountName(name, "10.1.%")} IDENTIFIED VIA ${native(login.password)}`,
      );
      await query(`CREATE USER ${accountName(name, "10.2.%")} IDENTIFIED BY 'another'`);
      const other = await definition(accountName(name, "10.2.%"));
      await by(admin, async (passwords) => {
        expect(await passwords.requireUsable(name, [login.password], anyTime())).toEqual([]);
        await passwords.add(name, { kept: login.password, added: next }, anyTime());
      });
      for (const host of ["localhost", "10.1.%"])
        expect(await definition(accountName(name, host))).toContain(
          ` OR ${native(login.password)}`,
        );
      expect(await definition(accountName(name, "10.2.%"))).toBe(other);
      expect(await accepted(login, login.password, next)).toEqual([true, true]);
    });

    it("gets it on each of them, also where the connection is lost after the first", async () => {
      const [login, admin] = [await fixture.newUserOn("localhost"), await newAdmin()];
      const next = { ...login, password: newPassword() };
      const other = accountName(login.username, "last.internal");
      await query(`CREATE USER ${other} IDENTIFIED VIA ${native(login.password)}`);
      await using proxy = await fixture.server.proxy();
      let changes = 0;
      using _ = proxy.intercept({
        before({ summary }) {
          if (summary.startsWith("ALTER USER") && ++changes === 2) throw new Error("cut");
        },
      });
      const through = { host: login.host, port: proxy.port };
      const replacement: Replacement = {
        spec: {
          ...{ type: "mariadb", strategy: "two-passwords", passwordForm: "verifier" },
          ...{ traits: strategyTraits["two-passwords"], ca: login.ca, password: defaultPolicy },
          ...{ fields: {}, connection: {}, urls: [] },
        },
        engine: mariadb,
        signal: anyTime(),
        sleep: async () => {},
        current: { ...login, ...through },
        admin: async () => ({ ...admin, ...through }),
        pending: async () => ({ ...next, ...through }),
        async *earlier() {},
        async *held() {},
        leaked: false,
        warn() {},
        outage() {},
      };
      expect(await twoPasswords.set(replacement)).toBe("ready");
      expect(changes).toBe(4);
      for (const account of [accountName(login.username, "localhost"), other])
        expect(await definition(account)).toContain(native(next.password));
    });

    it("is told where none has the password, or there is none", async () => {
      const [login, admin] = [await fixture.newUser(), await newAdmin()];
      for (const username of [login.username, "nobody_of_that_name"]) {
        const asked = by(admin, (passwords) =>
          passwords.requireUsable(username, [newPassword()], anyTime()),
        );
        await expect(asked).rejects.toMatchObject({ code: "ACCOUNT_UNCLEAR" });
      }
    });
  });

  it("tells that a password expires", async () => {
    const [login, admin] = [await fixture.newUser(), await newAdmin()];
    await query(`ALTER USER ${quoteName(login.username)} PASSWORD EXPIRE INTERVAL 30 DAY`);
    const notices = by(admin, (passwords) =>
      passwords.requireUsable(login.username, [login.password], anyTime()),
    );
    expect(await notices).toMatchObject([{ code: "PASSWORD_EXPIRES" }]);
  });

  it.each<[string, string]>([
    ["CREATE USER ON *.*", "GRANT CREATE USER ON *.* TO"],
    ["SELECT ON mysql.*", "GRANT SELECT ON `mysql`.* TO"],
  ])("tells what the administrator lacks: %s", async (right, grant) => {
    const [login, admin] = [await fixture.newUser(), await newAdmin()];
    await query(`REVOKE ${right} FROM ${quoteName(admin.username)}`);
    const denied = { code: "PERMISSION_DENIED", remedy: expect.stringContaining(grant) };
    const { username, password: kept } = login;
    const works: ((passwords: SecondPassword) => Promise<unknown>)[] = [
      (passwords: SecondPassword) => passwords.requireUsable(username, [kept], anyTime()),
      (passwords: SecondPassword) =>
        passwords.add(username, { kept, added: newPassword() }, anyTime()),
    ];
    for (const work of works) await expect(by(admin, work)).rejects.toMatchObject(denied);
  });

  it.each(["PROCESS", "CONNECTION ADMIN"])(
    "ends no sessions of others without %s",
    async (right) => {
      const [login, admin] = [await fixture.newUser(), await newAdmin()];
      await query(`REVOKE ${right} ON *.* FROM ${quoteName(admin.username)}`);
      const ended = by(admin, (passwords) => passwords.endSessions(login.username, anyTime()));
      await expect(ended).rejects.toMatchObject({
        code: "PERMISSION_DENIED",
        remedy: expect.stringContaining(`GRANT ${right} ON *.* TO`),
      });
    },
  );

  it("ends a user's own sessions without any right", async () => {
    const login = await fixture.newUser();
    const others = [await sessionOf(mariadb, login), await sessionOf(mariadb, login)];
    await by(login, async (passwords) => {
      expect(await passwords.endSessions(login.username, anyTime())).toBe(others.length);
      expect(await passwords.endSessions(login.username, anyTime())).toBe(0);
    });
    for (const session of others) {
      await expect(session.lock(login.username, anyTime())).rejects.toThrow();
      await session[Symbol.asyncDispose]();
    }
  });

  it("is refused on a replica, before anything is changed", async () => {
    const [login, admin] = [await fixture.newUser(), await newAdmin()];
    const { username, password: kept } = login;
    await query("SET GLOBAL read_only = ON");
    try {
      const readOnly = { code: "READ_ONLY_SERVER" };
      await expect(
        by(admin, (passwords) => passwords.requireUsable(username, [kept], anyTime())),
      ).rejects.toMatchObject(readOnly);
      await expect(
        by(admin, (passwords) =>
          passwords.add(username, { kept, added: newPassword() }, anyTime()),
        ),
      ).rejects.toMatchObject(readOnly);
    } finally {
      await query("SET GLOBAL read_only = OFF");
    }
  });
});

describeNeeding(whatIsMissing(), "two passwords where MariaDB checks passwords", {}, () => {
  let fixture: MariadbFixture;
  let admin: Login;
  const query = (sql: string) => fixture.server.query(sql);
  beforeAll(async () => {
    fixture = await openMariadbFixture({
      logsStatements: true,
      options: ["--plugin-load-add=simple_password_check"],
    });
    admin = { ...(await fixture.newUser()), passwordForm: "plaintext" };
    const name = quoteName(admin.username);
    await query(`GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO ${name}`);
    await query(`GRANT SELECT ON mysql.* TO ${name}`);
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const add = async (login: Login, added: Secret<string>, as = admin) => {
    await using session = await sessionOf(mariadb, as);
    await session.secondPassword?.requireUsable(login.username, [login.password], anyTime());
    const both = { kept: login.password, added };
    await session.secondPassword?.add(login.username, both, anyTime());
  };

  it("hashes are refused before anything is changed; clear text is taken", async () => {
    const login = await fixture.newUser();
    const hashed = add(login, newPassword(), { ...admin, passwordForm: "verifier" });
    await expect(hashed).rejects.toMatchObject({ code: "PASSWORD_REJECTED" });
    const next = newPassword();
    await add(login, next);
    for (const password of [login.password, next])
      expect(await accepts(mariadb, { ...login, password }, anyTime())).toBe(true);
  });

  it("an old password that is too weak by now is told, and nothing is changed", async () => {
    const login = await fixture.newUser();
    await query("SET GLOBAL simple_password_check_minimal_length = 30");
    const next = newPassword();
    await expect(add(login, next)).rejects.toMatchObject({
      code: "PASSWORD_REJECTED",
      message: expect.stringContaining("error 1819"),
    });
    await query("SET GLOBAL simple_password_check_minimal_length = 8");
    expect(await accepts(mariadb, login, anyTime())).toBe(true);
  });

  it("where used passwords are refused, none is tried, so that the new one is not used up", async () => {
    const login = await fixture.newUser();
    await query("INSTALL SONAME 'password_reuse_check'");
    try {
      const next = newPassword();
      const from = fixture.server.log().length;
      const impossible = { code: "SECOND_PASSWORD_IMPOSSIBLE", retryable: false };
      await expect(add(login, next)).rejects.toMatchObject(impossible);
      {
        await using session = await sessionOf(mariadb, admin);
        const both = { kept: login.password, added: next };
        const added = session.secondPassword?.add(login.username, both, anyTime());
        await expect(added).rejects.toMatchObject(impossible);
        await expect(
          add(login, next, { ...admin, passwordForm: "verifier" }),
        ).rejects.toMatchObject(impossible);
        expect(fixture.server.log().slice(from)).not.toContain("ALTER USER");
        await session.setPassword(login.username, next, anyTime());
      }
      expect(await accepts(mariadb, { ...login, password: next }, anyTime())).toBe(true);
    } finally {
      await query("UNINSTALL SONAME 'password_reuse_check'");
    }
  });

  it("where used passwords are refused but hashes are taken, a hash is added", async () => {
    const login = await fixture.newUser();
    await query("INSTALL SONAME 'password_reuse_check'");
    await query("SET GLOBAL strict_password_validation = 0");
    try {
      const next = newPassword();
      await add(login, next, { ...admin, passwordForm: "verifier" });
      for (const password of [login.password, next])
        expect(await accepts(mariadb, { ...login, password }, anyTime())).toBe(true);
    } finally {
      await query("SET GLOBAL strict_password_validation = 1");
      await query("UNINSTALL SONAME 'password_reuse_check'");
    }
  });
});

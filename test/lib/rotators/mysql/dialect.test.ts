import { describe, expect, it } from "vitest";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { hasCachingSha2Hash } from "../../../../lib/rotators/mysql/caching-sha2.ts";
import { dialect } from "../../../../lib/rotators/mysql/dialect.ts";
import { nativeHash } from "../../../../lib/rotators/mysql-protocol/authentication.ts";
import type { Definition, Run } from "../../../../lib/rotators/mysql-protocol/dialect.ts";
import { newPassword } from "../../../contracts/engine.ts";

const login: Login = {
  host: "db.internal",
  port: 3306,
  database: "app",
  username: "adm",
  password: newPassword(),
  ca: undefined,
  passwordForm: "verifier",
};

const account = { username: "app", host: "%", name: "`app`@`%`" };

/** Of an account, what the server answers; the columns are those of the statement, in its order. */
const answering =
  (row: Readonly<Record<string, string>>): Run =>
  async (sql) => {
    if (!sql.includes("FROM mysql.user")) return [];
    const columns = sql.replace(/^SELECT | FROM .*$/g, "").split(/, (?![^(]*\))/);
    return [columns.map((column) => row[column] ?? null)];
  };

/** 9.7, which runs here, has this plugin no more. */
describe("an account with mysql_native_password", () => {
  const password = newPassword();
  const hash = Buffer.from(nativeHash(password)).toString("hex");
  const like: Definition = {
    methods: [{ plugin: "mysql_native_password", stored: hash.toUpperCase() }],
    conditions: "REQUIRE NONE",
    isLocked: false,
    expires: undefined,
  };

  it("stays one when it is opened and closed", () => {
    expect(dialect.open("a", like, password, "verifier")).toEqual([
      "ALTER USER a DISCARD OLD PASSWORD",
      `ALTER USER a IDENTIFIED WITH 'mysql_native_password' AS 0x${hash} REQUIRE NONE ACCOUNT UNLOCK PASSWORD EXPIRE NEVER`,
    ]);
    expect(dialect.open("a", like, password, "plaintext")[1]).toContain(
      `IDENTIFIED WITH 'mysql_native_password' BY '${password.reveal()}' REQUIRE NONE`,
    );
    const nobody = `*${"0".repeat(40)}`;
    expect(dialect.close("a", like, "verifier")).toEqual([
      `ALTER USER a IDENTIFIED WITH 'mysql_native_password' AS '${nobody}' ACCOUNT LOCK`,
      "ALTER USER a DISCARD OLD PASSWORD",
    ]);
    const stored = Buffer.from(nobody).toString("hex").toUpperCase();
    const methods = [{ plugin: "mysql_native_password", stored }];
    expect(dialect.isClosed({ ...like, methods, isLocked: true })).toBe(true);
    expect(dialect.isClosed({ ...like, isLocked: true })).toBe(false);
  });

  it("has the password that it is compared with, or another", () => {
    const methods = [like.methods[0], { plugin: "caching_sha2_password", stored: "24" }].flatMap(
      (each) => each ?? [],
    );
    expect(dialect.isOnePassword(methods.slice(0, 1), undefined)).toBe(true);
    expect(dialect.isOnePassword(methods, undefined)).toBe(false);
    expect(dialect.isOnePassword(methods, password)).toBe(false);
  });
});

describe("what an account is", () => {
  it("has factors beside the password", async () => {
    const factors = "JSON_CONTAINS_PATH(User_attributes, 'one', '$.multi_factor_authentication')";
    const { methods } = await dialect.definition(
      account,
      answering({ plugin: "caching_sha2_password", [factors]: "1" }),
    );
    expect(methods.map(({ plugin }) => plugin)).toEqual([
      "caching_sha2_password",
      "multi_factor_authentication",
    ]);
  });

  it("expires when the server says, unless it says itself", async () => {
    const read = async (row: Readonly<Record<string, string>>) =>
      (
        await dialect.definition(
          account,
          answering({ "@@GLOBAL.default_password_lifetime": "90", ...row }),
        )
      ).expires;
    expect(await read({})).toBe("default_password_lifetime, 90 days");
    expect(await read({ password_lifetime: "0" })).toBeUndefined();
    expect(await read({ password_lifetime: "30" })).toBe("INTERVAL 30 DAY");
    expect(await read({ password_expired: "Y" })).toBe("now");
  });
});

it("the hash of a closed account is of no password, because no digest ends like that", () => {
  const [create = ""] = dialect.create("a", { owner: "app", clone: "a" }, "verifier");
  const [, stored = ""] = /AS '(\$A\$005\$[./\w]{63})'/.exec(create) ?? [];
  expect(stored.at(-1)).toBe("z");
  expect(hasCachingSha2Hash(newPassword(), Buffer.from(stored))).toBe(false);
});

describe("the server's version", () => {
  const changeable = (version: string) =>
    dialect.requireChangeable(async (sql) => [[sql.includes("VERSION") ? version : "0"]], login);

  it.each(["8.0.14", "8.0.20-log", "5.7.44"])("%s is refused", async (version) => {
    await expect(changeable(version)).rejects.toMatchObject({
      code: "PAIR_UNUSABLE",
      message: expect.stringContaining(version),
    });
  });

  it.each(["8.0.21", "8.0.39", "8.4.3", "9.7.4"])("%s is taken", async (version) => {
    await expect(changeable(version)).resolves.toBeUndefined();
  });
});

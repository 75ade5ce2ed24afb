import { afterAll, beforeAll, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { ServerAnswer } from "../../../../lib/rotators/mysql-protocol/answers.ts";
import { Connection } from "../../../../lib/rotators/mysql-protocol/connection.ts";
import { anyTime } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { everyRendering } from "../../../rendering.ts";
import { type MariadbFixture, openMariadbFixture } from "./fixture.ts";

describeNeeding(whatIsMissing(), "a connection", {}, () => {
  let fixture: MariadbFixture;
  let login: Login;
  beforeAll(async () => {
    fixture = await openMariadbFixture();
    login = await fixture.newUser();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  it.each([0, 1, 250, 251, 65_535, 65_536, 200_000])("reads a text of %d characters", async (n) => {
    await using connection = await Connection.open(login, anyTime(), ["mysql_native_password"]);
    const rows = await connection.query(`SELECT repeat('ä', ${n}), NULL, 7`, anyTime());
    expect(rows).toEqual([["ä".repeat(n), null, "7"]]);
  });

  it("reads no row, and many", async () => {
    await using connection = await Connection.open(login, anyTime(), ["mysql_native_password"]);
    expect(await connection.query("SELECT 1 FROM DUAL WHERE 1 = 0", anyTime())).toEqual([]);
    expect(await connection.query("DO 1", anyTime())).toEqual([]);
    const many = `WITH RECURSIVE n AS (SELECT 1 AS i UNION SELECT i + 1 FROM n WHERE i < 900) SELECT i FROM n`;
    const rows = await connection.query(many, anyTime());
    expect(rows).toEqual(Array.from({ length: 900 }, (_, index) => [String(index + 1)]));
  });

  it("tells a server's error by its number alone, and goes on", async () => {
    await using connection = await Connection.open(login, anyTime(), ["mysql_native_password"]);
    const failed = connection.query("SELEKT 'canary-of-a-statement'", anyTime());
    const error = await failed.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServerAnswer);
    expect(error).toMatchObject({ number: 1064 });
    expect(everyRendering(error)).not.toContain("canary");
    expect(await connection.query("SELECT 1", anyTime())).toEqual([["1"]]);
  });

  it("is over TLS, in UTF-8, and runs one statement at a time", async () => {
    await using connection = await Connection.open(login, anyTime(), ["mysql_native_password"]);
    const [cipher] = await connection.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", anyTime());
    expect(cipher?.[1]).toMatch(/^TLS_|ECDHE/);
    const [row] = await connection.query("SELECT '🔑', @@character_set_client", anyTime());
    expect(row).toEqual(["🔑", "utf8mb4"]);
    const two = connection.query("SELECT 1; SELECT 2", anyTime());
    await expect(two).rejects.toMatchObject({ number: 1064 });
  });

  it("fails at once when the server ends the session", async () => {
    const connection = await Connection.open(login, anyTime(), ["mysql_native_password"]);
    const sleeping = connection.query("SELECT sleep(20)", anyTime());
    const ended = sleeping.then(
      () => "went on",
      () => "ended",
    );
    await fixture.server.query(`KILL USER ${login.username}`);
    expect(await ended).toBe("ended");
    await expect(connection.query("SELECT 1", anyTime())).rejects.toThrow();
    await connection[Symbol.asyncDispose]();
  });
});

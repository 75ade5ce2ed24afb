/** @module-tag ci */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startHostileServer } from "../../../../lab/mysql-protocol/hostile-server.ts";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { listen } from "../../../../lab/postgres/wire.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mariadb } from "../../../../lib/rotators/mariadb/mariadb.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { everyRendering } from "../../../rendering.ts";

const played = { version: "5.5.5-10.11.0-MariaDB", plugin: "mysql_native_password" };

const loginAt = (port: number, ca: string): Login => ({
  host: "127.0.0.1",
  port,
  database: "app",
  username: "app",
  password: newPassword(),
  ca: { pem: ca },
  passwordForm: "verifier",
});

describe("to a server in the place of the right one, the password is not sent", () => {
  const refused = { code: "AUTHENTICATION_METHOD_REFUSED", retryable: false };
  it.each([
    ["asks for clear text", "askCleartext", "mysql_clear_password"],
    ["asks for clear text by PAM's method", "askDialog", "dialog"],
    ["asks for the hash of 1998", "askOld", "a form that is unknown"],
  ] as const)("when it %s", async (_, mode, method) => {
    const authority = await makeAuthority();
    await using server = await startHostileServer(mode, authority, played);
    const login = loginAt(server.port, authority.certificate);
    const error = await mariadb.login(login, anyTime()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...refused, message: expect.stringContaining(method) });
    expect(everyRendering(error)).not.toContain(login.password.reveal());
    // The login request alone: a user, and the answer to a challenge.
    expect(server.sent()[3]).toBe(2);
    expect(server.sent()).toHaveLength(server.sent().readUIntLE(0, 3) + 4);
    expect(server.sent().toString("latin1")).not.toContain(login.password.reveal());
  });

  it("when it offers no TLS: neither is the user", async () => {
    const authority = await makeAuthority();
    await using server = await startHostileServer("refuseTls", authority, played);
    const login = loginAt(server.port, authority.certificate);
    await expect(mariadb.login(login, anyTime())).rejects.toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("offers none"),
    });
    expect(server.sent()).toHaveLength(0);
  });

  it("when nobody vouches for it: neither is the user", async () => {
    await using server = await startHostileServer("askOld", await makeAuthority(), played);
    const { certificate } = await makeAuthority();
    const login = mariadb.login(loginAt(server.port, certificate), anyTime());
    await expect(login).rejects.toMatchObject({ code: "TLS_FAILED" });
    expect(server.sent()).toHaveLength(0);
  });

  it.each([
    ["noise", Buffer.concat([Buffer.from([60, 0, 0, 0]), randomBytes(60).fill(9, 0, 1)])],
    ["a greeting that is cut off", Buffer.from([3, 0, 0, 0, 10, 49, 0])],
  ])("when it begins with %s", async (_, bytes) => {
    await using server = await listen((socket) => void socket.write(bytes));
    const { certificate } = await makeAuthority();
    const login = mariadb.login(loginAt(server.port, certificate), anyTime());
    await expect(login).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringContaining("another protocol"),
    });
  });
});

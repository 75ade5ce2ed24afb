/** @module-tag ci */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hostileModes, startHostileServer } from "../../../../lab/mysql-protocol/hostile-server.ts";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { listen } from "../../../../lab/postgres/wire.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mysql } from "../../../../lib/rotators/mysql/mysql.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { everyRendering } from "../../../rendering.ts";

const played = { version: "9.7.4", plugin: "caching_sha2_password" };

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
  it.each(hostileModes.filter((mode) => mode !== "refuseTls"))("when it does %s", async (mode) => {
    const authority = await makeAuthority();
    await using server = await startHostileServer(mode, authority, played);
    const login = loginAt(server.port, authority.certificate);
    const error = await mysql.login(login, anyTime()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "AUTHENTICATION_METHOD_REFUSED", retryable: false });
    expect(everyRendering(error)).not.toContain(login.password.reveal());
    // The login request alone: a user, and the answer to a challenge.
    expect(server.sent()).toHaveLength(server.sent().readUIntLE(0, 3) + 4);
    expect(server.sent().toString("latin1")).not.toContain(login.password.reveal());
  });

  it.each([
    ["offers no TLS", "refuseTls", true],
    ["is vouched for by nobody", "askOld", false],
  ] as const)("when it %s: neither is the user", async (_, mode, isTrusted) => {
    const authority = await makeAuthority();
    await using server = await startHostileServer(mode, authority, played);
    const trusted = isTrusted ? authority : await makeAuthority();
    const login = loginAt(server.port, trusted.certificate);
    await expect(mysql.login(login, anyTime())).rejects.toMatchObject({ code: "TLS_FAILED" });
    expect(server.sent()).toHaveLength(0);
  });

  it("when it begins with noise", async () => {
    const noise = Buffer.concat([Buffer.from([60, 0, 0, 0]), randomBytes(60).fill(9, 0, 1)]);
    await using server = await listen((socket) => void socket.write(noise));
    const { certificate } = await makeAuthority();
    const login = mysql.login(loginAt(server.port, certificate), anyTime());
    await expect(login).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});

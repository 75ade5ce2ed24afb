/** @module-tag ci */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startHostileMongodb } from "../../../../lab/mongodb/hostile-server.ts";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { listen } from "../../../../lab/postgres/wire.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { everyRendering } from "../../../rendering.ts";

const loginAt = (port: number, ca: string): Login => ({
  host: "127.0.0.1",
  port,
  database: "admin",
  username: "app",
  password: newPassword(),
  ca: { pem: ca },
  passwordForm: "verifier",
});

describe("to a server in the place of the right one, the password is not sent", () => {
  const refused = { code: "AUTHENTICATION_METHOD_REFUSED", retryable: false };
  it.each([
    ["knows the user by clear text alone", "askPlain", "a method that is not SCRAM"],
    ["asks for one round of hashing", "askLittle", "does not prove"],
    ["lets anybody in", "skipProof", "does not prove"],
    ["takes the proof and gives none", "proveNothing", "does not prove"],
  ] as const)("when it %s", async (_, mode, method) => {
    const authority = await makeAuthority();
    await using server = await startHostileMongodb(mode, authority);
    const login = loginAt(server.port, authority.certificate);
    const error = await mongodb.login(login, anyTime()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...refused, message: expect.stringContaining(method) });
    expect(everyRendering(error)).not.toContain(login.password.reveal());
    const sent = server.sent().toString("latin1");
    expect(sent).not.toContain(login.password.reveal());
    expect(sent.includes(",p=")).toBe(mode === "proveNothing");
  });

  it("when it has no TLS: neither is the user", async () => {
    const authority = await makeAuthority();
    await using server = await startHostileMongodb("refuseTls", authority);
    const login = mongodb.login(loginAt(server.port, authority.certificate), anyTime());
    await expect(login).rejects.toMatchObject({ code: "TLS_FAILED" });
    expect(server.sent().toString("latin1")).not.toContain("app");
  });

  it("when nobody vouches for it: neither is the user", async () => {
    await using server = await startHostileMongodb("askPlain", await makeAuthority());
    const { certificate } = await makeAuthority();
    const login = mongodb.login(loginAt(server.port, certificate), anyTime());
    await expect(login).rejects.toMatchObject({ code: "TLS_FAILED" });
    expect(server.sent()).toHaveLength(0);
  });

  it("before the gate is open: neither is the user", async () => {
    const authority = await makeAuthority();
    await using server = await startHostileMongodb("proveNothing", authority);
    await using approach = mongodb.approach(loginAt(server.port, authority.certificate), anyTime());
    await expect.poll(() => server.sent().length).toBeGreaterThan(0);
    expect(server.sent().toString("latin1")).not.toContain("app");
    await expect(approach.login()).rejects.toMatchObject(refused);
  });

  it("when what it says is noise", async () => {
    await using server = await listen((socket) => void socket.write(randomBytes(60)));
    const { certificate } = await makeAuthority();
    const login = mongodb.login(loginAt(server.port, certificate), anyTime());
    await expect(login).rejects.toMatchObject({ code: "TLS_FAILED" });
  });
});

/** @module-tag ci */
import { randomBytes } from "node:crypto";
import { describe, expect, inject, it } from "vitest";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { type HostileMode, startHostilePostgres } from "../../../../lab/postgres/hostile-server.ts";
import {
  acceptTls,
  asksForTls,
  identityFrom,
  listen,
  readMessage,
  readStartup,
} from "../../../../lab/postgres/wire.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { everyRendering } from "../../../rendering.ts";

const loginAt = (port: number, ca: string): Login => ({
  host: "127.0.0.1",
  port,
  database: "app",
  username: "app",
  password: newPassword(),
  ca: { pem: ca },
  passwordForm: "verifier",
});

describe("to a server in the place of the right one, nothing secret is sent", () => {
  it.each<[string, HostileMode, object]>([
    ["offers no TLS", "refuseTls", { code: "TLS_FAILED", retryable: false }],
    ["asks for clear text", "askCleartext", { code: "AUTHENTICATION_METHOD_REFUSED" }],
    ["asks for MD5", "askMd5", { code: "AUTHENTICATION_METHOD_REFUSED" }],
    ["lets everybody in", "trust", { code: "AUTHENTICATION_METHOD_REFUSED" }],
  ])("when it %s", async (_, mode, expected) => {
    const authority = await makeAuthority();
    await using server = await startHostilePostgres(mode, authority);
    const login = loginAt(server.port, authority.certificate);
    const error = await postgres.login(login, anyTime()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(expected);
    expect(everyRendering(error)).not.toContain(login.password.reveal());
    expect(server.sent()).toHaveLength(0);
  });

  it("when its certificate is for another name", async () => {
    const authority = await makeAuthority();
    const identity = await identityFrom(authority, ["other.internal"]);
    const sent: Buffer[] = [];
    await using server = await listen(async (socket) => {
      if (!(await asksForTls(socket))) return;
      const secured = acceptTls(socket, identity);
      const startup = await readStartup(secured);
      if (startup) sent.push(startup.bytes);
    });
    const login = loginAt(server.port, authority.certificate);
    await expect(postgres.login(login, anyTime())).rejects.toMatchObject({ code: "TLS_FAILED" });
    expect(sent).toEqual([]);
  });

  it.each<[string, Buffer, string]>([
    // SASL, mechanism SCRAM-SHA-256; then AuthenticationOk and ReadyForQuery without its proof.
    [
      "breaks SCRAM off with a welcome",
      Buffer.from("5200000008000000005a0000000549", "hex"),
      "SCRAM",
    ],
  ])("when it %s", async (_, welcome, method) => {
    const authority = await makeAuthority();
    const identity = await identityFrom(authority, ["127.0.0.1"]);
    const sent: Buffer[] = [];
    await using server = await listen(async (socket) => {
      if (!(await asksForTls(socket))) return;
      const secured = acceptTls(socket, identity);
      await readStartup(secured);
      const body = Buffer.from("\0\0\0\x0aSCRAM-SHA-256\0\0", "latin1");
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length + 4);
      secured.write(Buffer.concat([Buffer.from("R"), length, body]));
      await readMessage(secured); // the client's first message: its nonce
      secured.write(welcome);
      for (let next = await readMessage(secured); next; next = await readMessage(secured))
        if (next.type !== "X") sent.push(next.bytes);
    });
    const login = loginAt(server.port, authority.certificate);
    await expect(postgres.login(login, anyTime())).rejects.toMatchObject({
      code: "AUTHENTICATION_METHOD_REFUSED",
      message: expect.stringContaining(method),
    });
    expect(sent).toEqual([]);
  });

  it("when it answers with noise", async () => {
    await using server = await listen((socket) => void socket.write(randomBytes(64)));
    const login = loginAt(server.port, inject("postgres").ca);
    await expect(postgres.login(login, anyTime())).rejects.toMatchObject({ code: "TLS_FAILED" });
  });

  it("when its certificate has no authority at all", async () => {
    const authority = await makeAuthority();
    await using server = await startHostilePostgres("trust", authority);
    const login = loginAt(server.port, inject("postgres").ca);
    await expect(postgres.login(login, anyTime())).rejects.toMatchObject({ code: "TLS_FAILED" });
    expect(server.sent()).toHaveLength(0);
  });
});

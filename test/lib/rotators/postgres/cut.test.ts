import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startPostgresProxy } from "../../../../lab/postgres/proxy.ts";
import { type PostgresServer, startPostgres } from "../../../../lab/postgres/server.ts";
import type { CallInterceptor, ServerProxy } from "../../../../lab/server.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { openPostgresFixture, type PostgresFixture } from "./fixture.ts";

let server: PostgresServer;
let fixture: PostgresFixture;
let proxy: ServerProxy;
let login: Login;
/** The same user through the proxy. */
let far: Login;

beforeAll(async () => {
  server = await startPostgres();
  fixture = await openPostgresFixture(server);
});
afterAll(async () => {
  await fixture?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  proxy = await startPostgresProxy(server);
  login = await fixture.newUser();
  far = { ...login, port: proxy.port };
});
afterEach(() => proxy[Symbol.asyncDispose]());

const cutBefore: CallInterceptor = {
  before(call) {
    if (call.summary.startsWith("BEGIN")) throw new Error("cut");
  },
};
const loseReply: CallInterceptor = {
  after: (call) => (call.summary.startsWith("BEGIN") ? "lose" : undefined),
};
const forever = new Promise<never>(() => {});
const stall: CallInterceptor = {
  before: (call) => (call.summary.startsWith("BEGIN") ? forever : undefined),
};

/** What is undecided after it must not be one of these. */
const decided = ["PERMISSION_DENIED", "READ_ONLY_SERVER", "PASSWORD_REJECTED"];

describe("a connection that is cut", () => {
  it.each([
    ["before a rehearsal", cutBefore],
    ["behind the statement of a rehearsal", loseReply],
  ])("%s leaves the user as it was", async (_, interceptor) => {
    const before = await fixture.stored(login.username);
    await using session = await sessionOf(postgres, far);
    using __ = proxy.intercept(interceptor);
    await expect(session.rehearsePassword(login.username, anyTime())).rejects.toMatchObject({
      code: "UNREACHABLE",
      retryable: true,
    });
    expect(await fixture.stored(login.username)).toBe(before);
  });

  it.each([
    ["before a change", cutBefore, false],
    ["behind a change", loseReply, true],
  ])("%s is told as undecided", async (_, interceptor, changed) => {
    const password = newPassword();
    await using session = await sessionOf(postgres, far);
    using __ = proxy.intercept(interceptor);
    const change = session.setPassword(login.username, password, anyTime());
    await expect(change).rejects.toMatchObject({ code: "UNREACHABLE" });
    await expect(change).rejects.not.toMatchObject({ code: expect.toBeOneOf(decided) });
    expect(await accepts(postgres, { ...login, password }, anyTime())).toBe(changed);
    expect(await accepts(postgres, login, anyTime())).toBe(!changed);
  });

  it("during the login is told as unreachable", async () => {
    using _ = proxy.intercept({
      before() {
        throw new Error("cut");
      },
    });
    await expect(postgres.login(far, anyTime())).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  it("by an administrator is told as a failure that may pass", async () => {
    await using session = await sessionOf(postgres, login);
    const mine = `usename = '${login.username}'`;
    await fixture.query(
      `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE ${mine}`,
    );
    const change = session.setPassword(login.username, newPassword(), anyTime());
    await expect(change).rejects.toMatchObject({ retryable: true });
    await expect(change).rejects.not.toMatchObject({ code: "UNEXPECTED" });
    expect(await accepts(postgres, login, anyTime())).toBe(true);
  });
});

describe("a server that falls silent", () => {
  it("holds a change up until the signal, and no longer", async () => {
    await using session = await sessionOf(postgres, far);
    using _ = proxy.intercept(stall);
    const start = performance.now();
    const change = session.setPassword(login.username, newPassword(), AbortSignal.timeout(150));
    await expect(change).rejects.toMatchObject({ code: "DEADLINE" });
    expect(performance.now() - start).toBeLessThan(3000);
    expect(await accepts(postgres, login, anyTime())).toBe(true);
  });

  it("does not hold up the end of a session", async () => {
    await using relay = await tcpRelay(server.port);
    const session = await sessionOf(postgres, { ...login, port: relay.port });
    relay.freeze();
    const start = performance.now();
    await session[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

/** Passes bytes on until it is frozen: then nothing comes through, not even the end of a connection. */
async function tcpRelay(to: number): Promise<AsyncDisposable & { port: number; freeze(): void }> {
  const sockets: Socket[] = [];
  const relay = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: to, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [near, far]) sockets.push(socket.on("error", () => {}));
    near.pipe(far);
    far.pipe(near);
  });
  await once(relay.listen(0, "127.0.0.1"), "listening");
  return {
    port: (relay.address() as AddressInfo).port,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(relay.close(), "close");
    },
  };
}

describe("a server that is down", () => {
  it("is unreachable, and lets in again when it is back", async () => {
    await fixture[Symbol.asyncDispose]();
    await server.stop();
    await expect(postgres.login(login, anyTime())).rejects.toMatchObject({ code: "UNREACHABLE" });
    await server.start();
    fixture = await openPostgresFixture(server);
    expect(await accepts(postgres, login, anyTime())).toBe(true);
  });
});

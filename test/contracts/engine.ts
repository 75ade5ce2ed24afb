import { randomBytes } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority } from "../../lab/postgres/certificates.ts";
import { freePort } from "../../lab/postgres/free-port.ts";
import {
  accepts,
  type Engine,
  type EngineTraits,
  type Session,
} from "../../lib/rotators/login/engine.ts";
import type { Login } from "../../lib/rotators/login/login.ts";
import { Secret } from "../../lib/secret/secret.ts";
import { everyRendering } from "../rendering.ts";

/** A real server of the engine. */
export interface EngineFixture extends AsyncDisposable {
  /** A user that may log in, with a password of its own. The server's certificate is for 127.0.0.1. */
  newUser(username?: string): Promise<Login>;
  /**
   * A user that may log in and change nobody's password, where users who may change their own may change others'. Absent:
   * every user may change its own, and no other's.
   */
  newPowerless?(): Promise<Login>;
  /** A login needs no database of the name that it has. */
  readonly ignoresDatabase?: true;
  /** What the server keeps of the user's password, byte for byte. */
  stored(username: string): Promise<string>;
}

export const anyTime = (): AbortSignal => AbortSignal.timeout(20_000);

/** Of every kind of character: some server here checks that, and chance alone leaves one out in a thousand. */
/** With characters that every service takes. */
export function newPassword(): Secret<string> {
  return new Secret(`aA1-${randomBytes(12).toString("hex")}`);
}

export async function sessionOf(engine: Engine, login: Login): Promise<Session> {
  const session = await engine.login(login, anyTime());
  if (session === "refused") throw new Error(`${login.username} is refused`);
  return session;
}

/** What names and passwords can hold that a statement must quote. */
export const hostileTexts: readonly [string, string][] = [
  ["single quotes", "it's'' '"],
  ["double quotes", 'a"b""c'],
  ["backslashes", "a\\b\\\\'c\\"],
  ["a statement", `x'; DROP ROLE postgres; --`],
  ["a quoted statement", `x"; DROP ROLE postgres; --`],
  ["dollar quotes", "$$x$a$y$1 %s ?"],
  ["a comment", "x */ -- /* y"],
  ["spaces and line breaks", " a\tb\nc\r\n "],
  ["percent and braces", "%41{{x}}$\u007by}`z`"],
  ["other scripts", "пароль密码"],
  ["a sign beyond 16 bits", "🔑"],
];

/** What every engine must do (`lib/engines/engine.ts`). */
export function engineContract(
  name: string,
  engine: Engine,
  traits: EngineTraits,
  openFixture: () => Promise<EngineFixture>,
  /** What names of users can hold. */
  hostileNames = hostileTexts,
  /** What passwords can hold. */
  hostilePasswords = hostileTexts,
): void {
  let fixture: EngineFixture;
  beforeAll(async () => {
    fixture = await openFixture();
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  const setPassword = async (as: Login, password: Secret<string>, of = as.username) => {
    await using session = await sessionOf(engine, as);
    await session.setPassword(of, password, anyTime());
  };

  /** A user that may not change another's password. */
  const newRefused = () => fixture.newPowerless?.() ?? fixture.newUser();

  /** After a refusal. */
  const expectUsable = async (session: Session, login: Login) => {
    if (fixture.newPowerless) {
      await expect(session.lock(login.username, anyTime())).rejects.toMatchObject({
        code: "PERMISSION_DENIED",
      });
      return;
    }
    const password = newPassword();
    await session.setPassword(login.username, password, anyTime());
    expect(await accepts(engine, { ...login, password }, anyTime())).toBe(true);
  };

  describe(`${name}: approach`, () => {
    it("logs in when it is told to, with the password that is right by then", async () => {
      const [login, next] = [await fixture.newUser(), newPassword()];
      await using approach = engine.approach({ ...login, password: next }, anyTime());
      await setPassword(login, next);
      expect(await approach.login()).not.toBe("refused");
    });

    it("answers a wrong password with a value", async () => {
      const login = { ...(await fixture.newUser()), password: newPassword() };
      await using approach = engine.approach(login, anyTime());
      expect(await approach.login()).toBe("refused");
    });

    it("tells what went wrong only when it is asked", async () => {
      const login = { ...(await fixture.newUser()), host: "unknown.invalid" };
      await using approach = engine.approach(login, anyTime());
      await expect(approach.login()).rejects.toMatchObject({ code: "DNS_FAILED" });
    });

    it("closes, asked or not", async () => {
      const login = await fixture.newUser();
      const unasked = engine.approach(login, anyTime());
      await unasked[Symbol.asyncDispose]();
      const asked = engine.approach(login, anyTime());
      const session = await asked.login();
      await asked[Symbol.asyncDispose]();
      if (session === "refused") throw new Error("The right password was refused.");
      await expect(session.lock(login.username, anyTime())).rejects.toThrow();
    });
  });

  describe(`${name}: login`, () => {
    it("opens a session with the right password", async () => {
      expect(await accepts(engine, await fixture.newUser(), anyTime())).toBe(true);
    });

    it("answers a wrong password with a value", async () => {
      const login = { ...(await fixture.newUser()), password: newPassword() };
      expect(await engine.login(login, anyTime())).toBe("refused");
    });

    it("answers an unknown user with a value", async () => {
      const login = { ...(await fixture.newUser()), username: "nobody_of_that_name" };
      expect(await engine.login(login, anyTime())).toBe("refused");
    });

    it("tells a host name that does not resolve", async () => {
      const login = { ...(await fixture.newUser()), host: "db.quarterturn.invalid" };
      await expect(engine.login(login, anyTime())).rejects.toMatchObject({
        code: "DNS_FAILED",
        retryable: true,
        message: expect.stringContaining("db.quarterturn.invalid"),
      });
    });

    it("tells a port where nobody listens", async () => {
      const login = { ...(await fixture.newUser()), port: await freePort() };
      await expect(engine.login(login, anyTime())).rejects.toMatchObject({
        code: "UNREACHABLE",
        retryable: true,
        message: expect.stringContaining(`127.0.0.1:${login.port} (connection refused)`),
      });
    });

    it("tells a server that hangs up", async () => {
      await using server = await tcpServer((socket) => socket.destroy());
      const login = { ...(await fixture.newUser()), port: server.port };
      await expect(engine.login(login, anyTime())).rejects.toMatchObject({ code: "UNREACHABLE" });
    });

    it("gives up at the signal on a server that stays silent", async () => {
      await using server = await tcpServer(() => {});
      const login = { ...(await fixture.newUser()), port: server.port };
      const start = performance.now();
      await expect(engine.login(login, AbortSignal.timeout(150))).rejects.toMatchObject({
        code: "DEADLINE",
        retryable: true,
      });
      expect(performance.now() - start).toBeLessThan(3000);
    });

    it("opens no connection once the signal has aborted", async () => {
      let connections = 0;
      await using server = await tcpServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      const login = { ...(await fixture.newUser()), port: server.port };
      await expect(engine.login(login, AbortSignal.abort())).rejects.toMatchObject({
        code: "DEADLINE",
      });
      expect(connections).toBe(0);
    });

    it("refuses a certificate of an authority that it was not told to trust", async () => {
      const { certificate: pem } = await makeAuthority();
      const login = await fixture.newUser();
      for (const ca of [{ pem }, "system", "rds", undefined] as const)
        await expect(engine.login({ ...login, ca }, anyTime())).rejects.toMatchObject({
          code: "TLS_FAILED",
          retryable: false,
        });
    });

    it.each(["127.1", "0.0.0.0"])(
      "refuses a certificate for another name than %s",
      async (host) => {
        const login = { ...(await fixture.newUser()), host };
        await expect(engine.login(login, anyTime())).rejects.toMatchObject({
          code: "TLS_FAILED",
          message: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID"),
        });
      },
    );

    it.each(hostileNames)("quotes a user name with %s", async (_, part) => {
      const username = `${part}${randomBytes(4).toString("hex")}`;
      const login = await fixture.newUser(username);
      const password = newPassword();
      await setPassword(login, password);
      expect(await accepts(engine, { ...login, password }, anyTime())).toBe(true);
      expect(await accepts(engine, login, anyTime())).toBe(false);
    });

    it("takes a user name of the greatest length", async () => {
      const suffix = randomBytes(4).toString("hex");
      const username = `${"u".repeat(traits.maxUsernameLength - suffix.length)}${suffix}`;
      const login = await fixture.newUser(username);
      const password = newPassword();
      await setPassword(login, password);
      expect(await accepts(engine, { ...login, password }, anyTime())).toBe(true);
    });
  });

  describe(`${name}: setPassword`, () => {
    it("makes the new password the accepted one", async () => {
      const login = await fixture.newUser();
      const next = { ...login, password: newPassword() };
      await setPassword(login, next.password);
      expect(await accepts(engine, next, anyTime())).toBe(true);
      expect(await accepts(engine, login, anyTime())).toBe(false);
    });

    it("succeeds with the password that the user already has", async () => {
      const login = await fixture.newUser();
      await using session = await sessionOf(engine, login);
      await session.setPassword(login.username, login.password, anyTime());
      await session.setPassword(login.username, login.password, anyTime());
      expect(await accepts(engine, login, anyTime())).toBe(true);
    });

    it("keeps the session, which can change it back", async () => {
      const login = await fixture.newUser();
      await using session = await sessionOf(engine, login);
      await session.setPassword(login.username, newPassword(), anyTime());
      await session.setPassword(login.username, login.password, anyTime());
      expect(await accepts(engine, login, anyTime())).toBe(true);
    });

    it.each(
      (["verifier", "plaintext"] as const).flatMap((form) =>
        hostilePasswords.map(([what, text]) => [form, what, text] as const),
      ),
    )("sets, as %s, a password with %s", async (passwordForm, _, text) => {
      const login = { ...(await fixture.newUser()), passwordForm };
      const password = new Secret(text);
      await setPassword(login, password);
      expect(await accepts(engine, { ...login, password }, anyTime())).toBe(true);
      expect(await accepts(engine, { ...login, password: new Secret(`${text}x`) }, anyTime())).toBe(
        false,
      );
    });

    it("fails with a type that says that nothing was changed, and works again", async () => {
      const [login, other] = [await newRefused(), await fixture.newUser()];
      await using session = await sessionOf(engine, login);
      const refused = session.setPassword(other.username, newPassword(), anyTime());
      await expect(refused).rejects.toMatchObject({
        code: "PERMISSION_DENIED",
        retryable: false,
        message: expect.stringContaining(`change the password of user ${other.username}`),
      });
      expect(await accepts(engine, other, anyTime())).toBe(true);
      await expectUsable(session, login);
    });

    it("does nothing once the signal has aborted", async () => {
      const login = await fixture.newUser();
      await using session = await sessionOf(engine, login);
      const aborted = session.setPassword(login.username, newPassword(), AbortSignal.abort());
      await expect(aborted).rejects.toMatchObject({ code: "DEADLINE" });
      expect(await accepts(engine, login, anyTime())).toBe(true);
    });
  });

  describe(`${name}: rehearsePassword`, () => {
    it("has no effect", async () => {
      const login = await fixture.newUser();
      const before = await fixture.stored(login.username);
      await using session = await sessionOf(engine, login);
      await session.rehearsePassword(login.username, anyTime());
      await session.rehearsePassword(login.username, anyTime());
      expect(await fixture.stored(login.username)).toBe(before);
      expect(await accepts(engine, login, anyTime())).toBe(true);
    });

    it("fails where the change would fail, and the session works again", async () => {
      const [login, other] = [await newRefused(), await fixture.newUser()];
      await using session = await sessionOf(engine, login);
      await expect(session.rehearsePassword(other.username, anyTime())).rejects.toMatchObject({
        code: "PERMISSION_DENIED",
      });
      if (!fixture.newPowerless) await session.rehearsePassword(login.username, anyTime());
      await expectUsable(session, login);
    });
  });

  describe(`${name}: lock`, () => {
    it("excludes another session, which is told that it waited", async () => {
      const login = await fixture.newUser();
      const second = await sessionOf(engine, login);
      const order: string[] = [];
      const first = await sessionOf(engine, login);
      expect(await first.lock(login.username, anyTime())).toBe(false);
      const waiting = second.lock(login.username, anyTime()).then((waited) => {
        order.push("second");
        return waited;
      });
      await new Promise((resolve) => setTimeout(resolve, 150));
      order.push("first");
      await first[Symbol.asyncDispose]();
      expect(await waiting).toBe(true);
      expect(order).toEqual(["first", "second"]);
      await second[Symbol.asyncDispose]();
    });

    it("is free again when its session is closed", async () => {
      const login = await fixture.newUser();
      for (let i = 0; i < 3; i++) {
        await using session = await sessionOf(engine, login);
        expect(await session.lock(login.username, anyTime())).toBe(false);
      }
    });

    it("is one for each user", async () => {
      const [one, other] = [await fixture.newUser(), await fixture.newUser()];
      await using first = await sessionOf(engine, one);
      await using second = await sessionOf(engine, other);
      expect(await first.lock(one.username, anyTime())).toBe(false);
      expect(await second.lock(other.username, anyTime())).toBe(false);
    });

    it("is given up at the signal", async () => {
      const login = await fixture.newUser();
      await using first = await sessionOf(engine, login);
      await using second = await sessionOf(engine, login);
      await first.lock(login.username, anyTime());
      await expect(second.lock(login.username, AbortSignal.timeout(150))).rejects.toMatchObject({
        code: "DEADLINE",
      });
    });
  });

  // In parallel, because each takes its time.
  describe.concurrent(`${name}: without the signal, a bounded time`, () => {
    it("ends a login to a server that stays silent", { timeout: 10_000 }, async () => {
      await using server = await tcpServer(() => {});
      const login = { ...(await fixture.newUser()), port: server.port };
      await expect(engine.login(login, anyTime())).rejects.toMatchObject({
        code: "UNREACHABLE",
        message: expect.stringContaining("timed out"),
      });
    });

    it("ends the wait for a lock", { timeout: 15_000 }, async () => {
      const login = await fixture.newUser();
      await using first = await sessionOf(engine, login);
      await using second = await sessionOf(engine, login);
      await first.lock(login.username, anyTime());
      await expect(second.lock(login.username, anyTime())).rejects.toMatchObject({
        code: "LOCK_BUSY",
        retryable: true,
        message: expect.stringContaining(login.username),
      });
    });
  });

  describe(`${name}: errors`, () => {
    it("carry neither a password nor a statement", async () => {
      const [login, other] = [await newRefused(), await fixture.newUser()];
      const password = newPassword();
      const session = await sessionOf(engine, { ...login, passwordForm: "plaintext" });
      const attempts = [
        () => session.setPassword(other.username, password, anyTime()),
        () => session.rehearsePassword(other.username, anyTime()),
        () => session.setPassword(login.username, password, AbortSignal.abort()),
        () => engine.login({ ...login, host: "db.quarterturn.invalid" }, anyTime()),
        () => engine.login({ ...login, ca: "system" }, anyTime()),
        ...(fixture.ignoresDatabase
          ? []
          : [() => engine.login({ ...login, database: "none_of_that_name" }, anyTime())]),
      ];
      for (const attempt of attempts) {
        const error = await attempt().then(
          () => expect.unreachable("it must fail"),
          (thrown: unknown) => thrown,
        );
        const text = everyRendering(error);
        expect(text).not.toContain(password.reveal());
        expect(text).not.toContain(login.password.reveal());
        expect(text).not.toMatch(/ALTER|IDENTIFIED|BEGIN|SCRAM-SHA-256\$/);
        expect(error).toHaveProperty("remedy", expect.stringMatching(/\w/));
        expect(error).not.toHaveProperty("cause");
      }
      await session[Symbol.asyncDispose]();
    });
  });
}

async function tcpServer(
  serve: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const port = await freePort();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

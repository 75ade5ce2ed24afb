import { describe, expect, it } from "vitest";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { type AnsweringServer, startAnswering } from "../../../../lab/redis/answering-server.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { everyRendering } from "../../../rendering.ts";

const authority = await makeAuthority();

const loginAt = ({ port }: { port: number }, username = "app"): Login => ({
  host: "127.0.0.1",
  port,
  database: "0",
  username,
  password: newPassword(),
  ca: { pem: authority.certificate },
  passwordForm: "verifier",
});

/** A server that answers this to commands that begin so, and OK to all others. */
const answering = (answers: Readonly<Record<string, string>>): Promise<AnsweringServer> =>
  startAnswering(authority, answers);

describe("an answer to a login", () => {
  it.each([
    ["LOADING Redis is loading the dataset in memory", "LOGIN_FORBIDDEN", true, "loading its data"],
    ["MASTERDOWN Link with MASTER is down", "LOGIN_FORBIDDEN", true, "replica without its primary"],
    ["DENIED Redis is running in protected mode", "LOGIN_FORBIDDEN", false, "protected mode"],
    ["ERR max number of clients reached", "LOGIN_FORBIDDEN", true, "ERR"],
    ["ERR unknown command 'AUTH'", "COMMAND_MISSING", false, "it has no command AUTH"],
  ])("%s", async (line, code, retryable, part) => {
    await using server = await answering({ AUTH: `-${line}` });
    await expect(redis.login(loginAt(server), anyTime())).rejects.toMatchObject({
      code,
      retryable,
      message: expect.stringContaining(part),
    });
  });

  it("is a value where the password is wrong, or the user is off", async () => {
    const line = "-WRONGPASS invalid username-password pair or user is disabled.";
    await using server = await answering({ AUTH: line });
    expect(await redis.login(loginAt(server), anyTime())).toBe("refused");
  });

  it("is a value where a server before Redis 6 knows another password, and it is told no user", async () => {
    const old = { PING: "-NOAUTH Authentication required.", AUTH: "-ERR invalid password" };
    await using server = await answering(old);
    const login = loginAt(server, "default");
    expect(await redis.login(login, anyTime())).toBe("refused");
    expect(server.received()).toContain(`*2\r\n$4\r\nAUTH\r\n`);
    expect(server.received()).not.toContain("default");
  });

  it.each(["HTTP/1.1 400 Bad Request", "+OK Dovecot ready.", ":1"])(
    "of another protocol is told as such: %s",
    async (line) => {
      await using server = await answering({ AUTH: line });
      await expect(redis.login(loginAt(server), anyTime())).rejects.toMatchObject({
        code: "UNREACHABLE",
        message: expect.stringContaining("another protocol"),
      });
    },
  );

  it("of a default user that takes any password: the password is not sent", async () => {
    await using server = await answering({ PING: "+PONG" });
    const login = loginAt(server, "default");
    await expect(redis.login(login, anyTime())).rejects.toMatchObject({
      code: "AUTHENTICATION_METHOD_REFUSED",
      retryable: false,
      message: expect.stringContaining("ACL SETUSER default resetpass"),
    });
    expect(server.received()).not.toContain(login.password.reveal());
  });

  it("of a default user on a server that is not ready: the password is not sent", async () => {
    await using server = await answering({
      PING: "-LOADING Redis is loading the dataset in memory",
    });
    const login = loginAt(server, "default");
    await expect(redis.login(login, anyTime())).rejects.toMatchObject({ code: "LOGIN_FORBIDDEN" });
    expect(server.received()).not.toContain(login.password.reveal());
  });
});

it("what a server says before it hangs up is told", async () => {
  const denied = "-DENIED Redis is running in protected mode";
  await using server = await answering({ AUTH: `+OK\r\n${denied}` });
  await using session = await sessionOf(redis, loginAt(server));
  await expect(session.lock("app", anyTime())).rejects.toMatchObject({
    message: expect.stringContaining("protected mode"),
  });
});

it("a greeting is not taken for the answer to the next command", async () => {
  const greeting = "# Server\r\n";
  await using server = await answering({
    AUTH: `+OK\r\n$${greeting.length}\r\n${greeting}`,
    INFO: "-ERR not asked",
  });
  await using session = await sessionOf(redis, loginAt(server));
  await expect(session.lock("app", anyTime())).rejects.toMatchObject({
    message: expect.stringContaining("another protocol"),
  });
  expect(server.received()).not.toContain("INFO");
});

describe("an answer to a command", () => {
  it.each([
    ["READONLY You can't write against a read only replica.", "READ_ONLY_SERVER", "read-only"],
    [
      "NOPERM User app has no permissions to run it",
      "PERMISSION_DENIED",
      "may not run CLIENT LIST",
    ],
    ["BUSY Redis is busy running a script", "LOGIN_FORBIDDEN", "a script keeps it busy"],
    ["CLUSTERDOWN Hash slot not served", "LOGIN_FORBIDDEN", "the cluster is down"],
    ["MISCONF Redis is configured to save RDB snapshots", "DATABASE_FAILED", "MISCONF"],
    ["OOM command not allowed", "DATABASE_FAILED", "OOM"],
    ["ERR unknown command `CLIENT`", "COMMAND_MISSING", "no command CLIENT LIST"],
    ["ERR canary", "DATABASE_FAILED", "ERR to CLIENT LIST"],
    ["canary of another shape", "DATABASE_FAILED", "no code"],
  ])("%s", async (line, code, part) => {
    await using server = await answering({ INFO: "$0\r\n", "CLIENT LIST": `-${line}` });
    await using session = await sessionOf(redis, loginAt(server));
    const error = await session.lock("app", anyTime()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(part) });
    expect(everyRendering(error)).not.toContain("canary");
  });

  it.each([
    ["redis_mode:sentinel", "SENTINEL_FOUND", "Sentinel"],
    ["server_mode:sentinel", "SENTINEL_FOUND", "Sentinel"],
    ["role:slave", "READ_ONLY_SERVER", "read-only"],
  ])("INFO with %s", async (line, code, part) => {
    const text = `# Server\r\n${line}\r\n`;
    await using server = await answering({ INFO: `$${text.length}\r\n${text}` });
    await using session = await sessionOf(redis, loginAt(server));
    await expect(session.rehearsePassword("app", anyTime())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(part),
    });
  });
});

describe("a replica that the server names", () => {
  const primaryOf = (replica: { readonly port: number }) => {
    const text = `slave0:ip=127.0.0.1,port=${replica.port},state=online,offset=0,lag=0\r\n`;
    return answering({ INFO: `$${text.length}\r\n${text}` });
  };
  const rehearse = async (login: Login) => {
    await using session = await sessionOf(redis, login);
    await session.rehearsePassword("app", anyTime());
  };

  it("is sent nothing if its certificate is for neither its address nor the secret's host", async () => {
    await using replica = await startAnswering(authority, {}, ["replica.internal"]);
    await using primary = await primaryOf(replica);
    await expect(rehearse(loginAt(primary))).rejects.toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining(`127.0.0.1:${replica.port} (ERR_TLS_CERT_ALTNAME_INVALID)`),
    });
    expect(replica.received()).toBe("");
  });

  it.each([["127.0.0.1"], ["localhost"]])("may have a certificate for %s", async (name) => {
    await using replica = await startAnswering(authority, { INFO: "-canary" }, [name]);
    await using primary = await primaryOf(replica);
    const login = { ...loginAt(primary), host: "localhost" };
    await expect(rehearse(login)).rejects.toMatchObject({ code: "DATABASE_FAILED" });
    expect(replica.received()).toContain("AUTH");
  });

  it("is an error before anything is changed while it is not in step", async () => {
    const text = "slave0:ip=10.0.0.9,port=6380,state=wait_bgsave,offset=0,lag=0\r\n";
    await using primary = await answering({ INFO: `$${text.length}\r\n${text}` });
    await expect(rehearse(loginAt(primary))).rejects.toMatchObject({
      code: "NODE_DOWN",
      retryable: true,
      message: expect.stringContaining("10.0.0.9:6380, which is not in step yet"),
    });
    expect(primary.received()).not.toContain("SETUSER");
  });
});

import { randomInt } from "node:crypto";
import { mkdir, mkdtempDisposable, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import type { RedisOptions } from "../../../../lab/redis/server.ts";
import type { ServerProxy } from "../../../../lab/server.ts";
import type { StepContext, Versions } from "../../../../lib/rotation/credential.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login, LoginSpec } from "../../../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { rotator } from "../../../../lib/rotators/redis/rotator.ts";
import { hashOf } from "../../../../lib/rotators/redis/users.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { openRedisFixture, passwordsOf, type RedisFixture } from "./fixture.ts";

const add = async (login: Login, added: Secret<string>) => {
  await using session = await sessionOf(redis, login);
  const passwords = passwordsOf(session);
  await passwords.requireUsable(login.username, [login.password, added], anyTime());
  await session.lock(login.username, anyTime());
  await passwords.add(login.username, { kept: login.password, added }, anyTime());
};
const keepOnly = async (login: Login) => {
  await using session = await sessionOf(redis, login);
  await passwordsOf(session).keepOnly(login.username, [login.password], anyTime());
};
const restart = async ({ server }: RedisFixture) => {
  await server.stop();
  await server.start();
};
const takes = (...logins: readonly Login[]) =>
  Promise.all(logins.map((login) => accepts(redis, login, anyTime())));

describe.each(["redis", "valkey"] as const)("%s", (flavour) => {
  const open = (options: RedisOptions) => openRedisFixture({ flavour, ...options });

  describeNeeding(whatIsMissing(flavour)(), "across a restart", {}, () => {
    it.each(["aclfile", "configuration"] as const)("keeps a change in its %s", async (keeps) => {
      await using fixture = await open({ keeps });
      const login = await fixture.newUser();
      const next = { ...login, password: newPassword() };
      await add(login, next.password);
      await restart(fixture);
      expect(await takes(login, next)).toEqual([true, true]);
      await keepOnly(next);
      await restart(fixture);
      expect(await takes(login, next)).toEqual([false, true]);
    });

    it("keeps those of the default user, whatever requirepass still says", async () => {
      await using fixture = await open({ keeps: "configuration", requirepass: "of-requirepass" });
      const login = { ...fixture.loginOf("default"), password: new Secret("of-requirepass") };
      const next = { ...login, password: newPassword() };
      await add(login, next.password);
      await restart(fixture);
      expect(await takes(login, next)).toEqual([true, true]);
      await keepOnly(next);
      await restart(fixture);
      expect(await takes(login, next)).toEqual([false, true]);
      const configuration = await readFile(join(fixture.server.folder, "redis.conf"), "utf8");
      expect(configuration).toContain('requirepass "of-requirepass"');
      expect(configuration).not.toContain(next.password.reveal());
    });

    it("does not start again where CONFIG REWRITE has written a user down that an included file has", async () => {
      await using folder = await mkdtempDisposable(join(tmpdir(), "quarterturn-included-"));
      const file = join(folder.path, "users.conf");
      await writeFile(file, `user included on #${"0".repeat(64)}\n`);
      await using fixture = await open({ keeps: "configuration", options: [`include ${file}`] });
      await fixture.server.run("CONFIG", "REWRITE");
      await expect(restart(fixture)).rejects.toThrow("Duplicate user found");
    });

    it("refuses a server that has no file, before anything changes", async () => {
      await using fixture = await open({ keeps: "nothing" });
      const login = await fixture.newUser();
      const before = await fixture.stored(login.username);
      const refusal = {
        code: "CHANGE_NOT_KEPT",
        retryable: false,
        remedy: expect.stringContaining("aclfile"),
      };
      await expect(add(login, newPassword())).rejects.toMatchObject(refusal);
      await using session = await sessionOf(redis, login);
      const rehearsed = session.rehearsePassword(login.username, anyTime());
      await expect(rehearsed).rejects.toMatchObject(refusal);
      const set = session.setPassword(login.username, newPassword(), anyTime());
      await expect(set).rejects.toMatchObject(refusal);
      expect(await fixture.stored(login.username)).toBe(before);
    });

    it.each([
      ["aclfile", "ACL SAVE", "users.acl"],
      ["configuration", "CONFIG REWRITE", "redis.conf"],
    ] as const)(
      "refuses a server that cannot write its %s, before anything changes",
      async (keeps, command, file) => {
        await using fixture = await open({ keeps });
        const login = await fixture.newUser();
        const before = await fixture.stored(login.username);
        await block(fixture, file);
        await expect(add(login, newPassword())).rejects.toMatchObject({
          code: "CHANGE_NOT_KEPT",
          message: expect.stringContaining(command),
        });
        expect(await fixture.stored(login.username)).toBe(before);
      },
    );

    it("keeps requirepass, where the server has nothing else", async () => {
      const options = ['rename-command ACL ""'];
      const requirepass = "of-requirepass";
      await using fixture = await open({
        keeps: "configuration",
        requirepass,
        options,
        logsStatements: true,
      });
      const login: Login = {
        ...fixture.loginOf("default"),
        password: new Secret(requirepass),
        passwordForm: "plaintext",
      };
      const next = { ...login, password: newPassword() };
      {
        await using session = await sessionOf(redis, login);
        await session.rehearsePassword("default", anyTime());
        expect(await takes(login)).toEqual([true]);
        await session.lock("default", anyTime());
        await session.setPassword("default", next.password, anyTime());
        expect(await takes(login, next)).toEqual([false, true]);
      }
      await restart(fixture);
      expect(await takes(login, next)).toEqual([false, true]);
      const log = fixture.server.log();
      expect(log).toContain("slow: CONFIG SET requirepass (redacted)");
      expect(log).not.toContain(next.password.reveal());
      // Without the consent of the manifest it is not used.
      await using session = await sessionOf(redis, { ...next, passwordForm: "verifier" });
      await expect(session.rehearsePassword("default", anyTime())).rejects.toMatchObject({
        code: "COMMAND_MISSING",
        remedy: expect.stringContaining("passwordForm: plaintext"),
      });
    });

    it.each(["two-passwords", "in-place"] as const)(
      "keeps a change whose answer was lost before it was saved, with %s",
      async (strategy) => {
        await using fixture = await open({});
        const login = await fixture.newUser();
        const next = { ...login, password: newPassword() };
        await using proxy = await fixture.server.proxy();
        using _ = cutSecondSave(proxy);
        const rotation = rotationOf(strategy, login, next, proxy.port);
        await rotation.perform();
        await restart(fixture);
        expect(await takes(login, next)).toEqual([strategy === "two-passwords", true]);
        expect(rotation.warnings).toEqual([]);
      },
    );

    it.each(["two-passwords", "in-place"] as const)(
      "keeps what an attempt has set that was killed before it could save, with %s",
      async (strategy) => {
        await using fixture = await open({});
        const login = await fixture.newUser();
        const next = { ...login, password: newPassword() };
        const hash = `#${hashOf(next.password)}`;
        await fixture.server.run("ACL", "SETUSER", login.username, "resetpass", hash);
        await rotationOf(strategy, login, next, login.port).perform();
        await restart(fixture);
        expect(await takes(login, next)).toEqual([false, true]);
      },
    );

    it.each(["two-passwords", "in-place"] as const)(
      "goes on with a warning where it cannot keep what an earlier attempt has set, with %s",
      async (strategy) => {
        await using fixture = await open({});
        const login = await fixture.newUser();
        const next = { ...login, password: newPassword() };
        const hash = `#${hashOf(next.password)}`;
        await fixture.server.run("ACL", "SETUSER", login.username, "resetpass", hash);
        await block(fixture, "users.acl");
        const rotation = rotationOf(strategy, login, next, login.port);
        await rotation.perform();
        expect(rotation.warnings).toEqual([expect.stringContaining("(CHANGE_NOT_KEPT)")]);
      },
    );

    it("takes back what it cannot keep after all", async () => {
      await using fixture = await open({});
      const login = await fixture.newUser();
      const before = await fixture.stored(login.username);
      await using proxy = await fixture.server.proxy();
      using _ = proxy.intercept({
        after: async ({ summary }) => {
          if (summary === "ACL SETUSER") await block(fixture, "users.acl");
        },
      });
      await using session = await sessionOf(redis, { ...login, port: proxy.port });
      const set = session.setPassword(login.username, newPassword(), anyTime());
      await expect(set).rejects.toMatchObject({ code: "CHANGE_NOT_KEPT" });
      expect(await fixture.stored(login.username)).toBe(before);
    });
  });
});

/** The connection is lost between the change and its save: the first save is the server's proof that it can. */
function cutSecondSave(proxy: ServerProxy): Disposable {
  let saves = 0;
  return proxy.intercept({
    before({ summary }) {
      if (summary === "ACL SAVE" && ++saves === 2) throw new Error("cut");
    },
  });
}

/** What of a rotation changes the server. */
function rotationOf(
  strategy: "two-passwords" | "in-place",
  login: Login,
  next: Login,
  port: number,
) {
  const warnings: string[] = [];
  const spec: LoginSpec = {
    type: "redis",
    isTypeDeclared: true,
    strategy,
    traits: strategyTraits[strategy],
    fields: {},
    connection: {},
    urls: [],
    passwordForm: "verifier",
    password: defaultPolicy,
    ca: login.ca,
  };
  const documentOf = ({ username, password }: Login) => {
    const value = { host: login.host, port, username, password: password.reveal() };
    return new SecretDocument("a version", new Secret(JSON.stringify(value)));
  };
  const none = async function* () {};
  const versions: Versions = {
    current: documentOf(login),
    pending: async () => documentOf(next),
    earlier: none,
    held: none,
    living: none,
    find: async () => undefined,
  };
  const step: StepContext = {
    secret: { name: "app", arn: "arn" },
    token: "token",
    now: () => new Date(),
    sleep: async () => {},
    randomInt,
    signal: anyTime(),
    leaked: false,
    revokesFirst: false,
    readSecret: async () => undefined,
    warn: (message) => void warnings.push(message),
    outage() {},
  };
  const credential = rotator.credential(spec);
  return {
    warnings,
    async perform() {
      await credential.set(versions, step);
      await using opened = await credential.openSwitch?.(versions, step);
      await opened?.apply(step.signal);
    },
  };
}

/** Nobody can write that file any more, not even root: its name leads to a folder. */
async function block({ server }: RedisFixture, file: string): Promise<void> {
  await rm(join(server.folder, file), { recursive: true, force: true });
  await mkdir(join(server.folder, file, "taken"), { recursive: true });
}

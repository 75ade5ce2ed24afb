/** @module-tag ci */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { connect } from "../../../../lab/redis/client.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { rights } from "../../../../lib/rotators/redis/errors.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { hashOf } from "../../../../lib/rotators/redis/users.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { openRedisFixture, passwordsOf, type RedisFixture } from "./fixture.ts";

/** The commands of each block of Redis on a page. */
const blocks = (page: string): readonly (readonly string[])[] =>
  [...readFileSync(page, "utf8").matchAll(/^```redis\n([\s\S]*?)^```$/gm)].map(([, block = ""]) =>
    block.trim().split("\n"),
  );

const page = "docs/types/redis.md";
const [grants = [], rotation = [], replication = [], kill = [], requirepass = []] = blocks(page);

/** With what a reader fills in. */
const filled = (command: string, values: Readonly<Record<string, string>>) =>
  command.split(" ").map((word) => word.replace(/\b[A-Z]{3,}$/, (name) => values[name] ?? name));

const connectionOf = ({ host, port, username, password }: Login, ca: string) =>
  connect({ host, port, username, password: password.reveal() }, ca);

describe.each(["redis", "valkey"] as const)("what the documentation says, on %s", (flavour) => {
  describeNeeding(whatIsMissing(flavour)(), "of a server", {}, () => {
    const rotate = async (fixture: RedisFixture, admin: Login) => {
      const login = await fixture.newUser();
      const added = newPassword();
      await using session = await sessionOf(redis, admin);
      const passwords = passwordsOf(session);
      await passwords.requireUsable(login.username, [login.password], anyTime());
      await session.lock(login.username, anyTime());
      await passwords.add(login.username, { kept: login.password, added }, anyTime());
      await passwords.keepOnly(login.username, [added], anyTime());
      await passwords.endSessions(login.username, anyTime());
      expect(await accepts(redis, { ...login, password: added }, anyTime())).toBe(true);
      expect(await accepts(redis, login, anyTime())).toBe(false);
    };

    it("the administrator's rights are enough, and each is needed", async () => {
      await using fixture = await openRedisFixture({ flavour });
      const admin = { ...fixture.loginOf("adm"), password: newPassword() };
      const values = { PASSWORD: admin.password.reveal() };
      for (const command of grants) await fixture.server.run(...filled(command, values));
      await rotate(fixture, admin);
      const granted = grants[0]?.split(" ").filter((word) => word.startsWith("+")) ?? [];
      expect(granted.join(" ")).toBe(rights);
      // Those of another kind of server.
      const elsewhere = ["+config|rewrite", "+cluster|nodes"];
      for (const right of granted.filter((each) => !elsewhere.includes(each))) {
        await fixture.server.run("ACL", "SETUSER", "adm", right.replace("+", "-"));
        await expect(rotate(fixture, admin), right).rejects.toMatchObject({
          code: "PERMISSION_DENIED",
          remedy: expect.stringContaining(right.slice(1)),
        });
        await fixture.server.run("ACL", "SETUSER", "adm", right);
      }
    });

    it("a server without an ACL file needs the right to rewrite its configuration", async () => {
      await using fixture = await openRedisFixture({ flavour, keeps: "configuration" });
      const admin = await fixture.newAdmin();
      await rotate(fixture, admin);
      await fixture.server.run("ACL", "SETUSER", admin.username, "-config|rewrite");
      await expect(rotate(fixture, admin)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    });

    it("the commands of a rotation run, and end the user's connections", async () => {
      await using fixture = await openRedisFixture({ flavour });
      const { server } = fixture;
      const login = await fixture.newUser("app");
      for (const command of grants)
        await server.run(...filled(command, { PASSWORD: "of-the-administrator" }));
      const next = { ...login, password: newPassword() };
      const values = { OLD: hashOf(login.password), NEW: hashOf(next.password) };
      for (const command of rotation) await server.run(...filled(command, values));
      for (const each of [login, next]) expect(await accepts(redis, each, anyTime())).toBe(true);
      const connection = await connectionOf(next, server.ca);
      for (const command of kill) expect(await server.run(...filled(command, {}))).toBe(1);
      await expect(connection.run("PING")).rejects.toThrow();
    });

    it("replication gets a user of its own", async () => {
      await using fixture = await openRedisFixture({ flavour });
      // One that has both kinds of files.
      for (const command of replication)
        await fixture.server.run(...filled(command, { PASSWORD: "of-replication" }));
      const login = fixture.loginOf("replication");
      const own = { ...login, password: new Secret("of-replication") };
      const connection = await connectionOf(own, fixture.server.ca);
      expect(await connection.run("REPLCONF", "ip-address", "127.0.0.1")).toBe("OK");
      await connection[Symbol.asyncDispose]();
    });

    it("requirepass is set and kept", async () => {
      await using fixture = await openRedisFixture({
        flavour,
        keeps: "configuration",
        requirepass: "old",
      });
      for (const command of requirepass)
        await fixture.server.run(...filled(command, { PASSWORD: "of-requirepass" }));
      const login = { ...fixture.loginOf("default"), password: new Secret("of-requirepass") };
      expect(await accepts(redis, login, anyTime())).toBe(true);
    });

    it("every command of the runbook runs", async () => {
      await using fixture = await openRedisFixture({ flavour });
      await fixture.newUser("app_user");
      const commands = blocks("docs/runbook.md").flat();
      expect(commands.length).toBeGreaterThan(10);
      for (const command of commands)
        await fixture.server.run(...filled(command, { NEW: hashOf(newPassword()) }));
    });
  });
});

it("the command makes the hash that servers store", () => {
  const [, command = ""] = /`(printf [^`]+)`/.exec(readFileSync(page, "utf8")) ?? [];
  const env = { PATH: process.env["PATH"], PASSWORD: "a pass$word" };
  const printed = execFileSync("/bin/sh", ["-c", command], { env, encoding: "utf8" });
  expect(printed.trim()).toBe(createHash("sha256").update("a pass$word").digest("hex"));
});

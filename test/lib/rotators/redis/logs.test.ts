import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { openRedisFixture, passwordsOf } from "./fixture.ts";

describe.each(["redis", "valkey"] as const)("%s", (flavour) => {
  describeNeeding(whatIsMissing(flavour)(), "what the server shows of a rotation", {}, () => {
    it("has neither password in MONITOR, the slow log, ACL LOG or its log", async () => {
      await using fixture = await openRedisFixture({ flavour, logsStatements: true });
      const { server } = fixture;
      const login = { ...(await fixture.newUser()), passwordForm: "plaintext" as const };
      const next = { ...login, password: newPassword() };
      const last = { ...login, password: newPassword() };
      await using session = await sessionOf(redis, login);
      const passwords = passwordsOf(session);
      const both = { kept: login.password, added: next.password };
      await passwords.requireUsable(login.username, [login.password], anyTime());
      await session.lock(login.username, anyTime());
      await passwords.add(login.username, both, anyTime());
      await passwords.keepOnly(login.username, [next.password], anyTime());
      await session.setPassword(login.username, last.password, anyTime());
      expect(await accepts(redis, login, anyTime())).toBe(false);
      const refused = JSON.stringify(await server.run("ACL", "LOG"));
      expect(refused).toContain(login.username);
      await sleep(300);
      const log = server.log() + refused;
      for (const written of server.loggedStatements) expect(log).toMatch(written);
      expect(log).toContain("slow: ");
      for (const { password } of [login, next, last]) expect(log).not.toContain(password.reveal());
    });
  });
});

/** @module-tag ci */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { freePort } from "../../../../lab/postgres/free-port.ts";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { type RedisOptions, type RedisServer, startRedis } from "../../../../lab/redis/server.ts";
import { hashOf } from "../../../../lab/redis/users.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { sampled } from "../../../everything.ts";
import { describeNeeding } from "../../../needing.ts";
import { passwordsOf } from "./fixture.ts";

const superuser = { username: "lab", password: "of-the-lab" };

/**
 * Servers of one authority, which the user of `login` may administer.
 * @param own further lines of the configuration of each
 */
async function startSeveral(
  count: number,
  options: RedisOptions,
  parts: AsyncDisposableStack,
  own: (index: number) => readonly string[] = () => [],
) {
  const authority = await makeAuthority();
  const start = (_: unknown, index: number) =>
    startRedis({ ...options, options: own(index), authority, superuser });
  const servers = await Promise.all(Array.from({ length: count }, start));
  for (const server of servers) parts.use(server);
  const [first] = servers;
  if (!first) throw new Error("none");
  const password = newPassword();
  for (const server of servers) await makeUser(server, password.reveal());
  const login: Login = {
    host: first.host,
    port: first.port,
    database: "0",
    username: "app",
    password,
    ca: { pem: first.ca },
    passwordForm: "verifier",
  };
  return { servers, first, login };
}

async function makeUser(server: RedisServer, password: string): Promise<void> {
  await server.run("ACL", "SETUSER", "app", "on", hashOf(password), "~*", "&*", "+@all");
  await server.run("ACL", "SAVE");
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await look()); tries += 1) {
    if (tries > 200) throw new Error("It did not come about.");
    await sleep(50);
  }
}

async function replicate(replica: RedisServer, primary: RedisServer): Promise<void> {
  await replica.run("CONFIG", "SET", "masteruser", superuser.username);
  await replica.run("CONFIG", "SET", "masterauth", superuser.password);
  await replica.run("REPLICAOF", primary.host, String(primary.port));
  const inStep = new RegExp(`port=${replica.port},state=online`);
  await until(async () => inStep.test(String(await primary.run("INFO", "replication"))));
}

const takes = (login: Login, servers: readonly RedisServer[]) =>
  Promise.all(servers.map(({ port }) => accepts(redis, { ...login, port }, anyTime())));

async function rotate(login: Login, added = newPassword()): Promise<Login> {
  await using session = await sessionOf(redis, login);
  const passwords = passwordsOf(session);
  await passwords.requireUsable(login.username, [login.password], anyTime());
  await session.lock(login.username, anyTime());
  await passwords.add(login.username, { kept: login.password, added }, anyTime());
  return { ...login, password: added };
}

async function retire(login: Login): Promise<void> {
  await using session = await sessionOf(redis, login);
  await passwordsOf(session).keepOnly(login.username, [login.password], anyTime());
}

describe.each(sampled(["redis", "valkey"] as const, 2))("%s", (flavour) => {
  describeNeeding(
    whatIsMissing(flavour)(),
    "replicas, which no change reaches by itself",
    {},
    () => {
      const open = async (parts: AsyncDisposableStack, count = 2) => {
        const several = await startSeveral(count, { flavour }, parts);
        const { servers } = several;
        for (const [index, replica] of servers.entries()) {
          const primary = servers[index - 1];
          // Each replicates the one before it.
          if (primary) await replicate(replica, primary);
        }
        return several;
      };

      it("are changed one by one, also replicas of replicas", async () => {
        await using parts = new AsyncDisposableStack();
        const { servers, login } = await open(parts, 3);
        const next = await rotate(login);
        expect(await takes(next, servers)).toEqual([true, true, true]);
        expect(await takes(login, servers)).toEqual([true, true, true]);
        await retire(next);
        expect(await takes(next, servers)).toEqual([true, true, true]);
        expect(await takes(login, servers)).toEqual([false, false, false]);
        for (const server of servers.slice(1)) {
          await server.stop();
          await server.start();
        }
        expect(await takes(next, servers)).toEqual([true, true, true]);
      });

      it("are changed in place, too, and every session on them is ended", async () => {
        await using parts = new AsyncDisposableStack();
        const { servers, login } = await open(parts);
        const next = { ...login, password: newPassword() };
        await using session = await sessionOf(redis, login);
        await session.rehearsePassword(login.username, anyTime());
        await session.setPassword(login.username, next.password, anyTime());
        expect(await takes(next, servers)).toEqual([true, true]);
        expect(await takes(login, servers)).toEqual([false, false]);
        const onReplica = await sessionOf(redis, { ...next, port: servers[1]?.port ?? 0 });
        expect(await passwordsOf(session).endSessions("app", anyTime())).toBe(1);
        await expect(onReplica.lock("app", anyTime())).rejects.toThrow();
      });

      it("lack the user: told before anything changes", async () => {
        await using parts = new AsyncDisposableStack();
        const { servers, first, login } = await open(parts);
        await servers[1]?.run("ACL", "DELUSER", "app");
        const before = await first.run("ACL", "LIST");
        await expect(rotate(login)).rejects.toMatchObject({
          code: "NODE_DIFFERS",
          message: expect.stringContaining(`127.0.0.1:${servers[1]?.port} refuses user app`),
        });
        expect(await first.run("ACL", "LIST")).toEqual(before);
      });

      it("do not answer: told before anything changes", async () => {
        await using parts = new AsyncDisposableStack();
        const { servers, first, login } = await open(parts);
        // It announces another port than it has.
        await servers[1]?.run("CONFIG", "SET", "replica-announce-port", "1");
        await servers[1]?.run("REPLICAOF", "NO", "ONE");
        await servers[1]?.run("REPLICAOF", first.host, String(first.port));
        await until(async () => /port=1,state=online/.test(String(await first.run("INFO"))));
        const before = await first.run("ACL", "LIST");
        await expect(rotate(login)).rejects.toMatchObject({
          code: "NODE_DOWN",
          retryable: true,
          message: expect.stringContaining("127.0.0.1:1, which does not answer"),
        });
        expect(await first.run("ACL", "LIST")).toEqual(before);
      });

      it("are no place to begin", async () => {
        await using parts = new AsyncDisposableStack();
        const { servers, login } = await open(parts);
        const there = { ...login, port: servers[1]?.port ?? 0 };
        await expect(rotate(there)).rejects.toMatchObject({ code: "READ_ONLY_SERVER" });
      });

      it("log in with the user's own password: refused, because replication would stop", async () => {
        await using parts = new AsyncDisposableStack();
        const { servers, login } = await open(parts);
        await servers[1]?.run("CONFIG", "SET", "masteruser", "app");
        await servers[1]?.run("CONFIG", "SET", "masterauth", login.password.reveal());
        await expect(rotate(login)).rejects.toMatchObject({
          code: "REPLICATION_LOGIN",
          message: expect.stringContaining("masterauth"),
        });
      });

      it("are watched by Sentinel as the user: refused, because failover would stop", async () => {
        await using parts = new AsyncDisposableStack();
        const { login } = await startSeveral(1, { flavour }, parts);
        const { connect } = await import("../../../../lab/redis/client.ts");
        const { host, port, username, ca } = login;
        const pem = typeof ca === "object" ? ca.pem : "";
        const place = { host, port: String(port), username, password: login.password.reveal() };
        await using sentinel = await connect(place, pem);
        await sentinel.run("CLIENT", "SETNAME", "sentinel-0a1b2c3d-cmd");
        await expect(rotate(login)).rejects.toMatchObject({
          code: "REPLICATION_LOGIN",
          message: expect.stringContaining("Sentinel"),
        });
      });
    },
  );

  describeNeeding(whatIsMissing(flavour)(), "the nodes of a cluster", { timeout: 60_000 }, () => {
    const open = async (parts: AsyncDisposableStack) => {
      // By default the bus has a port that clients are given, too.
      const buses = [await freePort(), await freePort()];
      const several = await startSeveral(2, { flavour }, parts, (index) => [
        "cluster-enabled yes",
        "cluster-node-timeout 15000",
        `cluster-port ${buses[index]}`,
      ]);
      const [one, other] = several.servers;
      await one?.run("CLUSTER", "MEET", "127.0.0.1", String(other?.port), String(buses[1]));
      await one?.run("CLUSTER", "ADDSLOTSRANGE", "0", "8000");
      await other?.run("CLUSTER", "ADDSLOTSRANGE", "8001", "16383");
      for (const server of several.servers)
        await until(async () =>
          /cluster_state:ok[\s\S]*known_nodes:2/.test(String(await server.run("CLUSTER", "INFO"))),
        );
      return several;
    };

    it("are changed one by one, and look for locks in one place", async () => {
      await using parts = new AsyncDisposableStack();
      const { servers, login } = await open(parts);
      const next = await rotate(login);
      expect(await takes(next, servers)).toEqual([true, true]);
      await retire(next);
      expect(await takes(login, servers)).toEqual([false, false]);
      await using one = await sessionOf(redis, next);
      await using other = await sessionOf(redis, { ...next, port: servers[1]?.port ?? 0 });
      expect(await one.lock("app", anyTime())).toBe(false);
      await expect(other.lock("app", AbortSignal.timeout(300))).rejects.toMatchObject({
        code: "DEADLINE",
      });
    });

    it("are down: told before anything changes", async () => {
      await using parts = new AsyncDisposableStack();
      const { servers, first, login } = await open(parts);
      await servers[1]?.stop();
      const before = await first.run("ACL", "LIST");
      await expect(rotate(login)).rejects.toMatchObject({ code: "NODE_DOWN" });
      expect(await first.run("ACL", "LIST")).toEqual(before);
    });
  });
});

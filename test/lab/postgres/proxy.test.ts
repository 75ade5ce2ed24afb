import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startPostgresProxy } from "../../../lab/postgres/proxy.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import type { ServerCall, ServerProxy } from "../../../lab/server.ts";

let server: PostgresServer;
let proxy: ServerProxy;

beforeAll(async () => {
  server = await startPostgres();
  proxy = await startPostgresProxy(server);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await server.query("DROP TABLE IF EXISTS effects; CREATE TABLE effects (value text)");
});

async function connect(overrides: pg.ClientConfig = {}): Promise<pg.Client> {
  const { username: user, password } = server.superuser;
  const client = new pg.Client({
    host: proxy.host,
    port: proxy.port,
    user,
    password,
    database: "postgres",
    ssl: { ca: server.ca },
    ...overrides,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function effects(): Promise<unknown[]> {
  const rows = await server.query("SELECT value FROM effects ORDER BY value");
  return rows.map((row) => row["value"]);
}

function isKind(kind: ServerCall["kind"]) {
  return (call: ServerCall) => call.kind === kind;
}

describe("the proxy", () => {
  it("passes logins and statements on, simple and extended", async () => {
    const client = await connect();
    expect((await client.query("SELECT current_user AS name")).rows).toEqual([
      { name: "postgres" },
    ]);
    expect((await client.query("SELECT $1::int + 1 AS sum", [2])).rows).toEqual([{ sum: 3 }]);
    const large = await client.query("SELECT repeat('x', 1000000) AS text WHERE $1", [true]);
    expect(large.rows[0].text).toHaveLength(1_000_000);
    await client.end();
  });

  it("tells of each call in order, and of no statement's text", async () => {
    const seen: string[] = [];
    let connection: number | undefined;
    const note = (when: string) => (call: ServerCall) => {
      // The end of an earlier test's connection may come late.
      if (call.kind === "connect") connection ??= call.connection;
      if (call.connection !== connection) return;
      seen.push(`${when} ${call.kind} ${call.summary}`.trim());
      expect(call.user).toBe("postgres");
    };
    using _ = proxy.intercept({ before: note("before"), after: note("after") });
    const client = await connect();
    await client.query("INSERT INTO effects VALUES ('canary')");
    await client.query("SELECT $1::text", ["canary"]);
    await client.query("ALTER ROLE postgres CONNECTION LIMIT -1");
    await client.end();
    await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toBe("after terminate");
    expect(seen).toEqual([
      "before connect",
      "after connect",
      "before query INSERT INTO",
      "after query INSERT INTO",
      "before query SELECT",
      "after query SELECT",
      "before query ALTER ROLE",
      "after query ALTER ROLE",
      "before terminate",
      "after terminate",
    ]);
  });

  it("numbers connections", async () => {
    const seen = new Set<number>();
    using _ = proxy.intercept({ before: (call) => void seen.add(call.connection) });
    for (const client of [await connect(), await connect()]) await client.end();
    const [first = 0] = seen;
    expect([...seen]).toEqual([first, first + 1]);
  });

  it("passes the server's errors on and the session lives", async () => {
    const client = await connect();
    await expect(client.query("SELECT * FROM missing")).rejects.toMatchObject({ code: "42P01" });
    await expect(client.query("SELECT $1::int", ["x"])).rejects.toMatchObject({ code: "22P02" });
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it("passes a refused login on", async () => {
    const kinds: string[] = [];
    using _ = proxy.intercept({ after: (call) => void kinds.push(call.kind) });
    await expect(connect({ password: "wrong" })).rejects.toMatchObject({ code: "28P01" });
    // The client of the test before may only be ending.
    expect(kinds.filter((kind) => kind !== "terminate")).toEqual(["connect"]);
  });

  it("passes on that an administrator ends an idle session", async () => {
    const client = await connect();
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    const ended = new Promise<Error>((resolve) => client.once("error", resolve));
    await server.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
    expect(await ended).toMatchObject({ code: "57P01" });
  });

  it("cuts connections while the server is down", async () => {
    await server.stop();
    await expect(connect()).rejects.toThrow(/terminated|ECONNRESET|disconnected/);
    await server.start();
    await (await connect()).end();
  });
});

describe("before", () => {
  it("holds a call back from the server", async () => {
    const release = Promise.withResolvers<void>();
    using _ = proxy.intercept({
      before: ({ kind }) => (kind === "query" ? release.promise : undefined),
    });
    const client = await connect();
    const inserted = client.query("INSERT INTO effects VALUES ('held')");
    await sleep(50);
    expect(await effects()).toEqual([]);
    release.resolve();
    await inserted;
    expect(await effects()).toEqual(["held"]);
    await client.end();
  });

  it("cuts a query without effect when it throws", async () => {
    const client = await connect();
    using _ = proxy.intercept({
      before: () => {
        throw new Error("cut here");
      },
    });
    await expect(client.query("INSERT INTO effects VALUES ('never')")).rejects.toThrow(
      /terminated|ECONNRESET/,
    );
    expect(await effects()).toEqual([]);
  });

  it("cuts a login before the server hears of it when it throws", async () => {
    const { received } = server.connections();
    using _ = proxy.intercept({ before: () => Promise.reject(new Error("cut here")) });
    await expect(connect()).rejects.toThrow(/terminated|ECONNRESET/);
    expect(server.connections().received).toBe(received);
  });
});

describe("after", () => {
  it("happens when the effect has, and holds the answer", async () => {
    const seen: unknown[] = [];
    const client = await connect();
    using _ = proxy.intercept({
      after: async ({ kind }) => {
        if (kind === "query") seen.push(...(await effects()));
      },
    });
    await client.query("INSERT INTO effects VALUES ('done')").then(() => seen.push("answered"));
    expect(seen).toEqual(["done", "answered"]);
    await client.end();
  });

  it("loses the answer of a query whose effect has happened", async () => {
    const client = await connect();
    using _ = proxy.intercept({ after: () => "lose" });
    await expect(client.query("INSERT INTO effects VALUES ($1)", ["lost"])).rejects.toThrow(
      /terminated|ECONNRESET/,
    );
    expect(await effects()).toEqual(["lost"]);
  });

  it("loses the answer of a login that the server has accepted", async () => {
    const calls: ServerCall[] = [];
    using _ = proxy.intercept({
      after: (call) => {
        calls.push(call);
        return "lose";
      },
    });
    const { received, refused } = server.connections();
    await expect(connect()).rejects.toThrow(/terminated|ECONNRESET/);
    expect(calls.filter(isKind("connect"))).toHaveLength(1);
    expect(server.connections()).toEqual({ received: received + 1, refused });
  });

  it("is told of a query whose client has died meanwhile", async () => {
    const client = await connect();
    const told = Promise.withResolvers<ServerCall>();
    using _ = proxy.intercept({ after: told.resolve });
    client.query("INSERT INTO effects SELECT 'late' FROM pg_sleep(0.1)").catch(() => {});
    await sleep(20);
    // What a killed process leaves behind: a connection without a Terminate message.
    (client as unknown as { connection: pg.Connection }).connection.stream.destroy();
    expect(await told.promise).toMatchObject({ kind: "query" });
    expect(await effects()).toEqual(["late"]);
  });
});

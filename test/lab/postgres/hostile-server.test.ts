import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { type Authority, makeAuthority } from "../../../lab/postgres/certificates.ts";
import { startHostilePostgres } from "../../../lab/postgres/hostile-server.ts";
import type { Impostor } from "../../../lab/server.ts";

// The client here is `pg` as it comes, which gives its password to everybody who asks: that shows
// that the server really asks, and that it misses nothing of what it is sent.
const password = randomUUID();
let authority: Authority;

beforeAll(async () => {
  authority = await makeAuthority();
});

function clientOf({ host, port }: Impostor, overrides: pg.ClientConfig = {}): pg.Client {
  const ssl = { ca: authority.certificate };
  const login = { host, port, user: "app", password, database: "app" };
  return new pg.Client({ ...login, ssl, ...overrides }).on("error", () => {});
}

/** What the server is sent by a login, which it leaves without an answer. */
async function sentTo(server: Impostor): Promise<string> {
  const client = clientOf(server);
  client.connect().catch(() => {}); // settles no more once the client ends itself
  await expect.poll(() => server.sent().length, { timeout: 10_000 }).toBeGreaterThan(0);
  await client.end();
  return server.sent().toString();
}

describe("a hostile server", () => {
  it("never answers as a black hole", async () => {
    await using server = await startHostilePostgres("blackHole", authority);
    const client = clientOf(server, { connectionTimeoutMillis: 300 });
    await expect(client.connect()).rejects.toThrow(/timeout/);
    await client.end();
    expect(server.sent()).toHaveLength(0);
  });

  it("refuses TLS, and records what comes all the same", async () => {
    await using server = await startHostilePostgres("refuseTls", authority);
    const careful = clientOf(server);
    await expect(careful.connect()).rejects.toThrow(/does not support SSL/);
    await careful.end();
    expect(server.sent()).toHaveLength(0);
    const careless = clientOf(server, { ssl: false, connectionTimeoutMillis: 300 });
    await expect(careless.connect()).rejects.toThrow(/timeout/);
    await careless.end();
    expect(server.sent().toString()).toContain("app");
  });

  it("asks for the password in clear text, and records it", async () => {
    await using server = await startHostilePostgres("askCleartext", authority);
    expect(await sentTo(server)).toBe(`p\0\0\0\x29${password}\0`);
  });

  it("asks for the password as MD5 with a salt, and records it", async () => {
    await using server = await startHostilePostgres("askMd5", authority);
    const sent = await sentTo(server);
    expect(sent).toMatch(/^p\0\0\0\x28md5[0-9a-f]{32}\0$/);
    expect(sent).not.toContain(createHash("md5").update(`${password}app`).digest("hex"));
  });

  it("lets everybody in, and records what they say then", async () => {
    await using server = await startHostilePostgres("trust", authority);
    const client = clientOf(server);
    await client.connect();
    const query = expect(client.query("SELECT 'canary'")).rejects.toThrow(/terminated/);
    await expect.poll(() => server.sent().toString(), { timeout: 10_000 }).toContain("canary");
    await client.end();
    await query;
  });

  it("does not pass for a server of another authority", async () => {
    await using server = await startHostilePostgres("askCleartext", authority);
    const { certificate } = await makeAuthority();
    const client = clientOf(server, { ssl: { ca: certificate } });
    await expect(client.connect()).rejects.toThrow(/signature|certificate/);
    await client.end();
    expect(server.sent()).toHaveLength(0);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority } from "../../../lab/postgres/certificates.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Logs in as the superuser, as changed by `overrides`; the session's user. */
async function login(overrides: pg.ClientConfig = {}): Promise<string> {
  const { username: user, password } = server.superuser;
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user,
    password,
    database: "postgres",
    ssl: { ca: server.ca },
    ...overrides,
  });
  try {
    await client.connect();
    const { rows } = await client.query("SELECT session_user AS name");
    return rows[0].name;
  } finally {
    await client.end();
  }
}

describe("a local PostgreSQL server", { timeout: 30_000 }, () => {
  it.each(["127.0.0.1", "localhost"])("proves to be %s by its certificate", async (host) => {
    expect(await login({ host })).toBe("postgres");
  });

  it("is not trusted by who does not know its authority", async () => {
    const { certificate } = await makeAuthority();
    await expect(login({ ssl: { ca: certificate } })).rejects.toMatchObject({
      code: expect.stringMatching(/SIGNATURE|UNABLE_TO/),
    });
  });

  it("is not trusted under another name", async () => {
    const ssl = { ca: server.ca, host: "127.0.0.2" };
    await expect(login({ ssl })).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("refuses a wrong password", async () => {
    await expect(login({ password: "wrong" })).rejects.toMatchObject({ code: "28P01" });
  });

  it("refuses a plain connection", async () => {
    await expect(login({ ssl: false })).rejects.toMatchObject({ code: "28000" });
  });

  it("keeps passwords as SCRAM verifiers and listens on loopback only", async () => {
    const [role] = await server.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [
      "postgres",
    ]);
    expect(role?.["rolpassword"]).toMatch(/^SCRAM-SHA-256\$/);
    expect(await server.query("SHOW listen_addresses")).toEqual([
      { listen_addresses: "127.0.0.1" },
    ]);
    expect(await server.query("SHOW unix_socket_directories")).toEqual([
      { unix_socket_directories: "" },
    ]);
  });

  it("gives the rows of the last of several statements", async () => {
    expect(await server.query("SELECT 1 AS a; SELECT 2 AS b")).toEqual([{ b: 2 }]);
  });

  it("counts connections and refused logins, its own queries left out", async () => {
    const before = server.connections();
    await login();
    await login({ password: "wrong" }).catch(() => {});
    await login({ ssl: false }).catch(() => {});
    await server.query("SELECT 1");
    const after = server.connections();
    expect({
      received: after.received - before.received,
      refused: after.refused - before.refused,
    }).toEqual({ received: 3, refused: 2 });
  });

  it("begins without what another one of its version holds", async () => {
    await server.newUser("first_servers_user");
    await using second = await startPostgres();
    const users = "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'";
    expect(await second.query(users)).toEqual([{ rolname: "postgres" }]);
  });

  it("stops, and comes back on the same port with its data", async () => {
    await server.query("CREATE TABLE kept AS SELECT 7 AS value");
    await server.stop();
    await expect(login()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await server.start();
    expect(await server.query("SELECT value FROM kept")).toEqual([{ value: 7 }]);
  });
});

describe("options", { timeout: 30_000 }, () => {
  it("takes server parameters and lines of pg_hba.conf", async () => {
    await using open = await startPostgres({
      hba: ["host all all 127.0.0.1/32 trust"],
      settings: { default_transaction_read_only: "on" },
    });
    const { host, port } = open;
    const client = new pg.Client({ host, port, user: "postgres", database: "postgres" });
    await client.connect();
    await expect(client.query("CREATE ROLE app")).rejects.toMatchObject({ code: "25006" });
    await client.end();
  });

  it("says why a server does not start", async () => {
    await expect(startPostgres({ settings: { no_such_parameter: "1" } })).rejects.toThrow(
      /no_such_parameter/,
    );
  });
});

describe("the end of a server", { timeout: 30_000 }, () => {
  const PROGRAM = `
    const { startPostgres } = await import("${new URL("../../../lab/postgres/server.ts", import.meta.url)}");
    const server = await startPostgres();
    const [row] = await server.query("SHOW data_directory");
    process.stdout.write(JSON.stringify({ port: server.port, data: row.data_directory }));
  `;

  it("leaves neither a process nor a folder behind when closed", async () => {
    const closed = await startPostgres();
    const [row] = await closed.query("SHOW data_directory");
    const folder = dirname(String(row?.["data_directory"]));
    expect(existsSync(folder)).toBe(true);
    await closed[Symbol.asyncDispose]();
    expect(existsSync(folder)).toBe(false);
    expect(await isListening(closed.port)).toBe(false);
  });

  it("comes with its parent's, even if that is killed", async () => {
    const parent = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(parent.stdout, "data");
    const { port, data } = JSON.parse(String(line));
    expect(await isListening(port)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => existsSync(dirname(data)), { timeout: 10_000 }).toBe(false);
    expect(await isListening(port)).toBe(false);
  });
});

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Login } from "../login.ts";
import type { Impostor, Server, ServerOptions, ServerProxy } from "../server.ts";
import { type Authority, makeAuthority } from "./certificates.ts";
import { type Cluster, createCluster } from "./cluster.ts";
import { freePort } from "./free-port.ts";
import { isHostileMode, startHostilePostgres } from "./hostile-server.ts";
import { serverEnvironment } from "./initialise.ts";
import { logsIn } from "./login.ts";
import { startPostgresProxy } from "./proxy.ts";
import {
  createAdministrator,
  createOwner,
  createUser,
  dropUser,
  letAdminister,
  setPassword,
} from "./roles.ts";
import { countConnections, countRefused, HARNESS, LOG_LINE_PREFIX } from "./server-log.ts";
import type { OlderVersion } from "./versions.ts";
import { HOST } from "./wire.ts";

/** A real PostgreSQL server on loopback, with TLS and SCRAM, gone with this process. */
export interface PostgresServer extends Server {
  readonly authority: Authority;
  readonly superuser: { readonly username: string; readonly password: string };
  /** Runs statements as the superuser over verified TLS; the rows of the last one. */
  query(sql: string, values?: unknown[], database?: string): Promise<Record<string, unknown>[]>;
  /**
   * Connections received since the first start, and logins refused among them (SQLSTATE 28P01,
   * 28000), those of `query` left out. Exact for every connection whose client has an answer: the
   * server writes to its log before it answers.
   */
  connections(): { received: number; refused: number };
}

export interface PostgresOptions extends ServerOptions {
  /** Lines of pg_hba.conf in place of the default (TLS with SCRAM for all, nothing else). */
  readonly hba?: string[];
  /** Server parameters, such as `{ max_connections: "20" }`. */
  readonly settings?: Record<string, string>;
  /** Who signs its certificate; default: an authority of its own. */
  readonly authority?: Authority;
  /** An older server than the one in package.json; `npm run servers` installs them. */
  readonly older?: OlderVersion;
}

/** Every statement, every error's statement and every duration. */
const statementLog = {
  log_statement: "all",
  log_min_error_statement: "debug5",
  log_min_duration_statement: "0",
};

const START_TIMEOUT_MS = 30_000;

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const authority = options.authority ?? (await makeAuthority());
  const cluster = await createCluster(authority, options.hba, options.older);
  const settings = { ...(options.logsStatements && statementLog), ...options.settings };
  const server = new LocalPostgres(cluster, authority, await freePort(), settings);
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

class LocalPostgres implements PostgresServer {
  readonly type = "postgres";
  readonly defaultDatabase = "postgres";
  readonly passwordChange = "query BEGIN READ";
  readonly loggedStatements = [
    / statement: .*ALTER ROLE .* PASSWORD 'SCRAM-SHA-256\$/,
    / duration: /,
  ];
  readonly host = HOST;
  readonly port: number;
  readonly ca: string;
  readonly authority: Authority;
  readonly superuser: { username: string; password: string };
  readonly #cluster: Cluster;
  readonly #logFile: string;
  readonly #arguments: string[];
  #process: ChildProcess | undefined;

  constructor(
    cluster: Cluster,
    authority: Authority,
    port: number,
    settings: Record<string, string>,
  ) {
    this.port = port;
    this.ca = authority.certificate;
    this.authority = authority;
    this.superuser = cluster.superuser;
    this.#cluster = cluster;
    this.#logFile = join(cluster.folder, "log");
    this.#arguments = serverArguments(cluster.data, port, settings);
  }

  /** Copying files takes a fifth of the time of the default, which logs them all; version 14 only copies. */
  get databaseStrategy(): string {
    return /^PostgreSQL 14\./.test(this.title) ? "" : "STRATEGY file_copy";
  }

  async start(): Promise<void> {
    if (this.#process) return;
    // A file instead of a pipe: what the server has written can be read at once, in full.
    const log = openSync(this.#logFile, "a", 0o600);
    const from = this.log().length;
    const { binaries, account, folder, leash } = this.#cluster;
    const server = spawn(binaries.postgres, this.#arguments, {
      ...account,
      cwd: folder,
      env: serverEnvironment(),
      stdio: ["ignore", "ignore", log],
    });
    closeSync(log);
    leash.hold(server.pid);
    server.once("exit", () => {
      leash.hold(undefined);
      this.#process = undefined;
    });
    this.#process = server;
    await this.#ready(from);
  }

  async #ready(from: number): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const log = this.log().slice(from);
      if (log.includes("database system is ready to accept connections")) return;
      if (!this.#process || Date.now() > deadline) {
        throw new Error(`PostgreSQL did not start: ${log}`);
      }
      await sleep(5);
    }
  }

  async stop(): Promise<void> {
    const server = this.#process;
    if (!server) return;
    const ended = once(server, "exit");
    server.kill("SIGINT"); // PostgreSQL's fast shutdown
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster.leash.release();
  }

  get title(): string {
    return /starting (PostgreSQL [\d.]+)/.exec(this.log())?.[1] ?? "PostgreSQL";
  }

  newOwner(user: { username: string; database: string }): Promise<string> {
    return createOwner(this, user);
  }

  newUser(username: string): Promise<string> {
    return createUser(this, username);
  }

  newAdministrator(username: string, administered: string): Promise<string> {
    return createAdministrator(this, username, administered);
  }

  letAdminister(username: string, may: boolean): Promise<void> {
    return letAdminister(this, username, may);
  }

  impostor(kind: string): Promise<Impostor> {
    if (isHostileMode(kind)) return startHostilePostgres(kind, this.authority);
    throw new Error(`No such impostor: ${kind}`);
  }

  dropUser(username: string): Promise<void> {
    return dropUser(this, username);
  }

  setPassword(username: string, password: string): Promise<void> {
    return setPassword(this, username, password);
  }

  accepts(login: Omit<Login, "host" | "port">): Promise<boolean> {
    return logsIn(this, { ...login, host: this.host, port: this.port });
  }

  url({ host, port, database, username, password }: Login): string {
    return `postgresql://${username}:${password}@${host}:${port}/${database}`;
  }

  proxy(): Promise<ServerProxy> {
    return startPostgresProxy(this);
  }

  refused(clientPorts: ReadonlySet<number>): number {
    return countRefused(this.log(), clientPorts);
  }

  log(): string {
    return readFileSync(this.#logFile, "utf8");
  }

  connections(): { received: number; refused: number } {
    return countConnections(this.log());
  }

  async query(
    sql: string,
    values?: unknown[],
    database = "postgres",
  ): Promise<Record<string, unknown>[]> {
    const { username: user, password } = this.superuser;
    const client = new pg.Client({
      host: HOST,
      port: this.port,
      user,
      password,
      database,
      ssl: { ca: this.ca },
      application_name: HARNESS,
    });
    try {
      await client.connect();
      // `pg` answers several statements with an array of results, which its types do not say.
      const results = [await client.query(sql, values)].flat();
      return results.at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  }
}

function serverArguments(data: string, port: number, settings: Record<string, string>): string[] {
  const all = {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: "",
    ssl: "on",
    log_connections: "on",
    log_line_prefix: LOG_LINE_PREFIX,
    fsync: "off",
    ...settings,
  };
  return [
    "-D",
    data,
    ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
}

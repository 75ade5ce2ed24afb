import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type mysql from "mysql2/promise";
import type { Login } from "../login.ts";
import type { Authority } from "../postgres/certificates.ts";
import type { Leash } from "../postgres/leash.ts";
import { HOST } from "../postgres/wire.ts";
import type { Impostor, Server, ServerProxy } from "../server.ts";
import { connect, logsIn } from "./client.ts";
import { isHostileMode, type Played, startHostileServer } from "./hostile-server.ts";
import { startProxy } from "./proxy.ts";

/** Runs a statement as the superuser. */
export type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** The statements of a server that make and change users. */
export interface Users {
  createUser(query: Query, username: string): Promise<string>;
  createOwner(query: Query, user: { username: string; database: string }): Promise<string>;
  createAdministrator(query: Query, username: string, administered: string): Promise<string>;
  letAdminister(query: Query, username: string, may: boolean): Promise<void>;
  dropUser(query: Query, username: string): Promise<void>;
  setPassword(query: Query, username: string, password: string): Promise<void>;
}

/** What is particular to a server of MySQL's protocol. */
export interface Parts
  extends Pick<Server, "type" | "title" | "passwordChange" | "loggedStatements"> {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Holds the log, in a file of that name. */
  readonly folder: string;
  readonly leash: Leash;
  readonly authority: Authority;
  readonly port: number;
  readonly superuser: { readonly username: string; readonly password: string };
  readonly users: Users;
  readonly played: Played;
}

const startTimeoutMs = 60_000;

/** A real server on loopback, with TLS and nothing else, gone with this process. */
export class LocalServer implements Server {
  readonly type: string;
  readonly title: string;
  readonly defaultDatabase = "information_schema";
  readonly passwordChange: string;
  readonly loggedStatements: readonly RegExp[];
  readonly host = HOST;
  readonly port: number;
  readonly ca: string;
  readonly authority: Authority;
  readonly superuser: Parts["superuser"];
  readonly #parts: Parts;
  #process: ChildProcess | undefined;
  #connection: Promise<mysql.Connection> | undefined;

  constructor(parts: Parts) {
    this.type = parts.type;
    this.title = parts.title;
    this.passwordChange = parts.passwordChange;
    this.loggedStatements = parts.loggedStatements;
    this.port = parts.port;
    this.ca = parts.authority.certificate;
    this.authority = parts.authority;
    this.superuser = parts.superuser;
    this.#parts = parts;
  }

  /** Also ends it where it does not start. */
  async started(): Promise<this> {
    try {
      await this.start();
      return this;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async start(): Promise<void> {
    if (this.#process) return;
    const { folder, leash, program } = this.#parts;
    const log = openSync(join(folder, "log"), "a", 0o600);
    const from = this.log().length;
    const server = spawn(program, this.#parts.arguments, {
      cwd: folder,
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
    const deadline = Date.now() + startTimeoutMs;
    while (!this.log().slice(from).includes("ready for connections")) {
      if (!this.#process || Date.now() > deadline)
        throw new Error(`${this.title} did not start: ${this.log().slice(from)}`);
      await sleep(5);
    }
  }

  async stop(): Promise<void> {
    const server = this.#process;
    if (!server) return;
    await this.#disconnect();
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
  }

  async #disconnect(): Promise<void> {
    const open = this.#connection;
    this.#connection = undefined;
    await open?.then((connection) => connection.end()).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disconnect();
    await this.#parts.leash.release();
  }

  newOwner(user: { username: string; database: string }): Promise<string> {
    return this.#parts.users.createOwner(this.query, user);
  }

  newUser(username: string): Promise<string> {
    return this.#parts.users.createUser(this.query, username);
  }

  newAdministrator(username: string, administered: string): Promise<string> {
    return this.#parts.users.createAdministrator(this.query, username, administered);
  }

  letAdminister(username: string, may: boolean): Promise<void> {
    return this.#parts.users.letAdminister(this.query, username, may);
  }

  dropUser(username: string): Promise<void> {
    return this.#parts.users.dropUser(this.query, username);
  }

  setPassword(username: string, password: string): Promise<void> {
    return this.#parts.users.setPassword(this.query, username, password);
  }

  impostor(kind: string): Promise<Impostor> {
    if (isHostileMode(kind)) return startHostileServer(kind, this.authority, this.#parts.played);
    throw new Error(`No such impostor: ${kind}`);
  }

  accepts(login: Omit<Login, "host" | "port">): Promise<boolean> {
    return logsIn({ ...login, host: this.host, port: this.port }, this.ca);
  }

  url({ host, port, database, username, password }: Login): string {
    return `${this.type}://${username}:${password}@${host}:${port}/${database}`;
  }

  proxy(): Promise<ServerProxy> {
    return startProxy(this);
  }

  log(): string {
    return readFileSync(join(this.#parts.folder, "log"), "utf8");
  }

  /** Runs a statement as the superuser. */
  readonly query: Query = async (sql) => {
    this.#connection ??= this.#connect();
    const [rows] = await (await this.#connection).query(sql);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  };

  #connect(): Promise<mysql.Connection> {
    const { host, port, superuser, defaultDatabase: database } = this;
    return connect({ host, port, database, ...superuser }, this.ca);
  }
}

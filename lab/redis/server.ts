import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Reply } from "../../lib/rotators/redis/resp.ts";
import type { Login } from "../login.ts";
import { type Authority, makeAuthority } from "../postgres/certificates.ts";
import { freePort } from "../postgres/free-port.ts";
import { type Leash, leash } from "../postgres/leash.ts";
import { HOST } from "../postgres/wire.ts";
import type { Impostor, Server, ServerOptions, ServerProxy } from "../server.ts";
import {
  type Binary,
  environmentOf,
  type Flavour,
  findBinary,
  flavour,
  versionOf,
  whatIsMissing,
} from "./binaries.ts";
import { connect, logsIn, type RedisConnection } from "./client.ts";
import { configure, type Keeps } from "./configuration.ts";
import { isHostileMode, startHostileRedis } from "./hostile-server.ts";
import { startRedisProxy } from "./proxy.ts";
import {
  application,
  createAdministrator,
  createUser,
  everything,
  letAdminister,
  setPasswords,
} from "./users.ts";
import { watchStatements } from "./watch-statements.ts";

/** A real Redis or Valkey server on loopback, with TLS and nothing else, gone with this process. */
export interface RedisServer extends Server {
  readonly authority: Authority;
  readonly superuser: { readonly username: string; readonly password: string };
  /** Where its files are: `redis.conf`, `users.acl`. */
  readonly folder: string;
  /** Runs a command as the superuser. */
  run(...words: string[]): Promise<Reply>;
  /** Makes a user with these rules, and keeps it. @returns the password */
  newUserWith(username: string, rules: readonly string[]): Promise<string>;
}

export interface RedisOptions extends ServerOptions {
  readonly flavour?: Flavour;
  readonly keeps?: Keeps;
  /** The password of the user `default`; absent: it cannot log in. */
  readonly requirepass?: string;
  /** Further lines of the configuration, e.g. `maxclients 10`. */
  readonly options?: readonly string[];
  /** One for servers that replicate each other. */
  readonly authority?: Authority;
  readonly superuser?: RedisServer["superuser"];
}

const startTimeoutMs = 30_000;

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const name = options.flavour ?? "redis";
  const binary = findBinary(name);
  if (!binary) throw new Error(whatIsMissing(name)());
  const authority = options.authority ?? (await makeAuthority());
  const folder = await mkdtemp(join(tmpdir(), `quarterturn-${name}-`));
  const held = leash(folder);
  const port = await freePort();
  const superuser = options.superuser ?? {
    username: "lab",
    password: randomBytes(24).toString("base64url"),
  };
  const keeps = options.keeps ?? "aclfile";
  const place = { ...options, folder, port, keeps, superuser };
  const parts = { binary, name, authority, leash: held, ...place };
  const server = new LocalRedis(parts, await configure(place, authority));
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

interface Parts extends RedisOptions {
  readonly binary: Binary;
  readonly name: Flavour;
  readonly authority: Authority;
  readonly folder: string;
  readonly leash: Leash;
  readonly port: number;
  readonly keeps: Keeps;
  readonly superuser: RedisServer["superuser"];
}

class LocalRedis implements RedisServer {
  readonly type: string;
  readonly title: string;
  readonly defaultDatabase = "0";
  readonly passwordChange = "query ACL SETUSER";
  readonly loggedStatements = [/"AUTH" "\(redacted\)"/, /slow: ACL SETUSER \(redacted\)/];
  readonly host = HOST;
  readonly port: number;
  readonly ca: string;
  readonly authority: Authority;
  readonly superuser: RedisServer["superuser"];
  readonly folder: string;
  readonly #parts: Parts;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;
  #connection: Promise<RedisConnection> | undefined;
  #watching: AsyncDisposable | undefined;

  constructor(parts: Parts, args: readonly string[]) {
    this.type = parts.name;
    this.title = `${flavour(parts.name).title} ${versionOf(parts.binary)}`;
    this.port = parts.port;
    this.ca = parts.authority.certificate;
    this.authority = parts.authority;
    this.superuser = parts.superuser;
    this.folder = parts.folder;
    this.#parts = parts;
    this.#arguments = args;
  }

  async start(): Promise<void> {
    if (this.#process) return;
    const log = openSync(this.#logFile, "a", 0o600);
    const from = this.log().length;
    const { binary, leash } = this.#parts;
    const server = spawn(binary.server, this.#arguments, {
      cwd: this.folder,
      env: environmentOf(binary),
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    leash.hold(server.pid);
    server.once("exit", () => {
      leash.hold(undefined);
      this.#process = undefined;
    });
    this.#process = server;
    await this.#ready(from);
    if (!this.#parts.logsStatements) return;
    this.#watching = await watchStatements(
      () => this.#connect(),
      (line) => this.#note(line),
    );
  }

  async #ready(from: number): Promise<void> {
    const deadline = Date.now() + startTimeoutMs;
    while (!this.log().slice(from).includes("Ready to accept connections")) {
      if (!this.#process || Date.now() > deadline)
        throw new Error(`${this.title} did not start: ${this.log().slice(from)}`);
      await sleep(5);
    }
  }

  #note(line: string): void {
    writeFileSync(this.#logFile, `${line}\n`, { flag: "a" });
  }

  get #logFile(): string {
    return join(this.folder, "log");
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
    const watching = this.#watching;
    this.#watching = undefined;
    await watching?.[Symbol.asyncDispose]();
    const open = this.#connection;
    this.#connection = undefined;
    await open?.then((connection) => connection[Symbol.asyncDispose]()).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disconnect();
    await this.#parts.leash.release();
  }

  async newUserWith(username: string, rules: readonly string[]): Promise<string> {
    const password = await createUser(this.#run, username, rules);
    await this.#keep();
    return password;
  }

  newOwner({ username }: { username: string }): Promise<string> {
    return this.newUser(username);
  }

  newUser(username: string): Promise<string> {
    return this.newUserWith(username, this.#parts.ownersAdminister ? everything : application);
  }

  async newAdministrator(username: string): Promise<string> {
    const password = await createAdministrator(this.#run, username);
    await this.#keep();
    return password;
  }

  async letAdminister(username: string, may: boolean): Promise<void> {
    await letAdminister(this.#run, username, may);
    await this.#keep();
  }

  async dropUser(username: string): Promise<void> {
    await this.run("ACL", "DELUSER", username);
    await this.#keep();
  }

  setPassword(username: string, password: string): Promise<void> {
    return this.setPasswords(username, [password]);
  }

  async setPasswords(username: string, passwords: readonly string[]): Promise<void> {
    await setPasswords(this.#run, username, passwords);
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const { keeps } = this.#parts;
    if (keeps === "aclfile") await this.run("ACL", "SAVE");
    if (keeps === "configuration") await this.run("CONFIG", "REWRITE");
  }

  impostor(kind: string): Promise<Impostor> {
    if (isHostileMode(kind)) return startHostileRedis(kind, this.authority);
    throw new Error(`No such impostor: ${kind}`);
  }

  accepts(login: Omit<Login, "host" | "port">): Promise<boolean> {
    return logsIn({ ...login, host: this.host, port: this.port }, this.ca);
  }

  url({ host, port, username, password }: Login): string {
    return `${this.type === "redis" ? "rediss" : "valkeys"}://${username}:${password}@${host}:${port}/0`;
  }

  proxy(): Promise<ServerProxy> {
    return startRedisProxy(this);
  }

  log(): string {
    try {
      return readFileSync(this.#logFile, "utf8");
    } catch {
      return "";
    }
  }

  readonly #run = (...words: string[]) => this.run(...words);

  async run(...words: string[]): Promise<Reply> {
    this.#connection ??= this.#connect();
    return (await this.#connection).run(...words);
  }

  #connect(): Promise<RedisConnection> {
    const { host, port, superuser } = this;
    return connect({ host, port, ...superuser }, this.ca);
  }
}

import type { Login } from "./login.ts";
import type { Internet } from "./providers/internet.ts";

/** Where clients reach a server: directly, or through a proxy. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Where functions find the API of the server's provider; absent: they ask none. */
  readonly internet?: Internet;
}

/**
 * A real server of one type on loopback, with verified TLS, gone with this process. It is all that the
 * harnesses know of a server, so that they run for every type.
 */
export interface Server extends Address, AsyncDisposable {
  /** As rotation.yml names it. */
  readonly type: string;
  /** As people call it: `PostgreSQL 18.4`. */
  readonly title: string;
  /** A database that is always there. */
  readonly defaultDatabase: string;
  /** What rotation.yml has to say of each login, beside the usual. */
  readonly keys?: Readonly<Record<string, unknown>>;
  /** How many times faster than on AWS waits pass for functions: where every change waits. */
  readonly pace?: number;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** The name of the call in which an in-place switch changes a password, as the proxy names calls. */
  readonly passwordChange: string;
  /** Makes a user who owns a database of its own. @returns the user's password, which nobody else knows */
  newOwner(user: Pick<Login, "username" | "database">): Promise<string>;
  /** Makes a user who may log in and nothing else. @returns the password */
  newUser(username: string): Promise<string>;
  /** Makes an administrator as a managed service has it, who may change this user. @returns the password */
  newAdministrator(username: string, administered: string): Promise<string>;
  /** Idempotent: succeeds when there is no such user. */
  dropUser(username: string): Promise<void>;
  /** Gives an administrator the right to make users, or takes it. */
  letAdminister(username: string, may: boolean): Promise<void>;
  /** Also lets the user log in again. Leaves no plain text in the server's log. */
  setPassword(username: string, password: string): Promise<void>;
  /** The same with several passwords, and no others. Absent where users have one. */
  setPasswords?(username: string, passwords: readonly string[]): Promise<void>;
  /** Whether the server itself lets this user in, by a login; throws when it cannot be reached. */
  accepts(login: Omit<Login, "host" | "port">): Promise<boolean>;
  /** The login as a connection URL, as applications have it. */
  url(login: Login): string;
  /** The same as another application writes it; default: with the name of a driver in its scheme. */
  otherUrl?(login: Login): string;
  /** A proxy in front of this server, with a certificate of the same authority. */
  proxy(): Promise<ServerProxy>;
  /** Somebody in the server's place, with a certificate of the same authority. @param kind one of the type's */
  impostor(kind: string): Promise<Impostor>;
  /** The server's log so far. */
  log(): string;
  /** What the log holds after a rotation, if the server was told to write down its statements. */
  readonly loggedStatements: readonly RegExp[];
  /** How many connections from these local ports of a client were refused. Absent where the log does not tell. */
  refused?(clientPorts: ReadonlySet<number>): number;
  /** Down: open sessions are ended, the port is refused. `start` brings port and data back. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface ServerProxy extends Address, AsyncDisposable {
  /** Until disposed of. */
  intercept(interceptor: CallInterceptor): Disposable;
}

export interface Impostor extends Address, AsyncDisposable {
  /** All that clients have sent it that they would not send to anybody; a careful client sends nothing. */
  sent(): Buffer;
}

/** One thing that a client asks of a server. */
export interface ServerCall {
  readonly kind: "connect" | "query" | "terminate";
  readonly user: string;
  /** Of a query its first two words, never the statement; else empty. */
  readonly summary: string;
  /** Counts the proxy's connections, from 1. */
  readonly connection: number;
}

export interface CallInterceptor {
  /**
   * Before the server gets the call; a throw cuts the client's connection, without effect. (A
   * hook that kills the client must throw as well: otherwise the call still goes to the server.)
   */
  before?(call: ServerCall): void | Promise<void>;
  /**
   * The server has answered and the answer is held. "lose" cuts the client's connection instead of
   * passing it on; a throw does the same.
   */
  after?(call: ServerCall): void | "lose" | Promise<void> | Promise<"lose" | undefined>;
}

/** What an application logs in with. */
export interface Client {
  /**
   * Logs in and runs one query.
   * @throws an Error whose `code` is the server's or Node's
   */
  open(login: Login, ca: string): Promise<AsyncDisposable>;
}

/** What there is for one type of server. */
export interface ServerType {
  /** As people call it: `PostgreSQL`. */
  readonly name: string;
  /** No such server runs: a program of this repository speaks its protocol. */
  readonly isDouble?: true;
  /** The strategies that rotate its logins. */
  readonly strategies: readonly Strategy[];
  /** Kinds of impostors: each tries to be given a password in another way. */
  readonly impostors: readonly string[];
  /** The type of another server of the same engine: a sample of a suite leaves this one out. */
  readonly variantOf?: string;
  /** Functions wait for every change, so that several secrets side by side take no longer than one. */
  readonly isSlow?: boolean;
  /** Why none can be started on this machine, and how to get one; absent or `undefined`: one can. */
  missing?(): string | undefined;
  start(options?: ServerOptions): Promise<Server>;
  client(): Promise<Client>;
}

export type Strategy = "two-passwords" | "alternating-users" | "in-place";

export interface ServerOptions {
  /** The server writes every statement to its log. */
  readonly logsStatements?: boolean;
  /** Users that it makes may change users, so that they need no administrator; default: the type's own choice. */
  readonly ownersAdminister?: boolean;
}

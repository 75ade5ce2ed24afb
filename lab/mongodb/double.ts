import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket, type Server as TlsServer } from "node:tls";
import type { Authority } from "../postgres/certificates.ts";
import { HOST } from "../postgres/wire.ts";
import { type DoubleSession, type DoubleState, isAllowed } from "./command.ts";
import { commands } from "./commands.ts";
import { Documents } from "./documents.ts";
import { Failure } from "./failure.ts";
import { UserStore } from "./users.ts";
import { answerTo, type Fields, type Message, nameOf, readMessage } from "./wire.ts";

/** Any command has them (https://www.mongodb.com/docs/manual/reference/command/). */
const generic = [
  "$db",
  "lsid",
  "$clusterTime",
  "$readPreference",
  "maxTimeMS",
  "writeConcern",
  "readConcern",
  "comment",
  "txnNumber",
];

export interface DoubleOptions {
  readonly authority: Authority;
  /** On which it is found again when it has been stopped. */
  readonly port?: number;
  /** Shared by the members of a replica set. */
  readonly store?: { readonly users: UserStore; readonly documents: Documents };
  readonly replicaSet?: DoubleState["replicaSet"];
}

/**
 * A double of a MongoDB server, in this process: SCRAM, users, roles and the commands that the lab needs, as MongoDB's
 * manual and source have them. What it was not told of, it refuses. It shows what our client sends, and how it takes
 * answers; of a MongoDB server it shows nothing.
 */
export class MongodbDouble implements AsyncDisposable {
  readonly users: UserStore;
  readonly documents: Documents;
  readonly sessions = new Set<DoubleSession>();
  replicaSet: DoubleState["replicaSet"];
  isPrimary = true;
  skipsEmptyTurn = true;
  /** Answers to give instead, by name of command: once each. */
  readonly faults = new Map<string, Fields>();
  /** Of `ask`: names of all commands so far. */
  readonly asked: string[] = [];
  readonly #server: TlsServer;
  readonly #sockets = new Set<TLSSocket>();
  #connections = 0;
  #log = "";

  private constructor(server: TlsServer, { store, replicaSet }: DoubleOptions) {
    this.#server = server;
    this.users = store?.users ?? new UserStore();
    this.documents = store?.documents ?? new Documents();
    this.replicaSet = replicaSet;
    server.on("secureConnection", (socket) => void this.#serve(socket));
    server.on("tlsClientError", () => {});
  }

  static async start(options: DoubleOptions): Promise<MongodbDouble> {
    const { certificate: cert, key } = await options.authority.issue(["localhost", HOST]);
    const server = createServer({ cert, key });
    const double = new MongodbDouble(server, options);
    await double.listen(options.port ?? 0);
    return double;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(port: number): Promise<void> {
    await once(this.#server.listen(port, HOST), "listening");
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** As `mongod` prints a slow command: passwords are `xxx` (`sensitiveFieldNames` of the commands, in the server's source). */
  log(): string {
    return this.#log;
  }

  async #serve(socket: TLSSocket): Promise<void> {
    this.#connections += 1;
    const session: DoubleSession = { id: this.#connections, user: undefined, login: undefined };
    this.sessions.add(session);
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.setNoDelay();
    try {
      for (;;) {
        const message = await readMessage(socket);
        if (!message) return;
        socket.write(answerTo(message, this.#answer(message, session)));
      }
    } finally {
      this.sessions.delete(session);
      this.#sockets.delete(socket);
      socket.destroy();
    }
  }

  #answer({ fields }: Message, session: DoubleSession): Fields {
    const name = nameOf(fields);
    this.asked.push(name);
    this.#note(fields);
    const fault = this.faults.get(name);
    this.faults.delete(name);
    if (fault && fault["ok"] === 0) return fault;
    try {
      return { ...this.#run(name, fields, session), ok: 1, ...fault };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { code, codeName, message: errmsg } = error;
      return { ok: 0, errmsg, code, codeName };
    }
  }

  #run(name: string, fields: Fields, session: DoubleSession): Fields {
    const command = commands[name];
    if (!command) throw new Failure("CommandNotFound", `no such command: '${name}'`);
    const known = [name, ...command.fields, ...generic];
    const unknown = Object.keys(fields).find((field) => !known.includes(field));
    if (unknown)
      throw new Failure("UnknownField", `BSON field '${name}.${unknown}' is an unknown field.`);
    this.#refresh(session);
    if (!command.open && !session.user)
      throw new Failure("Unauthorized", `Command ${name} requires authentication`);
    if (!isAllowed(command, fields, session, this))
      throw new Failure(
        "Unauthorized",
        `not authorized on ${fields["$db"]} to execute command ${JSON.stringify(fields)}`,
      );
    if (command.writes && !this.isPrimary) throw new Failure("NotWritablePrimary", "not primary");
    return command.run(fields, session, this);
  }

  /** Each command looks its user up: of another `userId`, it is gone (`AuthorizationManager::reacquireUser`). */
  #refresh(session: DoubleSession): void {
    const { user } = session;
    const now = user && this.users.find(user.user, user.db);
    session.user = now?.userId.equals(user?.userId ?? "") ? now : undefined;
  }

  #note(fields: Fields): void {
    const command = Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) => {
        if (name === "pwd") return [[name, "xxx"]];
        return ["payload", "speculativeAuthenticate", "lsid"].includes(name) ? [] : [[name, value]];
      }),
    );
    const entry = {
      t: { $date: new Date() },
      s: "I",
      c: "COMMAND",
      id: 51803,
      ctx: "conn",
      msg: "Slow query",
      attr: { command },
    };
    this.#log += `${JSON.stringify(entry)}\n`;
  }
}

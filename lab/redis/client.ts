import { once } from "node:events";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  decodeReply,
  encodeCommand,
  type Reply,
  ServerAnswer,
} from "../../lib/rotators/redis/resp.ts";
import type { Login } from "../login.ts";
import type { Client } from "../server.ts";

const timeoutMs = 5_000;

/** A server's answer that is an error. */
class Refused extends Error {
  /** The first word of the answer. */
  readonly code: string;

  constructor(code: string) {
    super(`The server answered ${code}.`);
    this.code = code;
  }
}

/** A connection over verified TLS. Commands may follow each other without waiting. */
export interface RedisConnection extends AsyncDisposable {
  /** @throws an Error whose `code` is the server's or Node's */
  run(...words: string[]): Promise<Reply>;
  /** Every further reply, from now on. */
  follow(each: (reply: Reply) => void): void;
}

type Place = Pick<Login, "host" | "port">;

/** Without a login. */
export async function dial({ host, port }: Place, ca: string): Promise<RedisConnection> {
  const socket = connectTls({ host, port: Number(port), ca });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error("timed out")));
  await once(socket, "secureConnect");
  socket.setTimeout(0);
  return new Dialled(socket);
}

class Dialled implements RedisConnection {
  readonly #socket: TLSSocket;
  readonly #waiting: ((reply: Reply | Error) => void)[] = [];
  #received: Buffer = Buffer.alloc(0);
  #follow: ((reply: Reply) => void) | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    let failure: Error | undefined;
    socket.on("error", (error) => {
      failure ??= error;
    });
    socket.on("close", () => {
      const gone = failure ?? Object.assign(new Error("closed"), { code: "ECONNRESET" });
      for (const settle of this.#waiting.splice(0)) settle(gone);
    });
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const decoded = decodeReply(this.#received);
      if (!decoded) return;
      this.#received = this.#received.subarray(decoded.end);
      const settle = this.#waiting.shift();
      if (settle) settle(decoded.reply);
      else this.#follow?.(decoded.reply);
    }
  }

  run(...words: string[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((reply) => {
        if (reply instanceof ServerAnswer) reject(new Refused(reply.kind));
        else if (reply instanceof Error) reject(reply);
        else resolve(reply);
      });
      if (this.#socket.destroyed) this.#socket.emit("close");
      else this.#socket.write(encodeCommand(words));
    });
  }

  follow(each: (reply: Reply) => void): void {
    this.#follow = each;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = once(this.#socket, "close");
    this.#socket.end();
    await closed;
  }
}

/** Logs in. */
export async function connect(
  login: Omit<Login, "database">,
  ca: string,
): Promise<RedisConnection> {
  const connection = await dial(login, ca);
  try {
    await connection.run("AUTH", login.username, login.password);
    return connection;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

export const client: Client = {
  async open(login, ca) {
    const connection = await connect(login, ca);
    await connection.run("PING");
    return connection;
  },
};

/** Whether the server accepts this login. */
export async function logsIn(login: Omit<Login, "database">, ca: string): Promise<boolean> {
  try {
    await (await connect(login, ca))[Symbol.asyncDispose]();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "WRONGPASS") return false;
    throw error;
  }
}

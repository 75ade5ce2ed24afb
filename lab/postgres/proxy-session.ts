import type { SecureContext, TLSSocket } from "node:tls";
import type { CallInterceptor, ServerCall } from "../server.ts";
import { type Message, openTls, readMessage, readStartup } from "./wire.ts";

/**
 * Calls of PostgreSQL: `connect` reaches from the startup message to the server's first ReadyForQuery or
 * ErrorResponse, `query` from a Query message or an extended batch up to its Sync to ReadyForQuery, `terminate`
 * from the Terminate message to the server's close (for which clients do not wait).
 */
type Kind = ServerCall["kind"];

/** Serves one client of the proxy until either side has gone. */
export async function relay(
  client: TLSSocket,
  target: { port: number; trust: SecureContext },
  connection: number,
  interceptor: Required<CallInterceptor>,
): Promise<void> {
  const startup = await readStartup(client);
  if (!startup) return;
  const session = new Session(client, startup.user, connection, interceptor);
  try {
    await session.connect(startup.bytes, target);
    await session.serve();
  } catch (error) {
    // Anything else is a bug in the proxy.
    if (!(error instanceof Cut)) throw error;
  } finally {
    session.end();
  }
}

/** The client's connection is gone, or must be cut. */
class Cut extends Error {}

class Session {
  readonly #client: TLSSocket;
  readonly #interceptor: Required<CallInterceptor>;
  readonly #origin: { user: string; connection: number };
  #server: TLSSocket | undefined;
  #connected: Promise<void> = Promise.resolve();
  /** What the server has sent in answer to the call under way; undefined between calls. */
  #held: Buffer[] | undefined;
  #answer = Promise.withResolvers<boolean>();

  constructor(
    client: TLSSocket,
    user: string,
    connection: number,
    interceptor: Required<CallInterceptor>,
  ) {
    this.#client = client;
    this.#interceptor = interceptor;
    this.#origin = { user, connection };
  }

  async connect(startup: Buffer, target: { port: number; trust: SecureContext }): Promise<void> {
    const call = this.#call("connect");
    await this.#before(call);
    this.#server = await openTls(target.port, target.trust);
    if (!this.#server) throw new Cut();
    this.#connected = this.#ask(call, startup);
    this.#connected.catch(() => {}); // serve() sees it; until then it is not unhandled
    void this.#receive(this.#server);
  }

  async serve(): Promise<void> {
    for (;;) {
      const message = await readMessage(this.#client);
      if (!message) throw new Cut();
      if (message.type === "p") {
        this.#server?.write(message.bytes); // SCRAM, inside the connect call
        continue;
      }
      await this.#connected;
      const call =
        message.type === "X" ? this.#call("terminate") : this.#call("query", summarise(message));
      const bytes = "XQ".includes(message.type) ? message.bytes : await this.#batch(message);
      await this.#before(call);
      await this.#ask(call, bytes);
      if (call.kind === "terminate") return;
    }
  }

  end(): void {
    this.#server?.destroy();
    this.#client.destroySoon();
  }

  #call(kind: Kind, summary = ""): ServerCall {
    return { kind, summary, ...this.#origin };
  }

  /** The rest of an extended batch, up to its Sync. */
  async #batch(first: Message): Promise<Buffer> {
    const parts = [first.bytes];
    for (let { type } = first; type !== "S"; ) {
      const message = await readMessage(this.#client);
      if (!message) throw new Cut();
      parts.push(message.bytes);
      type = message.type;
    }
    return Buffer.concat(parts);
  }

  async #before(call: ServerCall): Promise<void> {
    try {
      await this.#interceptor.before(call);
    } catch {
      throw new Cut();
    }
  }

  async #ask(call: ServerCall, bytes: Buffer): Promise<void> {
    this.#held = [];
    this.#answer = Promise.withResolvers();
    this.#server?.write(bytes);
    const answered = await this.#answer.promise;
    if ((!answered && call.kind !== "terminate") || (await this.#isLost(call))) {
      this.end(); // serve() may be waiting for the client
      throw new Cut();
    }
    this.#flush();
    this.#held = undefined;
    if (this.#server?.destroyed) this.#client.end();
  }

  async #isLost(call: ServerCall): Promise<boolean> {
    try {
      return (await this.#interceptor.after(call)) === "lose";
    } catch {
      return true;
    }
  }

  async #receive(server: TLSSocket): Promise<void> {
    let connecting = true;
    let failed = false;
    for (let message = await readMessage(server); message; message = await readMessage(server)) {
      const { type, bytes } = message;
      if (this.#held) this.#held.push(bytes);
      else this.#client.write(bytes); // a notice, or the end of the session by an administrator
      failed = type === "E";
      // The server goes on only when the client has answered these.
      if (type === "R" && bytes.readInt32BE(5) !== 0) this.#flush();
      if (type === "Z" || (failed && connecting)) {
        connecting = false;
        this.#answer.resolve(true);
      }
    }
    this.#answer.resolve(failed);
    if (!this.#held) this.#client.end();
  }

  #flush(): void {
    for (const bytes of this.#held?.splice(0) ?? []) this.#client.write(bytes);
  }
}

/** The first two words of a Query or Parse message. */
function summarise({ type, bytes }: Message): string {
  const [first = "", second = ""] = bytes.subarray(5).toString().split("\0");
  const statement = type === "Q" ? first : type === "P" ? second : "";
  return /^\s*(\w+(?:\s+[a-z_]+)?)/i.exec(statement)?.[1] ?? "";
}

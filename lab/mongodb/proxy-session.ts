import { connect, type TLSSocket } from "node:tls";
import { HOST } from "../postgres/wire.ts";
import type { CallInterceptor, ServerCall } from "../server.ts";
import { type Message, nameOf, readMessage } from "./wire.ts";

/**
 * Calls of MongoDB: `connect` reaches from the message that begins the proof of a password to the answer that ends it,
 * `query` from a command to its answer, `terminate` is the end of a connection that has logged in. What is asked before
 * a user is named counts for nothing: drivers do it all the time.
 */
export async function relay(
  client: TLSSocket,
  target: { readonly port: number; readonly ca: string },
  connection: number,
  interceptor: Required<CallInterceptor>,
): Promise<void> {
  client.on("error", () => {});
  client.setNoDelay();
  const server = connect({ host: HOST, ...target });
  server.on("error", () => {});
  server.setNoDelay();
  server.once("close", () => client.destroy());
  try {
    await new Session(client, server, connection, interceptor).serve();
  } catch (error) {
    // Anything else is a bug in the proxy.
    if (!(error instanceof Cut)) throw error;
  } finally {
    client.destroy();
    server.destroy();
  }
}

/** The client's connection is gone, or must be cut. */
class Cut extends Error {}

class Session {
  readonly #client: TLSSocket;
  readonly #server: TLSSocket;
  readonly #connection: number;
  readonly #interceptor: Required<CallInterceptor>;
  #user = "";
  #login: ServerCall | undefined;

  constructor(
    client: TLSSocket,
    server: TLSSocket,
    connection: number,
    interceptor: Required<CallInterceptor>,
  ) {
    this.#client = client;
    this.#server = server;
    this.#connection = connection;
    this.#interceptor = interceptor;
  }

  async serve(): Promise<void> {
    for (;;) {
      const message = await readMessage(this.#client);
      if (!message) return this.#end();
      await this.#pass(message);
    }
  }

  async #pass(message: Message): Promise<void> {
    const call = this.#callOf(message);
    const isNew = call && call !== this.#login;
    if (call?.kind === "connect") this.#login = call;
    if (call && isNew) await this.#before(call);
    this.#server.write(message.bytes);
    const answer = await readMessage(this.#server);
    if (!answer) throw new Cut();
    const isOver = call?.kind === "query" || isLast(answer);
    if (call && isOver) {
      if (call === this.#login) this.#login = undefined;
      if (await this.#isLost(call)) throw new Cut();
    }
    this.#client.write(answer.bytes);
  }

  /** `undefined`: it counts for nothing. */
  #callOf({ fields }: Message): ServerCall | undefined {
    const name = nameOf(fields);
    const start = (fields["speculativeAuthenticate"] ?? fields) as typeof fields;
    if ("saslStart" in start || (this.#login && name === "saslContinue")) {
      if (this.#login) return this.#login;
      this.#user = /n=([^,]*),/.exec(String(start["payload"]))?.[1] ?? "";
      return this.#call("connect");
    }
    const isOpen = /^(hello|ismaster|endSessions)$/i.test(name);
    return this.#user === "" || isOpen ? undefined : this.#call("query", name);
  }

  async #end(): Promise<void> {
    if (this.#user === "" || this.#login) return;
    const call = this.#call("terminate");
    await this.#before(call);
    await this.#isLost(call);
  }

  #call(kind: ServerCall["kind"], summary = ""): ServerCall {
    return { kind, summary, user: this.#user, connection: this.#connection };
  }

  async #before(call: ServerCall): Promise<void> {
    try {
      await this.#interceptor.before(call);
    } catch {
      throw new Cut();
    }
  }

  async #isLost(call: ServerCall): Promise<boolean> {
    try {
      return (await this.#interceptor.after(call)) === "lose";
    } catch {
      return true;
    }
  }
}

/** Of a login: it went wrong, or it is done. */
function isLast({ fields }: Message): boolean {
  const own = (fields["speculativeAuthenticate"] ?? fields) as typeof fields;
  return fields["ok"] !== 1 || own["done"] === true;
}

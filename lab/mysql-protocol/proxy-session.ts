import { once } from "node:events";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { CallInterceptor, ServerCall } from "../server.ts";
import { acceptTls, kindOf, openTcp, openTls, readPacket, userOf } from "./wire.ts";

interface Target {
  readonly port: number;
  readonly trust: SecureContext;
  readonly identity: SecureContext;
}

const quit = 1;
const query = 3;
const ok = 0x00;
const more = 0x01;
const end = 0xfe;
const error = 0xff;

/** The client's connection is gone, or must be cut. */
class Cut extends Error {}

/**
 * Calls of MySQL's protocol: `connect` reaches from the login request to the server's OK or error, `query` from a
 * statement to the end of its answer, `terminate` from the goodbye to the server's close.
 */
export async function relay(
  client: Socket,
  target: Target,
  connection: number,
  interceptor: Required<CallInterceptor>,
): Promise<void> {
  const server = openTcp(target.port);
  const opened: Socket[] = [client, server];
  try {
    client.write(await packetOf(server));
    server.write(await packetOf(client));
    const inside = acceptTls(client, target.identity);
    const outside = openTls(server, target.trust);
    opened.push(inside, outside);
    const session = new Session(inside, outside, connection, interceptor);
    await session.connect();
    await session.serve();
  } catch (thrown) {
    // Anything else is a bug in the proxy.
    if (!(thrown instanceof Cut)) throw thrown;
  } finally {
    opened.at(-1)?.destroy();
    opened.at(-2)?.destroySoon();
    client.destroySoon();
    server.destroy();
  }
}

async function packetOf(socket: Socket): Promise<Buffer> {
  const packet = await readPacket(socket);
  if (!packet) throw new Cut();
  return packet;
}

class Session {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #connection: number;
  readonly #interceptor: Required<CallInterceptor>;
  #user = "";

  constructor(
    client: Socket,
    server: Socket,
    connection: number,
    interceptor: Required<CallInterceptor>,
  ) {
    this.#client = client;
    this.#server = server;
    this.#connection = connection;
    this.#interceptor = interceptor;
    // An end of the session by an administrator, or of the server.
    server.once("close", () => client.destroySoon());
  }

  async connect(): Promise<void> {
    const request = await packetOf(this.#client);
    this.#user = userOf(request);
    const call = this.#call("connect");
    await this.#before(call);
    this.#server.write(request);
    for (;;) {
      const packet = await packetOf(this.#server);
      if ([ok, error].includes(kindOf(packet))) return this.#pass(call, [packet]);
      this.#client.write(packet);
      // The server goes on only when the client has answered, but where it says that the answer was right.
      if (!isFastLogin(packet)) this.#server.write(await packetOf(this.#client));
    }
  }

  async serve(): Promise<void> {
    for (;;) {
      const packet = await packetOf(this.#client);
      const isLast = kindOf(packet) === quit;
      const call = isLast ? this.#call("terminate") : this.#call("query", summarise(packet));
      await this.#before(call);
      const closed = isLast && once(this.#server, "close");
      this.#server.write(packet);
      if (!closed) {
        await this.#pass(call, await this.#answer());
        continue;
      }
      await closed;
      return this.#pass(call, []);
    }
  }

  /** An OK, an error, or a result: the number of columns, each column, an end, each row, an end. */
  async #answer(): Promise<Buffer[]> {
    const packets = [await packetOf(this.#server)];
    if (packets.some((packet) => [ok, error].includes(kindOf(packet)))) return packets;
    for (let ends = 0; ends < 2; ) {
      const packet = await packetOf(this.#server);
      packets.push(packet);
      if (kindOf(packet) === error) return packets;
      if (kindOf(packet) === end && packet.length < 13) ends += 1;
    }
    return packets;
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

  async #pass(call: ServerCall, packets: readonly Buffer[]): Promise<void> {
    if (await this.#isLost(call)) throw new Cut();
    for (const packet of packets) this.#client.write(packet);
  }

  async #isLost(call: ServerCall): Promise<boolean> {
    try {
      return (await this.#interceptor.after(call)) === "lose";
    } catch {
      return true;
    }
  }
}

/** Of caching_sha2_password: an OK follows. */
const isFastLogin = (packet: Buffer) => kindOf(packet) === more && packet[5] === 3;

/** The first two words of a statement. */
function summarise(packet: Buffer): string {
  const statement = kindOf(packet) === query ? packet.toString("utf8", 5) : "";
  return /^\s*(\w+(?:\s+[a-z_]+)?)/i.exec(statement)?.[1] ?? "";
}

import http from "node:http";
import net from "node:net";
import tls, { type ConnectionOptions } from "node:tls";
import type { OpenedSocket } from "./messages.ts";

/** The sockets of one execution environment, in a process that it shares with others. */
export class OwnSockets {
  /** By name: what the environment must use in the place of Node's modules. */
  readonly modules: ReadonlyMap<string, object>;
  readonly #open = new Set<net.Socket>();
  #opened: OpenedSocket[] = [];
  #isDestroyed = false;

  /** @param replaced what the environment is to have in the place of Node's modules, by name */
  constructor(replaced: ReadonlyMap<string, object> = new Map()) {
    const { connect, ...ofTls } = { ...tls, ...replaced.get("tls") };
    const register = (socket: net.Socket) => this.#register(socket);
    class OwnSocket extends net.Socket {
      constructor(options?: net.SocketConstructorOpts) {
        super(options);
        register(this);
      }
    }
    class OwnAgent extends http.Agent {
      override createConnection(options: net.NetConnectOpts): net.Socket {
        return new OwnSocket(options).connect(options);
      }
    }
    const connectOwn = (options: ConnectionOptions) => {
      const socket = connect(options);
      // Else it is one of those above.
      if (!options.socket) register(socket);
      return socket;
    };
    this.modules = new Map<string, object>([
      ...replaced,
      ["net", { ...net, Socket: OwnSocket }],
      ["http", { ...http, Agent: OwnAgent }],
      ["tls", { ...ofTls, connect: connectOwn }],
    ]);
  }

  /** Since the last call. */
  takeOpened(): readonly OpenedSocket[] {
    const opened = this.#opened;
    this.#opened = [];
    return opened;
  }

  /** All that are open, and each one to come. */
  destroy(): void {
    this.#isDestroyed = true;
    for (const socket of this.#open) socket.destroy();
  }

  #register(socket: net.Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    // Registered first, so it runs ahead of the listener that sends what waits for the connection.
    socket.on("connect", () => {
      const { localPort = 0, remotePort = 0 } = socket;
      this.#opened.push({ localPort, remotePort });
      if (this.#isDestroyed) socket.destroy();
    });
  }
}

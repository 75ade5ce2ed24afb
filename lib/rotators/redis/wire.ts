import type { Socket } from "node:net";
import { Received } from "./received.ts";
import { decodeReply, encodeCommand, longest, NotRedis, type Reply, ServerAnswer } from "./resp.ts";

/** Commands and their replies on a connection, one after the other. */
export class Wire {
  readonly #socket: Socket;
  readonly #closed: () => unknown;
  readonly #received = new Received();
  #failure: unknown;
  #ended = false;
  #waiting: (() => void) | undefined;

  /** @param closed the error for a server that hangs up */
  constructor(socket: Socket, closed: () => unknown) {
    this.#socket = socket;
    this.#closed = closed;
    const settle = () => {
      this.#waiting?.();
      this.#waiting = undefined;
    };
    socket.on("data", (bytes: Buffer) => {
      this.#received.add(bytes);
      settle();
    });
    socket.on("error", (error) => {
      this.#failure ??= error;
    });
    socket.on("close", () => {
      this.#ended = true;
      settle();
    });
  }

  /** @throws what broke the connection, NotRedis */
  async ask(words: readonly string[]): Promise<Reply> {
    const unasked = this.#unasked();
    if (unasked) return unasked;
    this.#socket.write(encodeCommand(words));
    for (;;) {
      const decoded = decodeReply(this.#received.bytes);
      if (decoded) {
        this.#received.take(decoded.end);
        return decoded.reply;
      }
      if (this.#received.bytes.length > 2 * longest) throw new NotRedis("");
      if (this.#ended) throw this.#failure ?? this.#closed();
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /**
   * What the server has said by itself, which would be taken for the answer: whom it turns away at the door is told why.
   * @throws NotRedis for the greeting of another protocol
   */
  #unasked(): ServerAnswer | undefined {
    if (this.#received.bytes.length === 0) return undefined;
    const greeting = decodeReply(this.#received.bytes);
    if (greeting?.reply instanceof ServerAnswer) return greeting.reply;
    throw new NotRedis("");
  }

  /** Cuts the connection; what is under way fails with this error. */
  destroy(error?: Error): void {
    this.#failure ??= error;
    this.#socket.destroy(error);
  }

  /** Says goodbye, and waits until the server has closed: it has forgotten this client then. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise<void>((resolve) => void this.#socket.once("close", resolve));
    this.#socket.write(encodeCommand(["QUIT"]));
    this.#socket.once("end", () => this.#socket.end());
    await closed;
  }
}

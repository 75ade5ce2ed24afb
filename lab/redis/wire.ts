import type { Socket } from "node:net";
import { decodeReply } from "../../lib/rotators/redis/resp.ts";

/** One command or reply at a time, with its bytes as they came. */
export class Reader {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #waiting: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const settle = () => {
      this.#waiting?.();
      this.#waiting = undefined;
    };
    socket.on("data", (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      settle();
    });
    for (const event of ["end", "close"])
      socket.on(event, () => {
        this.#ended = true;
        settle();
      });
  }

  /** `undefined` if the connection ends first. */
  async next(): Promise<{ bytes: Buffer; words: readonly string[] } | undefined> {
    for (;;) {
      const decoded = decodeReply(this.#received);
      if (decoded) {
        const bytes = this.#received.subarray(0, decoded.end);
        this.#received = this.#received.subarray(decoded.end);
        const words = Array.isArray(decoded.reply) ? decoded.reply.map(String) : [];
        return { bytes, words };
      }
      if (this.#ended || this.#socket.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }
}

import type { Socket } from "node:net";

/** What a packet's head takes: 3 bytes of length, 1 of its number. */
const headSize = 4;

/** Packets on a connection. One who reads or writes at a time. */
export class Wire {
  #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #number = 0;
  #failure: unknown;
  #ended = false;
  #waiting: (() => void) | undefined;
  readonly #closed: () => unknown;

  /** @param closed the error for a server that hangs up */
  constructor(socket: Socket, closed: () => unknown) {
    this.#closed = closed;
    this.#socket = socket;
    this.#listen();
  }

  /** Goes on over TLS. What arrived in clear text counts for nothing. @param secured on the same connection */
  secure(secured: Socket): void {
    this.#socket.removeAllListeners("data");
    this.#received = Buffer.alloc(0);
    this.#socket = secured;
    this.#listen();
  }

  #listen(): void {
    const settle = () => {
      this.#waiting?.();
      this.#waiting = undefined;
    };
    this.#socket.on("data", (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      settle();
    });
    this.#socket.on("error", (error) => {
      this.#failure ??= error;
    });
    this.#socket.on("close", () => {
      this.#ended = true;
      settle();
    });
  }

  /** The next packet's content. @throws what broke the connection */
  async read(): Promise<Buffer> {
    for (;;) {
      const size = this.#received.length < headSize ? 0 : this.#received.readUIntLE(0, 3);
      const whole = headSize + size;
      if (this.#received.length >= whole) {
        const content = this.#received.subarray(headSize, whole);
        this.#number = this.#received.readUInt8(3);
        this.#received = this.#received.subarray(whole);
        return content;
      }
      if (this.#ended) throw this.#failure ?? this.#closed();
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /** Answers the packet that was read last. */
  write(content: Buffer): void {
    this.#send(content, (this.#number + 1) % 256);
  }

  /** Begins a new exchange. */
  command(kind: number, text = ""): void {
    this.#send(Buffer.concat([Buffer.from([kind]), Buffer.from(text)]), 0);
  }

  #send(content: Buffer, number: number): void {
    const head = Buffer.alloc(headSize);
    head.writeUIntLE(content.length, 0, 3);
    head.writeUInt8(number, 3);
    this.#number = number;
    this.#socket.write(Buffer.concat([head, content]));
  }

  /** Cuts the connection; what is under way fails with this error. */
  destroy(error?: Error): void {
    this.#failure ??= error;
    this.#socket.destroy(error);
  }

  /** Says goodbye, and waits until the connection has closed. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise<void>((resolve) => void this.#socket.once("close", resolve));
    this.#socket.end();
    await closed;
  }
}

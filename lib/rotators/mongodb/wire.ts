import type { TLSSocket } from "node:tls";
import { Document } from "./bson.ts";
import { encode, type Input } from "./encode.ts";

/** Length, number, number of the question, kind; each 4 bytes (MongoDB manual, "MongoDB Wire Protocol"). */
const headSize = 16;

/** OP_MSG. No other kind is sent or read, and none is compressed. */
const opMsg = 2013;

/** In bytes: as a server's `maxMessageSizeBytes`. */
const maxMessage = 48_000_000;

/** Bit of the flags: a checksum of 4 bytes is at the end. */
const checksumPresent = 1;

/** What the other side sends is not the protocol. */
export class NotTheProtocol extends Error {}

/** Commands and their answers on a connection. One at a time. */
export class Wire {
  readonly #socket: TLSSocket;
  readonly #closed: () => unknown;
  #received: Buffer = Buffer.alloc(0);
  #number = 0;
  #failure: unknown;
  #ended = false;
  #waiting: (() => void) | undefined;

  /** @param closed the error for a server that hangs up */
  constructor(socket: TLSSocket, closed: () => unknown) {
    this.#socket = socket;
    this.#closed = closed;
    const settle = () => {
      this.#waiting?.();
      this.#waiting = undefined;
    };
    socket.on("data", (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
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

  /** @throws what broke the connection, NotTheProtocol */
  async ask(command: Readonly<Record<string, Input | undefined>>): Promise<Document> {
    this.#number += 1;
    const { bytes } = encode(command);
    const head = Buffer.alloc(headSize + 5);
    const fields = [head.length + bytes.length, this.#number, 0, opMsg];
    for (const [index, field] of fields.entries()) head.writeInt32LE(field, 4 * index);
    this.#socket.write(Buffer.concat([head, bytes]));
    return this.#answer();
  }

  async #answer(): Promise<Document> {
    const length = (await this.#read(4)).readInt32LE();
    if (length < headSize + 10 || length > maxMessage) throw new NotTheProtocol();
    const message = await this.#read(length);
    this.#received = this.#received.subarray(length);
    const [answers, kind, flags] = [8, 12, headSize].map((at) => message.readInt32LE(at));
    const isAnswer = kind === opMsg && answers === this.#number && message[headSize + 4] === 0;
    if (!isAnswer) throw new NotTheProtocol();
    const end = length - ((flags ?? 0) & checksumPresent ? 4 : 0);
    const body = message.subarray(headSize + 5, end);
    if (body.readInt32LE() !== body.length) throw new NotTheProtocol();
    return new Document(body);
  }

  /** Waits for so many bytes, and leaves them. */
  async #read(length: number): Promise<Buffer> {
    while (this.#received.length < length) {
      if (this.#ended) throw this.#failure ?? this.#closed();
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#received.subarray(0, length);
  }

  /** Cuts the connection; what is under way fails with this error. */
  destroy(error?: Error): void {
    this.#failure ??= error;
    this.#socket.destroy(error);
  }

  /** Waits until the connection has closed. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise<void>((resolve) => void this.#socket.once("close", resolve));
    this.#socket.end();
    await closed;
  }
}

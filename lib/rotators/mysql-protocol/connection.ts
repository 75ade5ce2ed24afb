import { DeadlineReached } from "../../context/deadline.ts";
import type { Login } from "../login/login.ts";
import { ServerAnswer } from "./answers.ts";
import type { MethodNames } from "./authentication.ts";
import { connect } from "./connect.ts";
import { isEnd, isError, isOk, lengthAt, readRow } from "./packets.ts";
import type { Wire } from "./wire.ts";

/** In milliseconds: how long a server may take to end a session. */
const endTimeout = 1000;

const command = { quit: 1, query: 3 } as const;

export type Row = readonly (string | null)[];

/** A session of a user. One statement at a time. */
export class Connection implements AsyncDisposable {
  readonly #wire: Wire;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** As `connect`. */
  static async open(
    login: Login,
    signal: AbortSignal,
    methods: MethodNames,
    gate?: Promise<void>,
  ): Promise<Connection> {
    return new Connection(await connect(login, signal, methods, gate));
  }

  /**
   * Runs one statement.
   * @throws ServerAnswer, whatever the socket throws, DeadlineReached
   */
  async query(sql: string, signal: AbortSignal): Promise<readonly Row[]> {
    if (signal.aborted) throw new DeadlineReached();
    const abort = () => this.#wire.destroy(new DeadlineReached());
    signal.addEventListener("abort", abort, { once: true });
    try {
      this.#wire.command(command.query, sql);
      return await this.#rows();
    } catch (error) {
      throw signal.aborted ? new DeadlineReached() : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #rows(): Promise<readonly Row[]> {
    const first = await this.#next();
    if (isOk(first)) return [];
    const { length: columns } = lengthAt(first, 0);
    // Each column is described, then an end.
    for (let left = (columns ?? 0) + 1; left > 0; left--) await this.#next();
    const rows: Row[] = [];
    for (;;) {
      const packet = await this.#next();
      if (isEnd(packet)) return rows;
      rows.push(readRow(packet));
    }
  }

  async #next(): Promise<Buffer> {
    const packet = await this.#wire.read();
    if (isError(packet)) throw new ServerAnswer(packet);
    return packet;
  }

  /** A server that has fallen silent must not keep the function. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#wire.destroy(), endTimeout);
    this.#wire.command(command.quit);
    await this.#wire.end();
    clearTimeout(timer);
  }
}

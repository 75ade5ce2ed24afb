import { DeadlineReached } from "../../context/deadline.ts";
import type { Login } from "../login/login.ts";
import { requireDone } from "./answers.ts";
import type { Document } from "./bson.ts";
import { connect } from "./connect.ts";
import type { Input } from "./encode.ts";
import type { Wire } from "./wire.ts";

/** In milliseconds: how long a server may take to end a session. */
const endTimeout = 1000;

/** A session of a user. */
export class Connection implements AsyncDisposable {
  /** How far the server's clock is ahead of ours, in milliseconds. */
  readonly clockAhead: number;
  readonly isPrimary: boolean;
  /** The server's number of this connection. */
  readonly id: number | undefined;
  readonly #wire: Wire;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(wire: Wire, hello: Document, clockAhead: number) {
    this.#wire = wire;
    this.clockAhead = clockAhead;
    this.id = hello.get("connectionId")?.number;
    this.isPrimary = (hello.get("isWritablePrimary") ?? hello.get("ismaster"))?.isTrue ?? false;
  }

  /** As `connect`. */
  static async open(login: Login, signal: AbortSignal, gate?: Promise<void>): Promise<Connection> {
    const { wire, hello, clockAhead } = await connect(login, signal, gate);
    return new Connection(wire, hello, clockAhead);
  }

  /**
   * Runs one command, after those that were asked for before.
   * @param command its name is the first field
   * @throws CommandFailed, whatever the socket throws, DeadlineReached
   */
  run(
    $db: string,
    command: Readonly<Record<string, Input | undefined>>,
    signal: AbortSignal,
  ): Promise<Document> {
    const answer = this.#turn.then(() => this.#ask({ ...command, $db }, signal));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async #ask(
    command: Readonly<Record<string, Input | undefined>>,
    signal: AbortSignal,
  ): Promise<Document> {
    if (signal.aborted) throw new DeadlineReached();
    const abort = () => this.#wire.destroy(new DeadlineReached());
    signal.addEventListener("abort", abort, { once: true });
    try {
      return requireDone(await this.#wire.ask(command));
    } catch (error) {
      throw signal.aborted ? new DeadlineReached() : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** A server that has fallen silent must not keep the function. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#wire.destroy(), endTimeout);
    await this.#turn;
    await this.#wire.end();
    clearTimeout(timer);
  }
}

import { DeadlineReached } from "../../context/deadline.ts";
import type { Login } from "../login/login.ts";
import { connect, type Way } from "./connect.ts";
import { type Reply, ServerAnswer } from "./resp.ts";
import type { Wire } from "./wire.ts";

/** In milliseconds: how long a server may take to end a session. */
const endTimeout = 1000;

/** A session of a user. One command at a time. */
export class Connection implements AsyncDisposable {
  readonly #wire: Wire;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** As `connect`. */
  static async open(login: Login, signal: AbortSignal, way?: Way): Promise<Connection> {
    return new Connection(await connect(login, signal, way));
  }

  /** @throws ServerAnswer, NotRedis, whatever the socket throws, DeadlineReached */
  async run(words: readonly string[], signal: AbortSignal): Promise<Reply> {
    if (signal.aborted) throw new DeadlineReached();
    const abort = () => this.#wire.destroy(new DeadlineReached());
    signal.addEventListener("abort", abort, { once: true });
    try {
      const reply = await this.#wire.ask(words);
      if (reply instanceof ServerAnswer) throw reply;
      return reply;
    } catch (error) {
      throw signal.aborted ? new DeadlineReached() : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** A server that has fallen silent must not keep the function. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#wire.destroy(), endTimeout);
    await this.#wire.end();
    clearTimeout(timer);
  }
}

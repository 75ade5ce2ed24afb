import type { RotationError } from "../../errors.ts";
import { address, type Login } from "../login/login.ts";
import { ServerAnswer } from "../mysql-protocol/answers.ts";
import { Connection, type Row } from "../mysql-protocol/connection.ts";
import { plainQuotes } from "../mysql-protocol/quoting.ts";
import { statementFailure } from "./failures.ts";
import { giveUpInTime } from "./statements.ts";
import { mysqlMethods } from "./traits.ts";

/** A session of a user, and what it says. */
export class Conversation implements AsyncDisposable {
  readonly login: Login;
  readonly #connection: Connection;
  #isPrepared = false;

  private constructor(login: Login, connection: Connection) {
    this.login = login;
    this.#connection = connection;
  }

  /** @throws what `Connection.open` does */
  static async open(
    login: Login,
    signal: AbortSignal,
    gate?: Promise<void>,
  ): Promise<Conversation> {
    return new Conversation(login, await Connection.open(login, signal, mysqlMethods, gate));
  }

  get address(): string {
    return address(this.login);
  }

  /** @param action for messages, e.g. `change the password of user app` @throws RotationError */
  async run(sql: string, action: string, signal: AbortSignal): Promise<readonly Row[]> {
    try {
      return await this.#query(sql, signal);
    } catch (error) {
      throw statementFailure(error, this.login, action);
    }
  }

  /** As `run`, for a statement whose refusal is an answer. */
  async ask(sql: string, action: string, signal: AbortSignal): Promise<ServerAnswer | undefined> {
    try {
      await this.#query(sql, signal);
      return undefined;
    } catch (error) {
      if (error instanceof ServerAnswer) return error;
      throw statementFailure(error, this.login, action);
    }
  }

  /** A change that consumers may wait for. */
  async change(sql: string, action: string, signal: AbortSignal): Promise<void> {
    const answer = await this.askChange(sql, action, signal);
    if (answer) throw this.failure(answer, action);
  }

  /** As `change` and as `ask`. */
  async askChange(
    sql: string,
    action: string,
    signal: AbortSignal,
  ): Promise<ServerAnswer | undefined> {
    await this.run(giveUpInTime, action, signal);
    return await this.ask(sql, action, signal);
  }

  failure(answer: ServerAnswer, action: string): RotationError {
    return statementFailure(answer, this.login, action);
  }

  async #query(sql: string, signal: AbortSignal): Promise<readonly Row[]> {
    if (!this.#isPrepared) await this.#connection.query(plainQuotes, signal);
    this.#isPrepared = true;
    return await this.#connection.query(sql, signal);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

import { randomInt } from "node:crypto";
import type pg from "pg";
import type { Login } from "../../credentials/credential.ts";
import { defaultPolicy, generatePassword } from "../../credentials/password.ts";
import type { Secret } from "../../credentials/secret.ts";
import { DeadlineReached } from "../../errors.ts";
import type { Engine, Session } from "../engine.ts";
import { type Connection, connect } from "./connect.ts";
import { loginFailure, statementFailure } from "./failures.ts";
import { changePassword, tryLock, waitForLock } from "./statements.ts";

export const postgres: Engine = {
  async login(login, signal) {
    try {
      return new PostgresSession(login, await connect(login, signal));
    } catch (error) {
      const failure = loginFailure(error, login);
      if (failure === "refused") return failure;
      throw failure;
    }
  },
};

class PostgresSession implements Session {
  readonly #login: Login;
  readonly #connection: Connection;

  constructor(login: Login, connection: Connection) {
    this.#login = login;
    this.#connection = connection;
  }

  async lock(username: string, signal: AbortSignal): Promise<boolean> {
    const action = `lock user ${username}`;
    const tried = await this.#run(tryLock(username), action, signal);
    if (tried?.rows[0]?.free === true) return false;
    await this.#run(waitForLock(username), action, signal);
    return true;
  }

  async rehearsePassword(username: string, signal: AbortSignal): Promise<void> {
    const throwAway = generatePassword(defaultPolicy, randomInt);
    const change = await changePassword(this.#login.passwordForm, username, throwAway);
    const action = `rehearse a new password of user ${username}`;
    await this.#run("BEGIN READ WRITE", action, signal);
    await this.#run(change, action, signal);
    await this.#run("ROLLBACK", action, signal);
  }

  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const change = await changePassword(this.#login.passwordForm, username, password);
    const action = `change the password of user ${username}`;
    try {
      // One message, so that nothing comes between; READ WRITE cures default_transaction_read_only.
      await this.#run(`BEGIN READ WRITE; ${change}; COMMIT`, action, signal);
    } catch (error) {
      await this.#connection.client.query("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  /** @returns the last statement's result */
  async #run(
    sql: string,
    action: string,
    signal: AbortSignal,
  ): Promise<pg.QueryResult | undefined> {
    if (signal.aborted) throw new DeadlineReached();
    const { client, abort } = this.#connection;
    signal.addEventListener("abort", abort, { once: true });
    try {
      const results: pg.QueryResult | pg.QueryResult[] = await client.query(sql);
      return [results].flat().at(-1);
    } catch (error) {
      throw signal.aborted ? new DeadlineReached() : statementFailure(error, this.#login, action);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.client.end().catch(() => {});
  }
}

import { randomInt } from "node:crypto";
import type pg from "pg";
import { DeadlineReached } from "../../context/deadline.ts";
import type { Secret } from "../../secret/secret.ts";
import { approachBy } from "../login/approach.ts";
import type { Engine, Session } from "../login/engine.ts";
import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { PairOperations } from "../login/pair.ts";
import { defaultPolicy, generatePassword } from "../login/password.ts";
import { type Connection, connect } from "./connect.ts";
import { loginFailure, statementFailure } from "./failures.ts";
import { PostgresPairs } from "./pairs.ts";
import type { Run } from "./roles.ts";
import { requireRoom } from "./sessions.ts";
import { changePassword, switchTransaction, tryLock, waitForLock } from "./statements.ts";

/** In milliseconds: how long a server may take to end a session. */
const endTimeout = 1000;

export const postgres: Engine = { login, approach: approachBy(login) };

async function login(
  login: Login,
  signal: AbortSignal,
  gate?: Promise<void>,
): Promise<Session | "refused"> {
  try {
    return new PostgresSession(login, await connect(login, signal, gate));
  } catch (error) {
    const failure = loginFailure(error, login);
    if (failure === "refused") return failure;
    throw failure;
  }
}

class PostgresSession implements Session {
  readonly pairs: PairOperations;
  readonly #login: Login;
  readonly #connection: Connection;

  constructor(login: Login, connection: Connection) {
    this.#login = login;
    this.#connection = connection;
    this.pairs = new PostgresPairs((...call) => this.#run(...call), login);
  }

  async lock(username: string, signal: AbortSignal): Promise<boolean> {
    const action = `lock user ${username}`;
    const tried = await this.#run(tryLock(username), action, signal);
    if (tried?.rows[0]?.free === true) return false;
    await this.#run(waitForLock(username), action, signal);
    return true;
  }

  async rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]> {
    const run: Run = (...call) => this.#run(...call);
    const throwAway = generatePassword(defaultPolicy, randomInt);
    const [notices, change] = await Promise.all([
      requireRoom(run, address(this.#login), username, signal),
      changePassword(this.#login.passwordForm, username, throwAway),
    ]);
    const action = `rehearse a new password of user ${username}`;
    try {
      await this.#run(`BEGIN READ WRITE; ${change}; ROLLBACK`, action, signal);
      return notices;
    } catch (error) {
      await this.#rollback(signal);
      throw error;
    }
  }

  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const change = await changePassword(this.#login.passwordForm, username, password, "2s");
    const action = `change the password of user ${username}`;
    try {
      // One message, so that nothing comes between.
      await this.#run(switchTransaction(change), action, signal);
    } catch (error) {
      await this.#rollback(signal);
      throw error;
    }
  }

  /** If this fails, the session is lost, and the server rolls back. */
  async #rollback(signal: AbortSignal): Promise<void> {
    await this.#run("ROLLBACK", "roll back", signal).catch(() => {});
  }

  /** @returns the last statement's result */
  async #run(
    sql: string,
    action: string,
    signal: AbortSignal,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult | undefined> {
    if (signal.aborted) throw new DeadlineReached();
    const { client, abort } = this.#connection;
    signal.addEventListener("abort", abort, { once: true });
    try {
      const results: pg.QueryResult | pg.QueryResult[] = await (values
        ? client.query(sql, [...values])
        : client.query(sql));
      return [results].flat().at(-1);
    } catch (error) {
      throw signal.aborted ? new DeadlineReached() : statementFailure(error, this.#login, action);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** A server that has fallen silent must not keep the function. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { client, abort } = this.#connection;
    const timer = setTimeout(abort, endTimeout);
    await client.end().catch(() => {});
    clearTimeout(timer);
  }
}

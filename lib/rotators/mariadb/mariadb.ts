import type { Secret } from "../../secret/secret.ts";
import { approachBy } from "../login/approach.ts";
import type { Engine, Session } from "../login/engine.ts";
import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { PairOperations } from "../login/pair.ts";
import type { SecondPassword } from "../login/second-password.ts";
import { PermissionDenied, ReadOnlyServer } from "../login/server-errors.ts";
import { ServerAnswer } from "../mysql-protocol/answers.ts";
import { Connection, type Row } from "../mysql-protocol/connection.ts";
import { AccountPairs } from "../mysql-protocol/pairs.ts";
import { plainQuotes } from "../mysql-protocol/quoting.ts";
import { tryLock, waitForLock } from "../mysql-protocol/user-lock.ts";
import { accountOf, requireOnePassword } from "./accounts.ts";
import { dialect } from "./dialect.ts";
import { lockBusy, pairDenied, permissionDenied } from "./errors.ts";
import { answerFailure, loginFailure, reasonsBeside, statementFailure } from "./failures.ts";
import { isReadOnly, requireChangeable, requireRoom } from "./rehearsal.ts";
import { MethodPasswords } from "./second-password.ts";
import { giveUpInTime, ownPassword, passwordOf } from "./statements.ts";
import { mariadbMethods } from "./traits.ts";

export const mariadb: Engine = { login, approach: approachBy(login) };

async function login(
  login: Login,
  signal: AbortSignal,
  gate?: Promise<void>,
): Promise<Session | "refused"> {
  try {
    return new MariadbSession(login, await Connection.open(login, signal, mariadbMethods, gate));
  } catch (error) {
    const failure = loginFailure(error, login);
    if (failure === "refused") return failure;
    throw failure;
  }
}

class MariadbSession implements Session {
  readonly pairs: PairOperations;
  readonly secondPassword: SecondPassword;
  readonly #login: Login;
  readonly #connection: Connection;
  #prepared = false;

  constructor(login: Login, connection: Connection) {
    this.#login = login;
    this.#connection = connection;
    const run = (...call: [sql: string, action: string, signal: AbortSignal]) =>
      this.#run(...call, pairDenied);
    this.pairs = new AccountPairs({
      login,
      dialect,
      run,
      lock: (...call) => this.lock(...call),
    });
    this.secondPassword = new MethodPasswords({ login, run });
  }

  async lock(username: string, signal: AbortSignal): Promise<boolean> {
    const action = `lock user ${username}`;
    const [tried] = await this.#run(tryLock(username), action, signal);
    if (tried?.[0] === "1") return false;
    const [waited] = await this.#run(waitForLock(username), action, signal);
    if (waited?.[0] === "1") return true;
    throw lockBusy(address(this.#login), action);
  }

  /** An account cannot be changed on trial: each change is a transaction of its own. So what would forbid it is asked. */
  async rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]> {
    const action = `change the password of user ${username}`;
    const run = (sql: string) => this.#run(sql, action, signal);
    if (username === this.#login.username) {
      await requireOnePassword(run, this.#login);
      await requireRoom(run, this.#login);
    } else {
      await accountOf(run, this.#login, username);
    }
    await requireChangeable(run, this.#login, username, action);
    return [];
  }

  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const action = `change the password of user ${username}`;
    const { passwordForm: form } = this.#login;
    const run = (sql: string) => this.#run(sql, action, signal);
    // Its own account, whichever host it is for.
    const change =
      username === this.#login.username
        ? ownPassword(form, password)
        : passwordOf(await accountOf(run, this.#login, username), form, password);
    await run(giveUpInTime);
    await run(change);
  }

  /** @param denied the error for what the user may not do */
  async #run(
    sql: string,
    action: string,
    signal: AbortSignal,
    denied = permissionDenied,
  ): Promise<readonly Row[]> {
    try {
      if (!this.#prepared) await this.#connection.query(plainQuotes, signal);
      this.#prepared = true;
      return await this.#connection.query(sql, signal);
    } catch (error) {
      const failure = await this.#explained(error, action, signal);
      if (!(failure instanceof PermissionDenied)) throw failure;
      throw denied(address(this.#login), this.#login.username, action);
    }
  }

  /** Some numbers stand for several reasons. */
  async #explained(error: unknown, action: string, signal: AbortSignal): Promise<unknown> {
    const failure = statementFailure(error, this.#login, action);
    const isUnclear = error instanceof ServerAnswer && [1290, 1396].includes(error.number);
    if (!isUnclear) return failure;
    const query = (sql: string) => this.#connection.query(sql, signal);
    const [reason] = await reasonsBeside(query).catch(() => []);
    const isStandby = await isReadOnly(query).catch(() => false);
    if (isStandby) return new ReadOnlyServer(address(this.#login));
    return reason ? answerFailure(reason, this.#login, action) : failure;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

import type { Secret } from "../../secret/secret.ts";
import { approachBy } from "../login/approach.ts";
import type { Engine, Session } from "../login/engine.ts";
import type { Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { PairOperations } from "../login/pair.ts";
import type { SecondPassword } from "../login/second-password.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { AccountPairs } from "../mysql-protocol/pairs.ts";
import { tryLock, waitForLock } from "../mysql-protocol/user-lock.ts";
import { accountOf, formFor } from "./account.ts";
import { answers } from "./answers.ts";
import { Conversation } from "./conversation.ts";
import { dialect } from "./dialect.ts";
import { lockBusy, pairDenied } from "./errors.ts";
import { loginFailure } from "./failures.ts";
import { lockout } from "./lockout.ts";
import { requireRoom, requireWritable } from "./rehearsal.ts";
import { MysqlSecondPassword } from "./second-password.ts";
import { askFor, inClear, own, setMain } from "./statements.ts";

export const mysql: Engine = { login, approach: approachBy(login) };

async function login(
  login: Login,
  signal: AbortSignal,
  gate?: Promise<void>,
): Promise<Session | "refused"> {
  try {
    return new MysqlSession(await Conversation.open(login, signal, gate));
  } catch (error) {
    const failure = loginFailure(error, login);
    if (failure === "refused") return failure;
    throw failure;
  }
}

/** Answers to a statement that can only be refused, where the administrator has the right, or where nobody can tell. */
const ready: readonly number[] = [answers.emptyRefused, answers.tooWeak, answers.syntax];

class MysqlSession implements Session {
  readonly pairs: PairOperations;
  readonly secondPassword: SecondPassword;
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.secondPassword = new MysqlSecondPassword(conversation);
    const { login } = conversation;
    this.pairs = new AccountPairs({
      login,
      dialect,
      run: (...call) => this.#ofPair(...call),
      lock: (...call) => this.lock(...call),
    });
  }

  async lock(username: string, signal: AbortSignal): Promise<boolean> {
    const action = `lock user ${username}`;
    const [tried] = await this.#conversation.run(tryLock(username), action, signal);
    if (tried?.[0] === "1") return false;
    const [waited] = await this.#conversation.run(waitForLock(username), action, signal);
    if (waited?.[0] === "1") return true;
    throw lockBusy(this.#conversation.address, action);
  }

  /** An account cannot be changed on trial: each change is a transaction of its own. So what would forbid it is asked. */
  async rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]> {
    const action = `change the password of user ${username}`;
    const run = (sql: string) => this.#conversation.run(sql, action, signal);
    await requireWritable(run, this.#conversation.address);
    if (username === this.#conversation.login.username) {
      await requireRoom(this.#conversation, action, signal);
      return await lockout(this.#conversation, action, signal);
    }
    const { sql } = await accountOf(this.#conversation, username, action, signal);
    const answer = await this.#conversation.ask(askFor(sql), action, signal);
    if (answer && !ready.includes(answer.number)) throw this.#conversation.failure(answer, action);
    return [];
  }

  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const action = `change the password of user ${username}`;
    const change =
      username === this.#conversation.login.username
        ? setMain(own, inClear(password))
        : await this.#ofAnother(username, password, action, signal);
    await this.#conversation.change(change, action, signal);
  }

  async #ofAnother(
    username: string,
    password: Secret<string>,
    action: string,
    signal: AbortSignal,
  ): Promise<string> {
    const account = await accountOf(this.#conversation, username, action, signal);
    const isClear = this.#conversation.login.passwordForm === "plaintext";
    return setMain(account.sql, isClear ? inClear(password) : formFor(account, password));
  }

  async #ofPair(sql: string, action: string, signal: AbortSignal) {
    try {
      return await this.#conversation.run(sql, action, signal);
    } catch (error) {
      if (!(error instanceof PermissionDenied)) throw error;
      throw pairDenied(this.#conversation.address, this.#conversation.login.username, action);
    }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#conversation[Symbol.asyncDispose]();
  }
}

import type { Secret } from "../../secret/secret.ts";
import { CredentialsRefused } from "../login/errors.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords } from "../login/second-password.ts";
import type { ServerAnswer } from "../mysql-protocol/answers.ts";
import { type Account, accountOf, formFor, has, isReadable } from "./account.ts";
import { answers } from "./answers.ts";
import type { Conversation } from "./conversation.ts";
import { methodRefused } from "./errors.ts";
import { failure } from "./second-failure.ts";
import { askFor, discard, type Form, inClear, retain, setMain } from "./statements.ts";

/** Answers to a statement that can only be refused, where the administrator has the right. */
const ready: readonly number[] = [answers.emptyRefused, answers.tooWeak];

/** Another user's two passwords: an administrator sees their hashes. */
export class GrantedPasswords {
  readonly #conversation: Conversation;
  readonly #username: string;
  readonly #action: string;
  readonly #signal: AbortSignal;

  constructor(conversation: Conversation, username: string, signal: AbortSignal) {
    this.#conversation = conversation;
    this.#username = username;
    this.#action = `give user ${username} a second password`;
    this.#signal = signal;
  }

  async requireUsable(known: readonly Secret<string>[]): Promise<readonly Notice[]> {
    const account = await this.#account();
    const answer = await this.#conversation.ask(askFor(account.sql), this.#action, this.#signal);
    if (answer && !ready.includes(answer.number)) throw await this.#failure(answer);
    const others = [account.main, account.second].filter(
      (hash) => hash !== undefined && !known.some((password) => has(account, hash, password)),
    );
    if (others.length === 0) return [];
    const what = `User ${this.#username} has another password besides the one in use.`;
    return [{ code: "OTHER_PASSWORD_ENDS", what, remedy: otherRemedy }];
  }

  async add({
    kept,
    added,
  }: {
    readonly kept: Secret<string>;
    readonly added: Secret<string>;
  }): Promise<void> {
    const account = await this.#account();
    const [first, second] = [account.main, account.second];
    const is = (hash: Buffer | undefined, password: Secret<string>) => has(account, hash, password);
    if (is(first, added) && is(second, kept)) return;
    if (is(first, kept) && is(second, added)) return;
    const form = this.#form(account, added);
    if (is(first, kept)) return await this.#change(retain(account.sql, form));
    if (is(second, kept)) return await this.#change(setMain(account.sql, form));
    throw this.#gone();
  }

  async keepOnly(kept: Passwords): Promise<void> {
    const account = await this.#account();
    const held = (hash: Buffer | undefined) => kept.find((each) => has(account, hash, each));
    const [first, second] = [held(account.main), held(account.second)];
    if (!first && !second) throw this.#gone();
    if (account.second === undefined || (first && second)) return;
    if (!first && second) await this.#change(setMain(account.sql, this.#form(account, second)));
    await this.#change(discard(account.sql));
  }

  async #account(): Promise<Account> {
    const account = await accountOf(this.#conversation, this.#username, this.#action, this.#signal);
    if (isReadable(account)) return account;
    throw methodRefused(this.#conversation.address, this.#username, account.plugin);
  }

  #form(account: Account, password: Secret<string>): Form {
    const isClear = this.#conversation.login.passwordForm === "plaintext";
    return isClear ? inClear(password) : formFor(account, password);
  }

  /** Somebody has changed the account since it was logged in to. */
  #gone(): CredentialsRefused {
    const tried = ["what was accepted a moment ago"];
    return new CredentialsRefused(this.#conversation.address, this.#username, tried);
  }

  async #change(sql: string): Promise<void> {
    const answer = await this.#conversation.askChange(sql, this.#action, this.#signal);
    if (answer) throw await this.#failure(answer);
  }

  #failure(answer: ServerAnswer) {
    return failure(this.#conversation, answer, this.#action, this.#signal, false);
  }
}

const otherRemedy =
  "Until the last rotation is settled, this is the old password, and there is nothing to do. Otherwise the next rotation ends it: if something uses it, give that a user of its own first.";

import type { RotationError } from "../../errors.ts";
import type { Secret } from "../../secret/secret.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords } from "../login/second-password.ts";
import { DatabaseFailed } from "../login/server-errors.ts";
import type { ServerAnswer } from "../mysql-protocol/answers.ts";
import { answers } from "./answers.ts";
import type { Conversation } from "./conversation.ts";
import { lockout } from "./lockout.ts";
import { failure } from "./second-failure.ts";
import { askIf, discard, inClear, own, retainIf, setMain, setSame } from "./statements.ts";

/** Answers to a statement that can only be refused, where the user has the right. */
const ready: readonly number[] = [answers.emptyRefused, answers.notMain, answers.tooWeak];

/** A user's own two passwords. It cannot see them, but the server tells whether one is the main one. */
export class OwnPasswords {
  readonly #conversation: Conversation;
  readonly #action: string;
  readonly #signal: AbortSignal;

  constructor(conversation: Conversation, signal: AbortSignal) {
    this.#conversation = conversation;
    this.#action = `give user ${conversation.login.username} a second password`;
    this.#signal = signal;
  }

  async requireUsable(): Promise<readonly Notice[]> {
    const answer = await this.#ask(this.#conversation.login.password);
    if (!ready.includes(answer.number)) throw await this.#failure(answer);
    return await lockout(this.#conversation, this.#action, this.#signal);
  }

  /** Where `kept` is not the primary password it is the second one, which a change of the primary one leaves. */
  async add({
    kept,
    added,
  }: {
    readonly kept: Secret<string>;
    readonly added: Secret<string>;
  }): Promise<void> {
    const answer = await this.#change(retainIf(kept, added));
    if (!answer) return;
    if (answer.number === answers.notMain) return await this.#setMain(added);
    const isAdded = answer.number === answers.hadBefore && (await this.#isMain(added));
    if (!isAdded) throw await this.#failure(answer);
  }

  async keepOnly([kept, other]: Passwords): Promise<void> {
    // Both are accepted, so there is no third one.
    if (other) return;
    if (!(await this.#isMain(kept))) await this.#setMain(kept);
    const answer = await this.#change(discard(own));
    if (answer) throw await this.#failure(answer);
  }

  async #setMain(password: Secret<string>): Promise<void> {
    const answer = await this.#change(setMain(own, inClear(password)));
    if (answer) throw await this.#failure(answer);
  }

  async #isMain(password: Secret<string>): Promise<boolean> {
    let answer: ServerAnswer | undefined = await this.#ask(password);
    if (answer.number === answers.emptyRefused) return true;
    // The policy hides the answer: set again what it is, if it is.
    if (answer.number === answers.tooWeak) answer = await this.#change(setSame(password));
    if (!answer) return true;
    if (answer.number === answers.notMain) return false;
    throw await this.#failure(answer);
  }

  /** @throws DatabaseFailed where a statement that can only be refused was not */
  async #ask(password: Secret<string>): Promise<ServerAnswer> {
    const answer = await this.#conversation.ask(askIf(password), this.#action, this.#signal);
    if (answer) return answer;
    throw new DatabaseFailed(this.#conversation.address, this.#action, "no error");
  }

  #change(sql: string): Promise<ServerAnswer | undefined> {
    return this.#conversation.askChange(sql, this.#action, this.#signal);
  }

  async #failure(answer: ServerAnswer): Promise<RotationError> {
    return failure(this.#conversation, answer, this.#action, this.#signal);
  }
}

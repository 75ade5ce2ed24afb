import type { Secret } from "../../secret/secret.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords, SecondPassword } from "../login/second-password.ts";
import type { Conversation } from "./conversation.ts";
import { GrantedPasswords } from "./granted-passwords.ts";
import { OwnPasswords } from "./own-passwords.ts";
import { endSessions } from "./sessions.ts";
import { warming } from "./warming.ts";

type Beside = { readonly kept: Secret<string>; readonly added: Secret<string> };

/** Two passwords of a user: by itself, or by an administrator. */
export class MysqlSecondPassword implements SecondPassword {
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  #isOwn(username: string): boolean {
    return username === this.#conversation.login.username;
  }

  requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    return this.#isOwn(username)
      ? new OwnPasswords(this.#conversation, signal).requireUsable()
      : new GrantedPasswords(this.#conversation, username, signal).requireUsable(known);
  }

  add(username: string, passwords: Beside, signal: AbortSignal): Promise<void> {
    const logins = [passwords.added, passwords.kept].map((password) => ({
      ...this.#conversation.login,
      username,
      password,
    }));
    return warming(logins, signal, () => this.#of(username, signal).add(passwords));
  }

  keepOnly(username: string, passwords: Passwords, signal: AbortSignal): Promise<void> {
    return this.#of(username, signal).keepOnly(passwords);
  }

  #of(username: string, signal: AbortSignal): OwnPasswords | GrantedPasswords {
    return this.#isOwn(username)
      ? new OwnPasswords(this.#conversation, signal)
      : new GrantedPasswords(this.#conversation, username, signal);
  }

  endSessions(username: string, signal: AbortSignal): Promise<number> {
    return endSessions(this.#conversation, username, signal);
  }
}

import type { Secret } from "../../secret/secret.ts";
import type { Session } from "../login/engine.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords, SecondPassword } from "../login/second-password.ts";
import type { PasswordChanges } from "./password-changes.ts";

interface Parts {
  /** Of the user, on the server. */
  readonly session: Session;
  /** With which it logged in. */
  readonly password: Secret<string>;
  readonly changes: PasswordChanges;
}

/** A session whose user has its passwords changed by the API of the service. */
export class AclSession implements Session, SecondPassword {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get secondPassword(): SecondPassword {
    return this;
  }

  /**
   * The service itself takes one change at a time, so this waits for the one that is under way, and holds nothing: two
   * sessions may go on at once. `add` ends in the same state whoever calls it, and `keepOnly` throws where another change
   * has begun.
   */
  lock(_username: string, signal: AbortSignal): Promise<boolean> {
    return this.#parts.changes.settled(signal);
  }

  rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]> {
    return this.requireUsable(username, [this.#parts.password], signal);
  }

  async setPassword(
    _username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#parts.changes.bring([password], signal);
  }

  requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    return this.#parts.changes.requireUsable(username, known, signal);
  }

  async add(
    _username: string,
    { kept, added }: { readonly kept: Secret<string>; readonly added: Secret<string> },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#parts.changes.bring([kept, added], signal);
  }

  async keepOnly(_username: string, passwords: Passwords, signal: AbortSignal): Promise<void> {
    await this.#parts.changes.narrow(passwords, signal);
  }

  /** The API ends none (docs/types/elasticache.md, Sessions). */
  async endSessions(): Promise<number> {
    return 0;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#parts.session[Symbol.asyncDispose]();
  }
}

import type { Secret } from "../../secret/secret.ts";
import { accepts, type Engine, type Session } from "../login/engine.ts";
import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords, SecondPassword } from "../login/second-password.ts";
import type { AclUser } from "./acl-user.ts";
import { Changes } from "./changes.ts";
import { otherPasswordEnds } from "./notices.ts";
import type { Pause } from "./pause.ts";
import { requireUsable } from "./usable.ts";

interface Parts {
  /** Of the user, on the server. */
  readonly session: Session;
  readonly login: Login;
  readonly engine: Engine;
  readonly user: AclUser;
  readonly pause: Pause;
}

/** A session whose user has its passwords changed by the API of the service. */
export class AclSession implements Session, SecondPassword {
  readonly #parts: Parts;
  readonly #changes: Changes;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { user, login, pause } = parts;
    this.#changes = new Changes({
      ...{ user, pause, address: address(login) },
      accepts: (password, signal) => this.#accepts(password, signal),
    });
  }

  get secondPassword(): SecondPassword {
    return this;
  }

  /**
   * The service itself takes one change at a time, so this waits for the one that is under way, and holds nothing: two
   * sessions may go on at once. `add` sends the same list whoever calls it, and `keepOnly` throws where another change has
   * begun.
   */
  async lock(_username: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#changes.atRest(signal)).waited;
  }

  rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]> {
    return this.requireUsable(username, [this.#parts.login.password], signal);
  }

  async setPassword(
    _username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#changes.bring([password], signal);
  }

  async requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const { user } = this.#parts;
    const state = await user.describe(signal);
    requireUsable(user, state, username);
    if (state.passwordCount <= 1) return [];
    let accepted = 0;
    for (const password of known) accepted += (await this.#accepts(password, signal)) ? 1 : 0;
    return accepted < state.passwordCount ? [otherPasswordEnds(user.name)] : [];
  }

  async add(
    _username: string,
    { kept, added }: { readonly kept: Secret<string>; readonly added: Secret<string> },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#changes.bring([kept, added], signal);
  }

  async keepOnly(_username: string, passwords: Passwords, signal: AbortSignal): Promise<void> {
    await this.#changes.narrow(passwords, signal);
  }

  /** The API ends none (docs/types/elasticache.md, Sessions). */
  async endSessions(): Promise<number> {
    return 0;
  }

  #accepts(password: Secret<string>, signal: AbortSignal): Promise<boolean> {
    const { engine, login } = this.#parts;
    return accepts(engine, { ...login, password }, signal);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#parts.session[Symbol.asyncDispose]();
  }
}

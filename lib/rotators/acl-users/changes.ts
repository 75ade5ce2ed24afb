import type { Secret } from "../../secret/secret.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords } from "../login/second-password.ts";
import type { AclUser, AclUserState } from "./acl-user.ts";
import { AclUserBusy, AclUserLags } from "./errors.ts";
import { brief, Following } from "./following.ts";
import { otherPasswordEnds } from "./notices.ts";
import type { AskedServer, PasswordChanges } from "./password-changes.ts";
import type { Pause } from "./pause.ts";
import { requireUsable } from "./usable.ts";

/** By an API that takes the whole list of passwords. Errors of its own: AclUserBusy, AclUserLags. */
export class AclUserChanges implements PasswordChanges {
  readonly #user: AclUser;
  readonly #server: AskedServer;
  readonly #following: Following<AclUserState>;
  /** Whether a change was under way when the caller came, whose passwords the server may learn later than the API says. */
  #hasWaited = false;

  constructor(user: AclUser, server: AskedServer, pause: Pause) {
    this.#user = user;
    this.#server = server;
    this.#following = new Following({
      ...{ server, pause },
      describe: (signal) => user.describe(signal),
      busy: (status) => new AclUserBusy(user.name, status),
      lags: (address) => new AclUserLags(user.name, address),
    });
  }

  async settled(signal: AbortSignal): Promise<boolean> {
    this.#hasWaited = await this.#following.settled(signal);
    return this.#hasWaited;
  }

  async requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const state = await this.#user.describe(signal);
    requireUsable(this.#user, state, username);
    if (state.passwordCount <= 1) return [];
    let accepted = 0;
    for (const password of known)
      accepted += (await this.#server.accepts(password, signal)) ? 1 : 0;
    return accepted < state.passwordCount ? [otherPasswordEnds(this.#user.name)] : [];
  }

  /** Whoever calls it sends the same list. */
  async bring(passwords: Passwords, signal: AbortSignal): Promise<void> {
    const { state } = await this.#following.atRest(signal);
    if (await this.#isDone(state, passwords, signal)) return;
    try {
      await this.#user.setPasswords(passwords, signal);
    } catch (error) {
      // The same change by another attempt, or by a request whose answer was lost.
      if (!(error instanceof AclUserBusy)) throw error;
    }
    await this.#following.follow(passwords, signal);
  }

  async narrow(passwords: Passwords, signal: AbortSignal): Promise<void> {
    const state = await this.#following.requireAtRest(signal);
    if (await this.#isDone(state, passwords, signal)) return;
    if (this.#hasWaited && passwords.length < state.passwordCount)
      throw new AclUserBusy(this.#user.name, state.status);
    await this.#user.setPasswords(passwords, signal);
    await this.#following.follow(passwords, signal, brief);
  }

  /** Whether an earlier attempt has made this change. Asks for logins only where the number of passwords fits. */
  async #isDone(
    { passwordCount }: AclUserState,
    passwords: Passwords,
    signal: AbortSignal,
  ): Promise<boolean> {
    return passwordCount === passwords.length && (await this.#following.accepts(passwords, signal));
  }
}

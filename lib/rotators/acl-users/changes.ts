import { RotationError } from "../../errors.ts";
import type { Secret } from "../../secret/secret.ts";
import type { Passwords } from "../login/second-password.ts";
import type { AclUser, AclUserState } from "./acl-user.ts";
import { AclUserBusy, AclUserLags } from "./errors.ts";
import type { Pause } from "./pause.ts";

/** Between two looks at a change, in milliseconds: longer and longer, because APIs allow few requests. */
const [firstLook, longestLook] = [250, 5000];

/**
 * How long a change is followed, in milliseconds. How long it takes is documented nowhere; four minutes on average were
 * seen (hashicorp/terraform-provider-aws#20530).
 */
export const changeTime = 240_000;

/** How long nodes may lag behind the state that the API shows, in milliseconds. */
const lagTime = 30_000;

interface Changing {
  readonly user: AclUser;
  /** Of the server that the secret names: `host:port`. */
  readonly address: string;
  /** Whether that server accepts the user with this password. */
  readonly accepts: (password: Secret<string>, signal: AbortSignal) => Promise<boolean>;
  readonly pause: Pause;
}

/**
 * Changes of the passwords of one user by an API that takes the whole list, never shows one, and makes one change at a
 * time. Only a login tells which passwords the user has.
 */
export class Changes {
  readonly #input: Changing;

  constructor(input: Changing) {
    this.#input = input;
  }

  /**
   * Waits until the change that is under way is over.
   * @returns the state, and whether it had to wait
   * @throws AclUserBusy when it takes too long
   */
  async atRest(signal: AbortSignal): Promise<{ state: AclUserState; waited: boolean }> {
    const { user, pause } = this.#input;
    let waited = 0;
    for (let next = firstLook; ; next = Math.min(next * 1.5, longestLook)) {
      const state = await user.describe(signal);
      if (state.status !== "modifying") return { state, waited: waited > 0 };
      if (waited >= changeTime) throw new AclUserBusy(user.name, state.status);
      await pause(next, signal);
      waited += next;
    }
  }

  /** As `SecondPassword.add`: these two, whatever change is under way now. @throws AclUserLags */
  async bring(passwords: Passwords, signal: AbortSignal): Promise<void> {
    const { state } = await this.atRest(signal);
    if (await this.#isDone(state, passwords, signal)) return;
    try {
      await this.#input.user.setPasswords(passwords, signal);
    } catch (error) {
      // The same change by another attempt, or by a request whose answer was lost.
      if (!(error instanceof AclUserBusy)) throw error;
    }
    await this.#follow(passwords, signal);
  }

  /**
   * As `SecondPassword.keepOnly`, but never after a change that has begun since the caller decided: that one may have added
   * a password, which this one would end.
   * @throws AclUserBusy when another change is under way: decide again
   */
  async narrow(passwords: Passwords, signal: AbortSignal): Promise<void> {
    const { user } = this.#input;
    const state = await user.describe(signal);
    if (state.status === "modifying") throw new AclUserBusy(user.name, state.status);
    if (await this.#isDone(state, passwords, signal)) return;
    await user.setPasswords(passwords, signal);
    await this.#follow(passwords, signal);
  }

  /** Whether an earlier attempt has made this change. Asks for logins only where the number of passwords fits. */
  async #isDone(
    { passwordCount }: AclUserState,
    passwords: Passwords,
    signal: AbortSignal,
  ): Promise<boolean> {
    return passwordCount === passwords.length && (await this.#refused(passwords, signal)) === 0;
  }

  async #follow(passwords: Passwords, signal: AbortSignal): Promise<void> {
    const { user, address, pause } = this.#input;
    for (let waited = 0, next = firstLook; ; next = Math.min(next * 1.5, longestLook)) {
      await this.atRest(signal);
      const refused = await this.#refused(passwords, signal).catch(whileChanging(signal));
      if (refused === 0) return;
      if (waited >= lagTime) throw new AclUserLags(user.name, address);
      await pause(next, signal);
      waited += next;
    }
  }

  /** How many of them the server refuses. */
  async #refused(passwords: Passwords, signal: AbortSignal): Promise<number> {
    let refused = 0;
    for (const password of passwords)
      if (!(await this.#input.accepts(password, signal))) refused += 1;
    return refused;
  }
}

/** For `catch`: a server that cannot be asked while it takes the change is asked again. */
const whileChanging = (signal: AbortSignal) => (error: unknown) => {
  if (error instanceof RotationError && error.retryable && !signal.aborted) return 1;
  throw error;
};

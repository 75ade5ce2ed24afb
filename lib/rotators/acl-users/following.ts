import { RotationError } from "../../errors.ts";
import type { Passwords } from "../login/second-password.ts";
import type { AskedServer } from "./password-changes.ts";
import type { Pause } from "./pause.ts";

/** Between two looks at a change, in milliseconds: longer and longer, because APIs allow few requests. */
const [firstLook, longestLook] = [250, 5000];

/**
 * How long a change takes, in milliseconds. That is documented nowhere; four minutes on average were seen
 * (hashicorp/terraform-provider-aws#20530).
 */
export const changeTime = 240_000;

/** How long a change is waited for at most, in milliseconds. Most functions have less time left. */
const longestChange = 2 * changeTime;

/** How long retirement waits for a change, in milliseconds: settlement comes again, and has other secrets. */
export const brief = 20_000;

/** How long nodes may lag behind the state that the API shows, in milliseconds. */
const lagTime = 30_000;

interface Followed<State> {
  readonly server: AskedServer;
  readonly pause: Pause;
  /** The API's own state of what is changed; `modifying` while a change is under way. */
  readonly describe: (signal: AbortSignal) => Promise<State>;
  readonly busy: (status: string) => RotationError;
  /** The API says that a change is over, and the server at this address does not know it. */
  readonly lags: (address: string) => RotationError;
}

/** What an API has been asked for comes true later: first in what it says of itself, then on the servers. */
export class Following<State extends { readonly status: string }> {
  readonly #input: Followed<State>;

  constructor(input: Followed<State>) {
    this.#input = input;
  }

  /**
   * Waits until the change that is under way is over.
   * @param longest in milliseconds
   * @returns the state, and whether it had to wait
   * @throws what `busy` makes, when it takes too long, or the caller has no time left
   */
  async atRest(
    signal: AbortSignal,
    longest = longestChange,
  ): Promise<{ state: State; waited: boolean }> {
    const { describe, busy, pause } = this.#input;
    let waited = 0;
    for (let next = firstLook; ; next = longer(next)) {
      const state = await describe(signal);
      if (state.status !== "modifying") return { state, waited: waited > 0 };
      if (waited >= longest) throw busy(state.status);
      await pause(next, signal).catch(() => {
        throw busy(state.status);
      });
      waited += next;
    }
  }

  /** Waits a moment for the change that is under way. @returns whether there was one */
  async settled(signal: AbortSignal): Promise<boolean> {
    for (let waited = 0, next = firstLook; ; next = longer(next)) {
      const { status } = await this.#input.describe(signal);
      if (status !== "modifying") return waited > 0;
      if (waited >= brief) return true;
      await this.#input.pause(next, signal);
      waited += next;
    }
  }

  /** @throws what `busy` makes, when a change is under way */
  async requireAtRest(signal: AbortSignal): Promise<State> {
    const { describe, busy } = this.#input;
    const state = await describe(signal);
    if (state.status === "modifying") throw busy(state.status);
    return state;
  }

  /** Whether the server accepts each of them. */
  async accepts(passwords: Passwords, signal: AbortSignal): Promise<boolean> {
    let accepted = 0;
    for (const password of passwords)
      accepted += (await this.#input.server.accepts(password, signal)) ? 1 : 0;
    return accepted === passwords.length;
  }

  /** Waits until the server accepts each of them. @throws what `busy` and `lags` make, when it takes too long */
  async follow(passwords: Passwords, signal: AbortSignal, longest?: number): Promise<void> {
    const { server, lags } = this.#input;
    if (!(await this.comesTrue(passwords, signal, longest))) throw lags(server.address);
  }

  /** Whether the server accepts each of them when the change that is under way is over, or soon after. */
  async comesTrue(passwords: Passwords, signal: AbortSignal, longest?: number): Promise<boolean> {
    for (let lagged = 0, next = firstLook; ; next = longer(next)) {
      // Servers may lag behind each change anew.
      if ((await this.atRest(signal, longest)).waited) lagged = 0;
      if (await this.accepts(passwords, signal).catch(whileChanging(signal))) return true;
      if (lagged >= lagTime) return false;
      await this.#input.pause(next, signal);
      lagged += next;
    }
  }
}

const longer = (look: number) => Math.min(look * 1.5, longestLook);

/** For `catch`: a server that cannot be asked while it takes the change is asked again. */
const whileChanging = (signal: AbortSignal) => (error: unknown) => {
  if (error instanceof RotationError && error.retryable && !signal.aborted) return false;
  throw error;
};

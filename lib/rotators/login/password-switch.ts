import { setTimeout } from "node:timers/promises";
import type { Switch } from "../../rotation/credential.ts";
import { PendingRefused } from "../../rotation/errors.ts";
import { acknowledged, isRefusal } from "./change-outcome.ts";
import { type Approach, accepts, type Engine, type Session } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { keepSwitched } from "./kept.ts";
import { address, type Login, loginName } from "./login.ts";

/** How long a server may take to answer the change of a password, in milliseconds. Then a login decides. */
const changeTime = 2500;

/** The same of the login that decides, and of the session that changes a password back. */
const decisionTime = 1500;

/** A session that may change the user's password, and what brings the user back. */
export interface ChangeSession extends AsyncDisposable {
  readonly session: Session;
  /** An earlier attempt of this rotation has set the pending password. */
  readonly switched: boolean;
  /** What the server accepted until now; where that is not known, or `switched`, what AWSCURRENT holds. */
  readonly restore: Login;
}

interface PasswordChange {
  readonly engine: Engine;
  readonly change: ChangeSession;
  readonly pending: Login;
  /** Another rotation held the lock until now. */
  readonly waited: boolean;
  /** The server accepts the pending password already. */
  readonly inForce: boolean;
  readonly signal: AbortSignal;
  /** As in `Replacement`. */
  warn(message: string): void;
}

/** The change of one user's password, with the way back. */
export class PasswordSwitch implements Switch {
  readonly #input: PasswordChange;
  /** Consumers fail from the change until the label has moved, so the login between has its TLS connection already. */
  readonly #proof: Approach;
  #proofUsed = false;
  #inForce: boolean;
  #changed: boolean;

  constructor(input: PasswordChange) {
    this.#input = input;
    this.#inForce = input.inForce;
    this.#changed = input.inForce;
    this.#proof = input.engine.approach(input.pending, input.signal);
  }

  get waited(): boolean {
    return this.#input.waited;
  }

  get changed(): boolean {
    return this.#changed;
  }

  get name(): string {
    return this.#input.pending.username;
  }

  async apply(signal: AbortSignal): Promise<void> {
    const { change, pending } = this.#input;
    if (this.#inForce) return keepSwitched(this.#input, signal);
    const { username, password } = pending;
    this.#changed = true;
    let failure: unknown;
    try {
      await change.session.setPassword(username, password, within(changeTime, signal));
    } catch (error) {
      this.#changed = !isRefusal(error);
      if (!this.#changed || signal.aborted) throw error;
      failure = error;
    }
    // Only a login shows whether the change took place, also after a lost reply.
    const accepted = await this.#accepted(signal).catch(acknowledged(failure === undefined));
    if (!accepted) throw failure ?? new PendingRefused(loginName(pending));
    this.#inForce = true;
    if (failure !== undefined) await keepSwitched(this.#input, signal);
  }

  /** By the login that has begun already; by a new one if that was used, or fails, or takes too long. */
  async #accepted(signal: AbortSignal): Promise<boolean> {
    const { engine, pending } = this.#input;
    const session = this.#proofUsed ? undefined : await this.#proven();
    if (session) return session !== "refused";
    return accepts(engine, pending, within(decisionTime, signal));
  }

  async #proven(): Promise<Session | "refused" | undefined> {
    this.#proofUsed = true;
    const login = this.#proof.login().catch(() => undefined);
    const late = setTimeout(decisionTime, undefined, { ref: false });
    return Promise.race([login, late]);
  }

  async revert(signal: AbortSignal): Promise<void> {
    const { engine, change } = this.#input;
    const { restore: old, session } = change;
    this.#inForce = false;
    const wasSet = await session
      .setPassword(old.username, old.password, within(decisionTime, signal))
      .then(
        () => true,
        () => this.#revertAfresh(old, signal),
      );
    if (await accepts(engine, old, signal).catch(acknowledged(wasSet))) return;
    throw new CredentialsRefused(address(old), old.username, ["the old password, set again"]);
  }

  /** The session is lost, so that only a login shows whether the change took place. @returns whether it had */
  async #revertAfresh(old: Login, signal: AbortSignal): Promise<boolean> {
    const session = await this.#input.engine.login(this.#input.pending, signal);
    if (session === "refused") return false;
    await using _ = session;
    await session.setPassword(old.username, old.password, signal);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.#proof[Symbol.asyncDispose](),
      this.#input.change[Symbol.asyncDispose](),
    ]);
  }
}

const within = (ms: number, signal: AbortSignal) =>
  AbortSignal.any([signal, AbortSignal.timeout(ms)]);

import { type Approach, accepts, type Engine, type Session } from "./engine.ts";
import { CredentialsRefused, PendingRefused } from "./errors.ts";
import { address, type Login } from "./login.ts";
import { PasswordRejected, PermissionDenied, ReadOnlyServer } from "./server-errors.ts";
import type { Switch } from "./strategy.ts";

/** A session that may change the user's password, and what brings the user back. */
export interface Found extends AsyncDisposable {
  readonly session: Session;
  /** The pending password is in force already. */
  readonly switched: boolean;
  /** What the server accepted until now, or, where nobody knows, what AWSCURRENT holds. */
  readonly restore: Login;
}

/** The change of one user's password, with the way back. */
export class PasswordSwitch implements Switch {
  readonly waited: boolean;
  readonly #engine: Engine;
  readonly #found: Found;
  readonly #pending: Login;
  /** Consumers fail from the change until the label has moved: the login between must not begin from nothing. */
  readonly #proof: Approach;
  #proofUsed = false;
  #changed = false;

  constructor(of: {
    engine: Engine;
    found: Found;
    pending: Login;
    waited: boolean;
    signal: AbortSignal;
  }) {
    this.#engine = of.engine;
    this.#found = of.found;
    this.#pending = of.pending;
    this.waited = of.waited;
    this.#proof = of.engine.approach(of.pending, of.signal);
  }

  get changed(): boolean {
    return this.#changed;
  }

  get username(): string {
    return this.#pending.username;
  }

  async apply(signal: AbortSignal): Promise<void> {
    if (this.#found.switched) return;
    const { username, password } = this.#pending;
    this.#changed = true;
    let failure: unknown = new PendingRefused(address(this.#pending), username);
    try {
      await this.#found.session.setPassword(username, password, signal);
    } catch (error) {
      this.#changed = !isRefusal(error);
      if (!this.#changed || signal.aborted) throw error;
      failure = error;
    }
    // After a lost reply, too, only a login tells whether the change took place.
    if (!(await this.#accepted(signal))) throw failure;
  }

  /** By the login that waits at the door; by a new one where that was used, or was kept waiting too long. */
  async #accepted(signal: AbortSignal): Promise<boolean> {
    const proof = this.#proofUsed ? undefined : this.#proof;
    this.#proofUsed = true;
    const session = await proof?.login().catch(() => undefined);
    return session ? session !== "refused" : accepts(this.#engine, this.#pending, signal);
  }

  async revert(signal: AbortSignal): Promise<void> {
    const { restore: old, session } = this.#found;
    try {
      await session.setPassword(old.username, old.password, signal);
    } catch {
      await this.#revertAfresh(old, signal);
    }
    if (await accepts(this.#engine, old, signal)) return;
    throw new CredentialsRefused(address(old), old.username, ["the old password, set again"]);
  }

  /** The session is lost, and with it the knowledge whether the change took place: a login tells. */
  async #revertAfresh(old: Login, signal: AbortSignal): Promise<void> {
    const session = await this.#engine.login(this.#pending, signal);
    if (session === "refused") return;
    await using _ = session;
    await session.setPassword(old.username, old.password, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#proof[Symbol.asyncDispose](), this.#found[Symbol.asyncDispose]()]);
  }
}

/** The server answered that it changed nothing. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof PermissionDenied ||
    error instanceof ReadOnlyServer ||
    error instanceof PasswordRejected
  );
}

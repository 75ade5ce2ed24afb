import type { Switch } from "../../rotation/credential.ts";
import { PendingRefused } from "../../rotation/errors.ts";
import { type Approach, accepts, type Engine, type Session } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login, loginName } from "./login.ts";
import { PasswordRejected, PermissionDenied, ReadOnlyServer } from "./server-errors.ts";

/** A session that may change the user's password, and what brings the user back. */
export interface ChangeSession extends AsyncDisposable {
  readonly session: Session;
  /** The pending password is in force already. */
  readonly switched: boolean;
  /** What the server accepted until now, or, where nobody knows, what AWSCURRENT holds. */
  readonly restore: Login;
}

interface PasswordChange {
  readonly engine: Engine;
  readonly change: ChangeSession;
  readonly pending: Login;
  /** Another rotation held the lock until now. */
  readonly waited: boolean;
  /** Bounds the login that proves the change. */
  readonly signal: AbortSignal;
}

/** The change of one user's password, with the way back. */
export class PasswordSwitch implements Switch {
  readonly #input: PasswordChange;
  /** Consumers fail from the change until the label has moved: the login between must not begin from nothing. */
  readonly #proof: Approach;
  #proofUsed = false;
  #changed = false;

  constructor(input: PasswordChange) {
    this.#input = input;
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
    if (change.switched) return;
    const { username, password } = pending;
    this.#changed = true;
    let failure: unknown = new PendingRefused(loginName(pending));
    try {
      await change.session.setPassword(username, password, signal);
    } catch (error) {
      this.#changed = !isRefusal(error);
      if (!this.#changed || signal.aborted) throw error;
      failure = error;
    }
    // Only a login shows whether the change took place, also after a lost reply.
    if (!(await this.#accepted(signal))) throw failure;
  }

  /** By the login that waits at the door; by a new one where that was used, or was kept waiting too long. */
  async #accepted(signal: AbortSignal): Promise<boolean> {
    const proof = this.#proofUsed ? undefined : this.#proof;
    this.#proofUsed = true;
    const session = await proof?.login().catch(() => undefined);
    return session
      ? session !== "refused"
      : accepts(this.#input.engine, this.#input.pending, signal);
  }

  async revert(signal: AbortSignal): Promise<void> {
    const { restore: old, session } = this.#input.change;
    try {
      await session.setPassword(old.username, old.password, signal);
    } catch {
      await this.#revertAfresh(old, signal);
    }
    if (await accepts(this.#input.engine, old, signal)) return;
    throw new CredentialsRefused(address(old), old.username, ["the old password, set again"]);
  }

  /** The session is lost, so that only a login shows whether the change took place. */
  async #revertAfresh(old: Login, signal: AbortSignal): Promise<void> {
    const session = await this.#input.engine.login(this.#input.pending, signal);
    if (session === "refused") return;
    await using _ = session;
    await session.setPassword(old.username, old.password, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.#proof[Symbol.asyncDispose](),
      this.#input.change[Symbol.asyncDispose](),
    ]);
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

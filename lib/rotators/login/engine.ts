import type { Secret } from "../../secret/secret.ts";
import type { Login, LoginDefaults } from "./login.ts";
import type { PairOperations } from "./pair.ts";

/** What a strategy and the manifest must know of an engine. */
export interface EngineTraits extends LoginDefaults {
  readonly passwordsPerUser: 1 | 2;
}

/** An open, authenticated connection. Closing it releases its locks. */
export interface Session extends AsyncDisposable {
  readonly pairs: PairOperations;

  /**
   * Waits until no other session holds the lock of this user; two sessions never hold it at once.
   * @returns whether it had to wait, that is, whether another rotation was under way
   * @throws LockBusy when it is still held after a bounded time
   */
  lock(username: string, signal: AbortSignal): Promise<boolean>;

  /**
   * Proves, as far as the engine allows without effect, that `setPassword` for this user would be
   * accepted: the same statement with a throw-away password, undone.
   */
  rehearsePassword(username: string, signal: AbortSignal): Promise<void>;

  /**
   * Idempotent: setting the password that a user already has succeeds. After a throw the change is
   * undecided, unless the error is PermissionDenied, ReadOnlyServer or PasswordRejected: only a login
   * tells.
   */
  setPassword(username: string, password: Secret<string>, signal: AbortSignal): Promise<void>;
}

/**
 * A server that accepts passwords that we choose. Every implementation passes
 * `test/engines/engine-contract.ts`.
 */
export interface Engine {
  /**
   * Logs in over verified TLS.
   * @returns `"refused"` when the server says that user or password are wrong: "no" is a value
   * @throws DnsFailed, Unreachable, TlsFailed, AuthenticationMethodRefused, LoginForbidden,
   *   DeadlineReached: "cannot tell" is an error
   */
  login(login: Login, signal: AbortSignal): Promise<Session | "refused">;

  /**
   * Begins a login and stops where it would say who logs in, so that its rest is quick. Does not throw: what
   * goes wrong is told by `Approach.login`.
   */
  approach(login: Login, signal: AbortSignal): Approach;
}

/** A login that waits at the door. Disposing of it closes it, whether it was let in or not. */
export interface Approach extends AsyncDisposable {
  /** To be called once; as `Engine.login`. The server may have closed the door on who waited for long. */
  login(): Promise<Session | "refused">;
}

/** Logs in and out again. */
export async function accepts(engine: Engine, login: Login, signal: AbortSignal): Promise<boolean> {
  const session = await engine.login(login, signal);
  if (session === "refused") return false;
  await session[Symbol.asyncDispose]();
  return true;
}

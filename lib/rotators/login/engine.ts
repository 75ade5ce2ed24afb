import type { Secret } from "../../secret/secret.ts";
import type { Login } from "./login.ts";
import type { LoginDefaults } from "./login-document.ts";
import type { Notice } from "./notice.ts";
import type { PairOperations } from "./pair.ts";
import type { SecondPassword } from "./second-password.ts";

/** What a strategy and the manifest must know of an engine. */
export type EngineTraits = LoginDefaults;

/** An open, authenticated connection. Closing it releases its locks. */
export interface Session extends AsyncDisposable {
  /** Absent where the engine cannot have two users act as one: it then has no `alternating-users`. */
  readonly pairs?: PairOperations;

  /** Absent where the engine's users have one password: it then has no `two-passwords`. */
  readonly secondPassword?: SecondPassword;

  /**
   * Waits until no other session holds the lock of this user; two sessions never hold it at once.
   * @returns whether it had to wait, that is, whether another rotation was under way
   * @throws LockBusy when it is still held after a bounded time
   */
  lock(username: string, signal: AbortSignal): Promise<boolean>;

  /**
   * Proves, as far as the engine allows without effect, that `setPassword` for this user would be
   * accepted: the same statement with a throw-away password, undone. Proves also that the user may open one more
   * session, which a switch needs.
   * @throws LoginForbidden when the user has no session left
   */
  rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]>;

  /**
   * Idempotent: setting the password that a user already has succeeds. After a throw only a login shows whether the
   * password was changed, unless the error is PermissionDenied, ReadOnlyServer, PasswordRejected or LockBusy. The server
   * itself gives a change up that it cannot make in two seconds: one that came later could lock the user out.
   */
  setPassword(username: string, password: Secret<string>, signal: AbortSignal): Promise<void>;

  /**
   * Has the server write down the passwords that it accepts, which a restart would undo otherwise: for a change whose
   * answer was lost. Idempotent. Absent where a server accepts nothing that it has not written down.
   */
  keep?(signal: AbortSignal): Promise<void>;
}

/**
 * A server that accepts passwords that we choose. Every implementation passes
 * `test/contracts/engine.ts`.
 */
export interface Engine {
  /**
   * Logs in over verified TLS.
   * @returns `refused` when the server answers that the user or the password is wrong: "no" is a value
   * @throws DnsFailed, Unreachable, TlsFailed, AuthenticationMethodRefused, LoginForbidden,
   *   DeadlineReached: "cannot tell" is an error
   */
  login(login: Login, signal: AbortSignal): Promise<Session | "refused">;

  /**
   * Begins a login and stops before it names the user, so that the rest is quick. Does not throw: `Approach.login`
   * throws what went wrong.
   */
  approach(login: Login, signal: AbortSignal): Approach;
}

/** A login that has begun. Disposing of it closes the connection, also after `login`. */
export interface Approach extends AsyncDisposable {
  /** Completes the login, as `Engine.login`. Call it once. The server may have closed a connection that waited long. */
  login(): Promise<Session | "refused">;
}

/** Logs in and out again. */
export async function accepts(engine: Engine, login: Login, signal: AbortSignal): Promise<boolean> {
  const session = await engine.login(login, signal);
  if (session === "refused") return false;
  await session[Symbol.asyncDispose]();
  return true;
}

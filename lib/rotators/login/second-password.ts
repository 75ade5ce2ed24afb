import type { Secret } from "../../secret/secret.ts";
import type { Notice } from "./notice.ts";

/** Passwords of one user, each of which it may have. */
export type Passwords = readonly [Secret<string>, ...Secret<string>[]];

/**
 * What `two-passwords` asks of a session: the user's own where the engine lets users do this, or an administrator's. The
 * caller holds the lock of the user (`Session.lock`) during `add` and `keepOnly`.
 */
export interface SecondPassword {
  /**
   * Proves, without effect and as far as the engine can tell, that this session may give the user a second password and
   * take one away again, and that the server takes it.
   * @param known the passwords that versions of the secret hold
   * @returns what an operator should know: e.g. that the user has other passwords, which the next rotation ends
   * @throws PermissionDenied with the missing right: the caller then asks the administrator's session
   */
  requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]>;

  /**
   * Makes these two the user's only passwords. `kept`, which the server accepts, is accepted at every instant; also by
   * whatever part of the server spares clients a full proof. Idempotent, also after a lost reply: a second call never
   * ends `kept`. After a throw only a login shows whether `added` is accepted, unless the error is PermissionDenied,
   * ReadOnlyServer, PasswordRejected or LockBusy, which say that nothing was changed.
   */
  add(
    username: string,
    passwords: { readonly kept: Secret<string>; readonly added: Secret<string> },
    signal: AbortSignal,
  ): Promise<void>;

  /**
   * Ends every password of the user but these one or two, each of which the server accepts at every instant. Idempotent,
   * also after a lost reply. Throws as `add`. Sessions live on.
   */
  keepOnly(username: string, passwords: Passwords, signal: AbortSignal): Promise<void>;

  /**
   * Idempotent. Ends every session of this user but this very one. The user itself is asked first: most servers let it do
   * that, and show it all of its sessions.
   * @returns how many there were
   */
  endSessions(username: string, signal: AbortSignal): Promise<number>;
}

import type { Passwords } from "../login/second-password.ts";

/** A user as the API of its service shows it: never with a password. */
export interface AclUserState {
  /** The service's own word: `active`, `modifying` or `deleting`. */
  readonly status: string;
  /** The name with which it logs in. */
  readonly username: string;
  /** The service's own word: `password`, `no-password` or `iam`. */
  readonly authentication: string;
  /** How many passwords it has, as they will be when the change that is under way is over. */
  readonly passwordCount: number;
}

/** One user of ElastiCache or MemoryDB. Errors are RotationErrors: "cannot tell" is one, too. */
export interface AclUser {
  /** For messages, e.g. `the ElastiCache user app`. */
  readonly name: string;
  /** @throws AclUserMissing */
  describe(signal: AbortSignal): Promise<AclUserState>;
  /**
   * Asks that these be the user's only passwords, which comes true later. The service takes one change at a time.
   * @throws AclUserBusy, AclUserUnusable, AclUserMissing, PasswordRejected when nothing was asked; after other errors it
   *   may have been
   */
  setPasswords(passwords: Passwords, signal: AbortSignal): Promise<void>;
}

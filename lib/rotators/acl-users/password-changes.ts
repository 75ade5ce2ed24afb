import type { Secret } from "../../secret/secret.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords } from "../login/second-password.ts";

/**
 * Changes of the passwords of one user by an API of AWS that makes one change at a time, makes it later, and never shows a
 * password. Only a login tells which passwords the user has.
 */
export interface PasswordChanges {
  /** Waits a moment for the change that is under way. @returns whether there was one */
  settled(signal: AbortSignal): Promise<boolean>;
  /** As `SecondPassword.requireUsable`. */
  requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]>;
  /** As `SecondPassword.add`: these one or two, whatever change is under way now. */
  bring(passwords: Passwords, signal: AbortSignal): Promise<void>;
  /**
   * As `SecondPassword.keepOnly`, but never during or after a change that was under way when the caller decided, or has
   * begun since: that one may have added a password, which this one would end.
   * @throws ChangeUnderWay, also where this very change is asked for and takes long
   */
  narrow(passwords: Passwords, signal: AbortSignal): Promise<void>;
}

/** The server that the secret names, as whoever changes passwords asks it. */
export interface AskedServer {
  /** `host:port`. */
  readonly address: string;
  /** Whether it accepts the user with this password. */
  readonly accepts: (password: Secret<string>, signal: AbortSignal) => Promise<boolean>;
}

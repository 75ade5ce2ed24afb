import { UnknownType } from "../../rotation/errors.ts";
import type { Secret } from "../../secret/secret.ts";
import { openAdmin } from "./administrator.ts";
import type { Session } from "./engine.ts";
import { AdminUnusable } from "./errors.ts";
import type { Notice } from "./notice.ts";
import type { SecondPassword } from "./second-password.ts";
import { PermissionDenied } from "./server-errors.ts";
import type { Rehearsal } from "./strategy.ts";

/** Whoever may give the user a second password. Disposing of it closes the administrator's session, not the user's own. */
export interface Actor extends AsyncDisposable {
  readonly session: Session;
  readonly passwords: SecondPassword;
  readonly notices: readonly Notice[];
}

/**
 * The user itself where it has the right, else the administrator that the manifest names.
 * @param own the user's own session; absent: no password is known that the server accepts
 * @param known as `SecondPassword.requireUsable`
 * @throws PermissionDenied with the missing right, AdminUnusable, AdminRefused
 */
export async function actor(
  rehearsal: Rehearsal,
  own: Session | undefined,
  known: readonly Secret<string>[],
): Promise<Actor> {
  const { current, signal } = rehearsal;
  const usable = async (session: Session) => {
    const passwords = secondPasswordOf(session);
    const notices = await passwords.requireUsable(current.username, known, signal);
    return { session, passwords, notices };
  };
  let denied: unknown;
  if (own)
    try {
      return { ...(await usable(own)), [Symbol.asyncDispose]: async () => {} };
    } catch (error) {
      if (!(error instanceof PermissionDenied)) throw error;
      denied = error;
    }
  const admin = await openAdmin(rehearsal, [current.username]);
  if (!admin)
    throw (
      denied ?? new AdminUnusable("(none)", "is not named", "Name it under admin in rotation.yml.")
    );
  const dispose = () => admin[Symbol.asyncDispose]();
  try {
    return { ...(await usable(admin)), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** @throws UnknownType for an engine whose users have one password */
export function secondPasswordOf({ secondPassword }: Session): SecondPassword {
  if (!secondPassword) throw new UnknownType("two-passwords, for an engine whose users have one");
  return secondPassword;
}

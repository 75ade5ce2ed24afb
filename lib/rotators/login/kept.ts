import { asRotationError } from "../../errors.ts";
import { PendingRefused } from "../../rotation/errors.ts";
import { actor } from "./actor.ts";
import type { Engine, Session } from "./engine.ts";
import { type Login, loginName } from "./login.ts";
import type { Possession } from "./possession.ts";
import type { Replacement } from "./strategy.ts";

/*
 * A server that accepts a password has perhaps not written it down (`Session.keep`): the answer to the change was lost, or
 * an earlier attempt was killed. The session that made the change may be lost, so another one keeps it.
 */

interface Switched {
  readonly engine: Engine;
  readonly change: { readonly session: Session };
  readonly pending: Login;
  warn(message: string): void;
}

/** In milliseconds, for the login and for what follows each: consumers wait for the labels to move. */
const keepTime = 1500;

/** After a switch. */
export async function keepSwitched(
  { engine, change, pending, warn }: Switched,
  signal: AbortSignal,
): Promise<void> {
  if (!change.session.keep) return;
  const bounded = () => AbortSignal.any([signal, AbortSignal.timeout(keepTime)]);
  await unlessFailed({ login: pending, warn }, async () => {
    const session = await engine.login(pending, bounded());
    if (session === "refused") throw new PendingRefused(loginName(pending));
    await using _ = session;
    await session.keep?.(bounded());
  });
}

/** What an earlier attempt has added or set. */
export async function keepFound(
  replacement: Replacement,
  { session, login }: Possession,
): Promise<void> {
  if (!session.keep) return;
  await unlessFailed({ login, warn: replacement.warn }, async () => {
    await using acting = await actor(replacement, session, [login.password]);
    await acting.session.keep?.(replacement.signal);
  });
}

/** Consumers are better off with the password than without it, so that a failure is a warning. */
async function unlessFailed(
  { login, warn }: Pick<Switched, "warn"> & { login: Login },
  keep: () => Promise<void>,
): Promise<void> {
  try {
    await keep();
  } catch (error) {
    const { code } = asRotationError(error);
    warn(
      `${loginName(login)} has its new password, and the server may forget it when it restarts (${code}): let it save its users.`,
    );
  }
}

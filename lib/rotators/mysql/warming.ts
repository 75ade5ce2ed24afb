import type { Login } from "../login/login.ts";
import { Conversation } from "./conversation.ts";

/**
 * A change of an account empties what the server remembers of its passwords (caching_sha2_password). Clients without TLS
 * are then refused, until somebody has logged in with the same password over TLS: so these logins do that at once, on
 * connections that are open already. They prove nothing, and what fails in them is found by testSecret.
 */
export async function warming(
  logins: readonly Login[],
  signal: AbortSignal,
  change: () => Promise<void>,
): Promise<void> {
  const changed = Promise.withResolvers<void>();
  const given = new AbortController();
  const within = AbortSignal.any([signal, given.signal]);
  const made = logins.map(async (login) => {
    const session = await Conversation.open(login, within, changed.promise);
    await session[Symbol.asyncDispose]();
  });
  try {
    await change();
    changed.resolve();
  } catch (error) {
    // Nothing was changed, perhaps: a login could be refused, and count as a failed one.
    given.abort();
    throw error;
  } finally {
    await Promise.allSettled(made);
  }
}

import type { Approach, Engine, Session } from "./engine.ts";
import type { Login } from "./login.ts";

/**
 * An engine's `approach`, by its own login.
 * @param open goes as far as naming the user, and on when `gate` resolves; gives up waiting when `signal` aborts
 */
export const approachBy =
  (
    open: (login: Login, signal: AbortSignal, gate: Promise<void>) => Promise<Session | "refused">,
  ): Engine["approach"] =>
  (to, signal): Approach => {
    const gate = Promise.withResolvers<void>();
    const given = new AbortController();
    const session = open(to, AbortSignal.any([signal, given.signal]), gate.promise);
    // Told by login(); nobody may ask.
    session.catch(() => {});
    return {
      login() {
        gate.resolve();
        return session;
      },
      async [Symbol.asyncDispose]() {
        given.abort();
        const opened = await session.catch(() => "refused" as const);
        if (opened !== "refused") await opened[Symbol.asyncDispose]();
      },
    };
  };

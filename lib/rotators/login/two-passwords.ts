import { PendingRefused } from "../../rotation/errors.ts";
import { actor, secondPasswordOf } from "./actor.ts";
import { openAdmin } from "./administrator.ts";
import { isRefusal } from "./change-outcome.ts";
import { accepts, type Engine, type Session } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { keepFound } from "./kept.ts";
import { address, type Login, loginName } from "./login.ts";
import { type Possession, possession } from "./possession.ts";
import { requireNoneHeld } from "./replaceable.ts";
import type { Passwords } from "./second-password.ts";
import { PermissionDenied } from "./server-errors.ts";
import type { Replacement, Retired, Strategy } from "./strategy.ts";

/**
 * One user, two passwords: a rotation adds the new one beside the one that AWSCURRENT holds, and retirement ends the old
 * one. No instant and no gap between steps refuses anybody.
 */
export const twoPasswords: Strategy = {
  username: (current) => current,

  async set(replacement) {
    const { current } = replacement;
    const pending = await replacement.pending();
    await using found = await possession(replacement, pending);
    // An earlier attempt has added it, and AWSCURRENT's has been ended since.
    if (found?.login === pending) {
      await keepFound(replacement, found);
      return "outage";
    }
    const isHealthy = found?.login === current;
    const spared = found ? [found.login, pending] : [pending];
    if (!replacement.leaked) await requireNoneHeld(replacement, spared, !isHealthy);
    await (found ? begin(replacement, found, pending) : repair(replacement, pending));
    if (isHealthy) return "ready";
    await requireAccepted(replacement.engine, pending, replacement.signal);
    return "outage";
  },

  async test(replacement) {
    const { engine, current, signal } = replacement;
    await requireAccepted(engine, await replacement.pending(), signal);
    // Then whoever reads the secret is well again when AWSCURRENT moves.
    if (!(await accepts(engine, current, signal))) replacement.outage();
  },

  async rehearse(rehearsal) {
    const { engine, current, signal } = rehearsal;
    const session = await engine.login(current, signal);
    // `CredentialsRefused` says more than what is missing without a session.
    if (session === "refused") return [];
    await using own = session;
    await using acting = await actor(rehearsal, own, [current.password]);
    return acting.notices;
  },

  async retire(retired) {
    const { engine, current, next, signal } = retired;
    const others = next ? [next] : [];
    const known = [current, ...others].map(({ password }) => password);
    await using own = await currentSession(retired);
    await using acting = await actor(retired, own, known);
    await acting.session.lock(current.username, signal);
    // A rotation that is under way, as after a leak, has perhaps added its own by now.
    const isAdded = next !== undefined && (await accepts(engine, next, signal));
    const kept: Passwords = isAdded ? [current.password, next.password] : [current.password];
    // One that has begun since adds its own under the same lock.
    await retired.requireUnchanged();
    await acting.passwords.keepOnly(current.username, kept, signal);
  },

  /** Sessions do not show with which password they were opened. */
  sessions: async () => undefined,

  /** All of the user's: the old password may have opened any of them. */
  async endSessions(retired) {
    const { current, signal } = retired;
    await using own = await currentSession(retired);
    try {
      return await secondPasswordOf(own).endSessions(current.username, signal);
    } catch (error) {
      if (!(error instanceof PermissionDenied)) throw error;
    }
    await using acting = await actor(retired, own, [current.password]);
    // An administrator would count and end it, too.
    if (acting.session !== own) await own[Symbol.asyncDispose]();
    return await acting.passwords.endSessions(current.username, signal);
  },
};

/**
 * After a doubtful answer it is added once more: that the new password is accepted here does not show that it is on every
 * host, node and file where it was to be.
 */
async function begin(replacement: Replacement, found: Possession, added: Login): Promise<void> {
  const { engine, signal } = replacement;
  const failure = await attempt(replacement, found, added);
  if (failure === undefined) return;
  // Its lock goes with it.
  await found[Symbol.asyncDispose]();
  const session = await engine.login(found.login, signal).catch(() => "refused" as const);
  if (session === "refused") throw failure;
  await using again = session;
  const last = await attempt(replacement, { session: again, login: found.login }, added);
  if (last !== undefined) throw last;
}

/** @returns the failure of a change that may have taken place all the same */
async function attempt(
  replacement: Replacement,
  { session, login: kept }: Pick<Possession, "session" | "login">,
  added: Login,
): Promise<unknown> {
  const { signal } = replacement;
  await using acting = await actor(replacement, session, [kept.password, added.password]);
  for (const { what, remedy } of acting.notices) replacement.warn(`${what} ${remedy}`);
  await acting.session.lock(added.username, signal);
  const both = { kept: kept.password, added: added.password };
  try {
    await acting.passwords.add(added.username, both, signal);
    return undefined;
  } catch (error) {
    if (isRefusal(error) || signal.aborted) throw error;
    return error;
  }
}

/** No password is known that the server accepts. */
async function repair(replacement: Replacement, { username, password }: Login): Promise<void> {
  await using admin = await openAdmin(replacement, [username]);
  await admin?.setPassword(username, password, replacement.signal);
}

async function requireAccepted(engine: Engine, pending: Login, signal: AbortSignal): Promise<void> {
  if (!(await accepts(engine, pending, signal))) throw new PendingRefused(loginName(pending));
}

/** If AWSCURRENT is refused, the old password may be the only one that works. */
async function currentSession({ engine, current, signal }: Retired): Promise<Session> {
  const session = await engine.login(current, signal);
  if (session !== "refused") return session;
  throw new CredentialsRefused(address(current), current.username, ["AWSCURRENT"]);
}

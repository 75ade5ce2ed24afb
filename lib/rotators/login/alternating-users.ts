import { PendingRefused } from "../../rotation/errors.ts";
import { type AdminApproach, approachAdmin } from "./administrator.ts";
import { accepts, type Engine, type Session } from "./engine.ts";
import { CredentialsRefused, PairUnusable } from "./errors.ts";
import { address, type Login, loginName } from "./login.ts";
import type { Notice } from "./notice.ts";
import type { Pair, PairOperations } from "./pair.ts";
import { OtherUserInUse } from "./pair-errors.ts";
import { pairOf, pairsOf } from "./pair-of.ts";
import { requirePossession, requireReplaceable, requireUnheld } from "./replaceable.ts";
import { requireSameRights } from "./same-rights.ts";
import type { Rehearsal, Replacement, Strategy } from "./strategy.ts";

/**
 * Two users that both act as the owner. A rotation prepares the one that is not in use and moves AWSCURRENT
 * to it; until settlement both log in, so no instant and no gap between steps refuses anybody.
 */
export const alternatingUsers: Strategy = {
  username(current, { spec, traits }) {
    const pair = pairOf(current, spec);
    const other = current === pair.owner ? pair.clone : pair.owner;
    if (Buffer.byteLength(other) <= traits.maxUsernameLength) return other;
    const problem = `${other} has more than ${traits.maxUsernameLength} bytes, which the server would truncate`;
    throw new PairUnusable(current, problem);
  },

  async set(replacement) {
    const { engine, spec, current, signal } = replacement;
    const pending = await replacement.pending();
    const pair = pairOf(current.username, spec);
    await using approach = adminOf(replacement, pair);
    const healthy = await requireReplaceable(replacement, pair);
    if (!healthy) await requirePossession(replacement);
    if (!replacement.leaked) await requireUnheld(replacement, pending, !healthy);
    const admin = await approach.login();
    for (const { what, remedy } of await align(replacement, pairsOf(admin), pair, pending))
      replacement.warn(`${what} ${remedy}`);
    const clone = [pending, current].find(({ username }) => username === pair.clone);
    if (clone) await takeOver(engine, pair, clone, admin, signal);
    if (healthy) return "ready";
    await this.test(replacement);
    return "outage";
  },

  async test({ engine, spec, current, signal, pending }) {
    const login = await pending();
    const session = await engine.login(login, signal);
    if (session === "refused") throw new PendingRefused(loginName(login));
    await using _ = session;
    const pair = pairOf(login.username, spec);
    await pairsOf(session).requireActsAs(pair, signal);
    await requireSameRights(session, login, () => engine.login(current, signal), signal);
  },

  async rehearse(rehearsal) {
    const { current, spec, signal } = rehearsal;
    const pair = pairOf(current.username, spec);
    await using approach = adminOf(rehearsal, pair);
    const admin = await approach.login();
    await requireReplaceable(rehearsal, pair);
    return await pairsOf(admin).requireAdministrable(pair, signal, current);
  },

  async retire(retired) {
    const { engine, current, old, spec, signal } = retired;
    const pair = pairOf(old.username, spec);
    await using approach = adminOf(retired, pair);
    // If not, the old login may be the only one that works.
    await requireAccepted(engine, current, signal);
    const admin = await approach.login();
    if (old.username === pair.clone) await takeOver(engine, pair, old, admin, signal);
    // After a leak another rotation may have given this user its next password.
    await retired.requireUnchanged();
    await pairsOf(admin).disable(pair, old.username, signal);
  },

  /** Of the administrator, because not every server shows a user the sessions of others. */
  async sessions(retired) {
    const { old, spec, signal } = retired;
    await using approach = adminOf(retired, pairOf(old.username, spec));
    const admin = await approach.login();
    return await pairsOf(admin).sessionsOf(old.username, signal);
  },

  async endSessions(retired) {
    const { old, spec, signal } = retired;
    const pair = pairOf(old.username, spec);
    await using approach = adminOf(retired, pair);
    const admin = await approach.login();
    return await pairsOf(admin).endSessions(pair, old.username, signal);
  },
};

const adminOf = (rehearsal: Rehearsal, pair: Pair): AdminApproach =>
  approachAdmin(rehearsal, [pair.owner, pair.clone]);

/** Where the old credential leaked, nobody is spared: whoever uses the other user is cut off, and rolled later. */
async function align(
  { leaked, signal, current }: Replacement,
  admin: PairOperations,
  pair: Pair,
  next: Login,
): Promise<readonly Notice[]> {
  try {
    return await admin.align(pair, next, signal, current);
  } catch (error) {
    if (!leaked || !(error instanceof OtherUserInUse)) throw error;
    await admin.disable(pair, next.username, signal);
    await admin.endSessions(pair, next.username, signal);
    return await admin.align(pair, next, signal, current);
  }
}

async function requireAccepted(engine: Engine, current: Login, signal: AbortSignal): Promise<void> {
  if (!(await accepts(engine, current, signal))) throw refused(current);
}

const refused = (current: Login) =>
  new CredentialsRefused(address(current), current.username, ["AWSCURRENT"]);

/**
 * A clone of the AWS template's making owns what it created, and so does one that lost its role setting; only in its
 * own session can it be handed over. One of ours owns nothing, and then nobody logs in here.
 */
async function takeOver(
  engine: Engine,
  pair: Pair,
  clone: Login,
  admin: Session,
  signal: AbortSignal,
): Promise<void> {
  const owns = await pairsOf(admin).ownership?.cloneOwnsObjects(pair, signal);
  if (!owns) return;
  const session = await engine.login(clone, signal);
  if (session === "refused") return;
  await using _ = session;
  await pairsOf(session).ownership?.takeOver(pair, signal);
}

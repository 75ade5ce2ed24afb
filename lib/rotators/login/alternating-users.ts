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

  async test({ engine, spec, signal, pending }) {
    const login = await pending();
    const session = await engine.login(login, signal);
    if (session === "refused") throw new PendingRefused(loginName(login));
    await using _ = session;
    await pairsOf(session).requireActsAs(pairOf(login.username, spec), signal);
  },

  async rehearse(rehearsal) {
    const { current, spec, signal } = rehearsal;
    const pair = pairOf(current.username, spec);
    await using approach = adminOf(rehearsal, pair);
    const admin = await approach.login();
    await requireReplaceable(rehearsal, pair);
    return await pairsOf(admin).requireAdministrable(pair, signal);
  },

  async retire(retired) {
    const { engine, current, old, spec, signal } = retired;
    const pair = pairOf(old.username, spec);
    await using approach = adminOf(retired, pair);
    // If not, the old login may be the only one that works.
    await requireAccepted(engine, current, signal);
    const admin = await approach.login();
    if (old.username === pair.clone) await takeOver(engine, pair, old, admin, signal);
    await pairsOf(admin).disable(pair, old.username, signal);
  },

  async sessions({ engine, current, old, signal }) {
    const session = await engine.login(current, signal);
    if (session === "refused") throw refused(current);
    await using _ = session;
    return await pairsOf(session).sessionsOf(old.username, signal);
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
  { leaked, signal }: Replacement,
  admin: PairOperations,
  pair: Pair,
  next: Login,
): Promise<readonly Notice[]> {
  try {
    return await admin.align(pair, next, signal);
  } catch (error) {
    if (!leaked || !(error instanceof OtherUserInUse)) throw error;
    await admin.disable(pair, next.username, signal);
    await admin.endSessions(pair, next.username, signal);
    return await admin.align(pair, next, signal);
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
  if (!(await pairsOf(admin).cloneOwnsObjects(pair, signal))) return;
  const session = await engine.login(clone, signal);
  if (session === "refused") return;
  await using _ = session;
  await pairsOf(session).takeOver(pair, signal);
}

import { openAdmin } from "./administrator.ts";
import { accepts, type Session } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login } from "./login.ts";
import { type Found, PasswordSwitch } from "./password-switch.ts";
import type { Situation, Strategy } from "./strategy.ts";

/**
 * One user, one password: between the change on the server and the move of AWSCURRENT new logins fail.
 * Everything that can go wrong is therefore tried before (rehearse, test), and the change itself waits for
 * finishSecret, so that the gap never spans two invocations.
 */
export const inPlace: Strategy = {
  username: (current) => current,

  async set(situation) {
    const current = await situation.current();
    const session = await situation.engine.login(current, situation.signal);
    if (session !== "refused") {
      await using _ = session;
      await session.rehearsePassword(current.username, situation.signal);
      return "ready";
    }
    await using _ = await findOtherWay(situation, current);
    return "outage";
  },

  async test({ engine, current, signal }) {
    const login = await current();
    if (!(await accepts(engine, login, signal))) throw refused(login, ["AWSCURRENT"]);
  },

  async rehearse(situation) {
    const { engine, signal } = situation;
    const current = await situation.current();
    const session = await engine.login(current, signal);
    if (session !== "refused") {
      await using _ = session;
      await session.rehearsePassword(current.username, signal);
    }
    await using admin = await openAdmin(situation, [current.username]);
    await admin?.rehearsePassword(current.username, signal);
  },

  async openSwitch(situation) {
    const { engine, signal } = situation;
    const [current, pending] = [await situation.current(), await situation.pending()];
    const session = await engine.login(current, signal);
    const found =
      session === "refused"
        ? await findOtherWay(situation, current)
        : way(session, { restore: current });
    try {
      const waited = await found.session.lock(pending.username, signal);
      return new PasswordSwitch({ engine, found, pending, waited, signal });
    } catch (error) {
      await found[Symbol.asyncDispose]();
      throw error;
    }
  },

  holds: (live, old) => live.username === old.username && live.password.equals(old.password),

  /** The switch itself killed the old password. */
  async retire() {},

  /** Sessions do not tell with which password they were opened. */
  sessions: async () => undefined,

  async endSessions() {
    return 0;
  },
};

/**
 * AWSCURRENT is refused. The pending version may be in force (this rotation was killed after its change), or
 * what the secret held before (an earlier rotation was, or somebody edited the secret alone); else the
 * administrator can set it.
 */
async function findOtherWay(situation: Situation, current: Login): Promise<Found> {
  situation.outage();
  const { engine, signal } = situation;
  const pending = await situation.pending();
  const switched = await engine.login(pending, signal);
  if (switched !== "refused") return way(switched, { restore: pending, switched: true });

  let earlier = 0;
  for await (const login of situation.earlier()) {
    const session = await engine.login(login, signal);
    if (session !== "refused") return way(session, { restore: login });
    earlier += 1;
  }
  // A name out of the secret is no proof: whoever may write it could have any user reset.
  const pinned = situation.spec.connection.username === current.username;
  const admin = pinned ? await openAdmin(situation, [current.username]) : undefined;
  if (admin) return way(admin, { restore: current });
  throw refused(current, ["AWSCURRENT", "AWSPENDING", `${earlier} earlier versions`]);
}

function way(session: Session, of: { restore: Login; switched?: boolean }): Found {
  return {
    session,
    switched: of.switched ?? false,
    restore: of.restore,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

const refused = (login: Login, tried: readonly string[]) =>
  new CredentialsRefused(address(login), login.username, tried);

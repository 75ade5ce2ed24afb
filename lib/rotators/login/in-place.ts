import { openAdmin } from "./administrator.ts";
import { accepts, type Session } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login } from "./login.ts";
import type { Notice } from "./notice.ts";
import { type ChangeSession, PasswordSwitch } from "./password-switch.ts";
import type { Replacement, Strategy } from "./strategy.ts";

/**
 * One user, one password: between the change on the server and the move of AWSCURRENT new logins fail.
 * Everything that can go wrong is therefore tried before (rehearse, test), and the change itself waits for
 * finishSecret, so that the gap never spans two invocations.
 */
export const inPlace: Strategy = {
  username: (current) => current,

  async set(replacement) {
    const { engine, current, signal } = replacement;
    const session = await engine.login(current, signal);
    if (session !== "refused") {
      await using _ = session;
      for (const { what, remedy } of await session.rehearsePassword(current.username, signal))
        replacement.warn(`${what} ${remedy}`);
      return "ready";
    }
    await using _ = await findOtherWay(replacement);
    return "outage";
  },

  async test({ engine, current, signal }) {
    if (!(await accepts(engine, current, signal))) throw refused(current, ["AWSCURRENT"]);
  },

  async rehearse(rehearsal) {
    const { engine, current, signal } = rehearsal;
    const session = await engine.login(current, signal);
    const notices: Notice[] = [];
    if (session !== "refused") {
      await using _ = session;
      notices.push(...(await session.rehearsePassword(current.username, signal)));
    }
    await using admin = await openAdmin(rehearsal, [current.username]);
    await admin?.rehearsePassword(current.username, signal);
    return notices;
  },

  async openSwitch(replacement) {
    const { engine, current, signal } = replacement;
    const pending = await replacement.pending();
    const session = await engine.login(current, signal);
    const change =
      session === "refused"
        ? await findOtherWay(replacement)
        : changeBy(session, { restore: current });
    try {
      const waited = await change.session.lock(pending.username, signal);
      // The rotation that was waited for may have undone what was seen before.
      const inForce = change.switched && (!waited || (await accepts(engine, pending, signal)));
      const { warn } = replacement;
      return new PasswordSwitch({ engine, change, pending, waited, inForce, signal, warn });
    } catch (error) {
      await change[Symbol.asyncDispose]();
      throw error;
    }
  },

  /** The switch itself killed the old password. */
  async retire() {},

  /** Sessions do not show with which password they were opened. */
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
async function findOtherWay(replacement: Replacement): Promise<ChangeSession> {
  replacement.outage();
  const { engine, current, spec, signal } = replacement;
  const pending = await replacement.pending();
  const switched = await engine.login(pending, signal);
  if (switched !== "refused") return changeBy(switched, { restore: current, switched: true });

  let earlier = 0;
  for await (const login of replacement.earlier()) {
    const session = await engine.login(login, signal);
    if (session !== "refused") return changeBy(session, { restore: login });
    earlier += 1;
  }
  // A user name from the secret proves nothing: anyone who can write the secret could have any user reset.
  const pinned = spec.connection.username === current.username;
  const admin = pinned ? await openAdmin(replacement, [current.username]) : undefined;
  if (admin) return changeBy(admin, { restore: current });
  throw refused(current, ["AWSCURRENT", "AWSPENDING", `${earlier} earlier versions`]);
}

function changeBy(
  session: Session,
  { restore, switched = false }: { restore: Login; switched?: boolean },
): ChangeSession {
  const dispose = () => session[Symbol.asyncDispose]();
  return { session, switched, restore, [Symbol.asyncDispose]: dispose };
}

const refused = (login: Login, tried: readonly string[]) =>
  new CredentialsRefused(address(login), login.username, tried);

import type { Approach, Session } from "./engine.ts";
import { AdminRefused, AdminUnusable } from "./errors.ts";
import { address, type Login } from "./login.ts";
import type { Rehearsal } from "./strategy.ts";

/** An administrator whose login has begun. Disposing of it closes the connection, also after `login`. */
export interface AdminApproach extends AsyncDisposable {
  /** Completes the login. Call it once. @throws AdminUnusable, AdminRefused */
  login(): Promise<Session>;
}

/**
 * A session of the administrator that the manifest names, `undefined` when it names none.
 * @param rotated the users that are rotated: an administrator among them would lock itself out
 * @throws AdminUnusable, AdminRefused
 */
export async function openAdmin(
  rehearsal: Rehearsal,
  rotated: readonly string[],
): Promise<Session | undefined> {
  const login = await adminOf(rehearsal, rotated);
  return login && opened(await rehearsal.engine.login(login, rehearsal.signal), login, rehearsal);
}

/**
 * Reads the administrator's secret and begins its login, while AWSCURRENT is being proven: it names its user when
 * `login` is called. Whatever goes wrong is told then.
 */
export function approachAdmin(rehearsal: Rehearsal, rotated: readonly string[]): AdminApproach {
  const { engine, signal } = rehearsal;
  const begun = begin(rehearsal, rotated);
  begun.catch(() => {});
  const sessions = new AsyncDisposableStack();
  return {
    async login() {
      const { login, approach } = await begun;
      // The server may have closed a connection that waited.
      const session = await approach.login().catch(() => engine.login(login, signal));
      return sessions.use(opened(session, login, rehearsal));
    },
    async [Symbol.asyncDispose]() {
      const { approach } = (await begun.catch(() => undefined)) ?? {};
      await Promise.all([sessions.disposeAsync(), approach?.[Symbol.asyncDispose]()]);
    },
  };
}

async function begin(
  rehearsal: Rehearsal,
  rotated: readonly string[],
): Promise<{ login: Login; approach: Approach }> {
  const login = await adminOf(rehearsal, rotated);
  if (login) return { login, approach: rehearsal.engine.approach(login, rehearsal.signal) };
  throw new AdminUnusable("(none)", "is not named", "Name it under admin in rotation.yml.");
}

async function adminOf(
  { admin, spec }: Rehearsal,
  rotated: readonly string[],
): Promise<Login | undefined> {
  const login = await admin();
  if (!login || !rotated.includes(login.username)) return login;
  throw new AdminUnusable(
    spec.admin?.secret ?? "",
    `holds the login ${login.username}, which is the one being rotated`,
    "Name the secret of a separate administrator.",
  );
}

function opened(session: Session | "refused", login: Login, { spec }: Rehearsal): Session {
  if (session !== "refused") return session;
  throw new AdminRefused(spec.admin?.secret ?? "", address(login), login.username);
}

import type { Session } from "./engine.ts";
import { AdminRefused, AdminUnusable } from "./errors.ts";
import { address } from "./login.ts";
import type { Rehearsal } from "./strategy.ts";

/**
 * A session of the administrator that the manifest names, `undefined` when it names none.
 * @param rotated the users that are rotated: an administrator among them would lock itself out
 * @throws AdminUnusable, AdminRefused
 */
export async function openAdmin(
  rehearsal: Rehearsal,
  rotated: readonly string[],
): Promise<Session | undefined> {
  const login = await rehearsal.admin();
  if (!login) return undefined;
  const secret = rehearsal.spec.admin?.secret ?? "";
  if (rotated.includes(login.username))
    throw new AdminUnusable(
      secret,
      `holds the login ${login.username}, which is the one being rotated`,
      "Name the secret of a separate administrator.",
    );
  const session = await rehearsal.engine.login(login, rehearsal.signal);
  if (session !== "refused") return session;
  throw new AdminRefused(secret, address(login), login.username);
}

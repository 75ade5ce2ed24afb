import type { Session } from "./engine.ts";
import { AdminRefused, AdminUnusable } from "./errors.ts";
import { address } from "./login.ts";
import type { Situation } from "./strategy.ts";

/**
 * A session of the administrator that the manifest names, `undefined` when it names none.
 * @param rotated the users that are rotated: an administrator among them would lock itself out
 * @throws AdminUnusable, AdminRefused
 */
export async function openAdmin(
  of: Pick<Situation, "engine" | "signal" | "admin" | "spec">,
  rotated: readonly string[],
): Promise<Session | undefined> {
  const login = await of.admin();
  if (!login) return undefined;
  const secret = of.spec.admin?.secret ?? "";
  if (rotated.includes(login.username))
    throw new AdminUnusable(
      secret,
      `holds the login ${login.username}, which is itself rotated`,
      "Name the secret of an administrator of its own.",
    );
  const session = await of.engine.login(login, of.signal);
  if (session !== "refused") return session;
  throw new AdminRefused(secret, address(login), login.username);
}

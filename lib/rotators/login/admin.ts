import type { StepContext } from "../../rotation/credential.ts";
import { SecretDocument } from "../../secret/document.ts";
import type { EngineTraits } from "./engine.ts";
import { AdminUnusable } from "./errors.ts";
import { address, type Login, type LoginSpec } from "./login.ts";
import { readLogin } from "./login-document.ts";

/**
 * The administrator's login, on the server and database of the login that is rotated.
 * @throws AdminUnusable when its secret is missing or belongs to another server: an administrator's password goes
 *   only where it belongs
 */
export async function adminLogin(
  { spec, traits }: { readonly spec: LoginSpec; readonly traits: EngineTraits },
  current: Login,
  { readSecret, signal }: Pick<StepContext, "readSecret" | "signal">,
): Promise<Login | undefined> {
  if (!spec.admin) return undefined;
  const { secret, host, port } = spec.admin;
  const text = await readSecret(secret, signal);
  if (!text)
    throw new AdminUnusable(
      secret,
      "does not exist or has no AWSCURRENT version",
      "Create it, or correct admin in rotation.yml.",
    );
  const own = { fields: {}, urls: [], copies: [], isInUrlAlone: false, connection: { host, port } };
  const document = new SecretDocument(`the admin secret ${secret}`, text);
  const login = readLogin(document, { ...spec, ...own }, traits);
  if (login.host === current.host && login.port === current.port)
    return { ...login, database: current.database };
  throw new AdminUnusable(
    secret,
    `belongs to ${address(login)}, the rotated login to ${address(current)}`,
    "Name the administrator of that server. If both names mean the same server, declare it: admin: { secret, host, port }.",
  );
}

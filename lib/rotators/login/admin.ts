import { SecretDocument } from "../../secret/document.ts";
import type { SecretStore } from "../../secret/store.ts";
import type { EngineTraits } from "./engine.ts";
import { AdminUnusable } from "./errors.ts";
import { address, type CredentialSpec, type Login, readLogin } from "./login.ts";

/**
 * The administrator's login, on the server and database of the credential that is rotated.
 * @throws AdminUnusable when its secret is missing or says that it belongs elsewhere: an administrator's
 *   password goes nowhere but where it belongs
 */
export async function adminLogin(
  of: { readonly spec: CredentialSpec; readonly traits: EngineTraits },
  current: Login,
  store: Pick<SecretStore, "read">,
  signal: AbortSignal,
): Promise<Login | undefined> {
  const { spec, traits } = of;
  if (!spec.admin) return undefined;
  const { secret, host, port } = spec.admin;
  const text = await store.read(secret, undefined, signal);
  if (!text)
    throw new AdminUnusable(
      secret,
      "does not exist or has no AWSCURRENT version",
      "Create it, or correct admin in rotation.yml.",
    );
  const own = { fields: {}, urls: [], isInUrlAlone: false, connection: { host, port } };
  const adminSpec = { ...spec, ...own };
  const login = readLogin(
    new SecretDocument(`the admin secret ${secret}`, text),
    adminSpec,
    traits,
  );
  if (login.host === current.host && login.port === current.port)
    return { ...login, database: current.database };
  throw new AdminUnusable(
    secret,
    `belongs to ${address(login)}, the rotated login to ${address(current)}`,
    "Name the administrator of that server, or, where both names mean the same server, declare it: admin: { secret, host, port }.",
  );
}

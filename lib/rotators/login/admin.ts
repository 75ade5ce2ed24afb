import type { StepContext } from "../../rotation/credential.ts";
import { SecretDocument } from "../../secret/document.ts";
import type { EngineTraits } from "./engine.ts";
import { AdminUnusable } from "./errors.ts";
import { address, type Login, type LoginSpec } from "./login.ts";
import { readLogin } from "./login-document.ts";
import type { ManagedMasters } from "./managed-master.ts";

interface Administered {
  readonly spec: LoginSpec;
  readonly traits: EngineTraits;
  readonly masters?: ManagedMasters | undefined;
}

/**
 * The administrator's login, on the server and database of the login that is rotated; where users belong to databases, by
 * way of its own.
 * @throws AdminUnusable when its secret is missing or belongs to another server: an administrator's password goes
 *   only where it belongs
 */
export async function adminLogin(
  { spec, traits, masters }: Administered,
  current: Login,
  { readSecret, signal }: Pick<StepContext, "readSecret" | "signal">,
): Promise<Login | undefined> {
  if (!spec.admin) return undefined;
  const { secret } = spec.admin;
  const [text, at] = await Promise.all([
    readSecret(secret, signal),
    placeOf(spec.admin, masters, signal),
  ]);
  if (!text)
    throw new AdminUnusable(
      secret,
      "does not exist or has no AWSCURRENT version",
      "Create it, or correct admin in rotation.yml.",
    );
  const document = new SecretDocument(`the admin secret ${secret}`, text);
  const { adminFields } = traits;
  const fields = adminFields && document.has(adminFields.username) ? adminFields : {};
  const own = { fields, urls: [], copies: [], isInUrlAlone: false, connection: at };
  const login = readLogin(document, { ...spec, ...own }, traits);
  if (login.host === current.host && login.port === current.port)
    return {
      ...login,
      ...(current.options && { options: current.options }),
      ...(traits.usersOfDatabases ? { actsIn: current.database } : { database: current.database }),
    };
  throw new AdminUnusable(
    secret,
    `belongs to ${address(login)}, the rotated login to ${address(current)}`,
    "Name the administrator of that server. If both names mean the same server, declare it: admin: { secret, host, port }.",
  );
}

/** What is stated of its server, or what RDS says of a secret of its own making. @throws AdminUnusable */
async function placeOf(
  { secret, host, port }: NonNullable<LoginSpec["admin"]>,
  masters: ManagedMasters | undefined,
  signal: AbortSignal,
): Promise<LoginSpec["connection"]> {
  if (!masters) return { host, port };
  const found = await masters.whereIs(secret, signal);
  if (found) return { host: found.host, port: port ?? found.port };
  throw new AdminUnusable(
    secret,
    "holds the master password of no database in this account and Region",
    "Correct admin in rotation.yml: aws rds describe-db-instances (or describe-db-clusters) shows it under MasterUserSecret.",
  );
}

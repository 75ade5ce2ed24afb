import { address, type Login } from "../login/login.ts";
import { LoginForbidden, PasswordRejected, ReadOnlyServer } from "../login/server-errors.ts";
import type { Run } from "../mysql-protocol/dialect.ts";
import { permissionDenied } from "./errors.ts";

/** A replica, or a server that is being moved: what is written there is lost. */
export async function isReadOnly(run: Run): Promise<boolean> {
  const [row] = await run("SELECT @@GLOBAL.read_only");
  return !["0", "OFF"].includes(row?.[0] ?? "0");
}

/** With one of these active, and by default, a server takes no hash: it could not look at the password. */
const validations =
  "SELECT count(*) FROM information_schema.PLUGINS WHERE PLUGIN_TYPE = 'PASSWORD VALIDATION' AND PLUGIN_STATUS = 'ACTIVE'";

const reuse =
  "SELECT count(*) FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'password_reuse_check' AND PLUGIN_STATUS = 'ACTIVE'";

/**
 * Whether the server refuses a password that was used before. A second password is set with the first one again; where
 * that is refused, the server has noted the second one as used, too. Hashes are not checked, or refused.
 */
export async function checksReuse(run: Run, { passwordForm }: Login): Promise<boolean> {
  const [[strict, active] = []] = await run(
    `SELECT @@GLOBAL.strict_password_validation, (${reuse})`,
  );
  return active !== "0" && (strict === "1" || passwordForm === "plaintext");
}

/** @throws ReadOnlyServer, PasswordRejected */
export async function requireWritable(run: Run, login: Login): Promise<void> {
  const at = address(login);
  if (await isReadOnly(run)) throw new ReadOnlyServer(at);
  if (login.passwordForm !== "verifier") return;
  const [[strict, active] = []] = await run(
    `SELECT @@GLOBAL.strict_password_validation, (${validations})`,
  );
  if (strict === "1" && active !== "0")
    throw new PasswordRejected(at, "strict_password_validation");
}

/** @throws ReadOnlyServer, PasswordRejected, PermissionDenied */
export async function requireChangeable(
  run: Run,
  login: Login,
  username: string,
  action: string,
): Promise<void> {
  await requireWritable(run, login);
  if (username === login.username) return;
  const grants = await run("SHOW GRANTS");
  const mayCreate = grants.some(([grant]) =>
    /^GRANT (?:ALL PRIVILEGES|(?:[A-Z ]+, )*CREATE USER(?:, [A-Z ]+)*) ON \*\.\* /.test(
      grant ?? "",
    ),
  );
  if (!mayCreate) throw permissionDenied(address(login), login.username, action);
}

/**
 * That the user has room for one more session. It sees its own ones without any right.
 * @throws LoginForbidden
 */
export async function requireRoom(run: Run, login: Login): Promise<void> {
  const [[limit, sessions] = []] = await run(
    "SELECT @@SESSION.max_user_connections, (SELECT count(*) FROM information_schema.PROCESSLIST WHERE USER = substring_index(CURRENT_USER(), '@', 1))",
  );
  if (Number(limit) === 0 || Number(sessions) < Number(limit)) return;
  throw new LoginForbidden(
    address(login),
    login.username,
    "error 1226",
    "MAX_USER_CONNECTIONS has no room for one more session, which the switch needs to prove the new password",
    true,
  );
}

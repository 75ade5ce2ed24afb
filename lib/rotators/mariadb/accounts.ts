import { address, type Login } from "../login/login.ts";
import { AccountUnclear } from "../mysql-protocol/account-errors.ts";
import type { Run } from "../mysql-protocol/dialect.ts";
import { accountName, quoteText } from "../mysql-protocol/quoting.ts";
import { severalPasswords } from "./errors.ts";

/**
 * The one account of this name, as SQL.
 * @param as who looks: SELECT on mysql.user is needed
 * @throws PermissionDenied, AccountUnclear
 */
export async function accountOf(run: Run, as: Login, username: string): Promise<string> {
  const rows = await run(`SELECT Host FROM mysql.user WHERE User = ${quoteText(username)}`);
  const hosts = rows.map(([host]) => host ?? "");
  const [host, ...others] = hosts;
  if (host === undefined || others.length > 0)
    throw new AccountUnclear(address(as), username, hosts);
  return accountName(username, host);
}

/** Of `IDENTIFIED VIA a USING '…' OR b`: those that take a password. What is quoted may hold anything. */
function passwordMethods(statement: string): readonly string[] {
  const methods = statement.replaceAll(/'(?:[^']|'')*'|`(?:[^`]|``)*`/g, "?");
  return (methods.match(/(?<=(?:VIA|OR) )\w+/g) ?? []).filter((name) => name !== "unix_socket");
}

/** A user sees its own account without any right. @throws SeveralPasswords */
export async function requireOnePassword(run: Run, login: Login): Promise<void> {
  const [[statement] = []] = await run("SHOW CREATE USER");
  if (passwordMethods(statement ?? "").length > 1)
    throw severalPasswords(address(login), login.username);
}

import type { Secret } from "../../secret/secret.ts";
import { AccountUnclear } from "../mysql-protocol/account-errors.ts";
import { nativeHash } from "../mysql-protocol/authentication.ts";
import { accountName, quoteText } from "../mysql-protocol/quoting.ts";
import { cachingSha2Hash, hasCachingSha2Hash, roundsOf } from "./caching-sha2.ts";
import type { Conversation } from "./conversation.ts";
import { asHash, type Form, inClear } from "./statements.ts";

/** An account as an administrator sees it. */
export interface Account {
  /** As SQL. */
  readonly sql: string;
  readonly plugin: string;
  /** Hashes of the passwords, as the server stores them. */
  readonly main: Buffer;
  readonly second: Buffer | undefined;
}

/** SELECT on mysql.user is all that this needs. A retained password is a text of JSON with bytes of any kind in it. */
const query = (username: string) =>
  `SELECT Host, plugin, HEX(authentication_string), HEX(CONVERT(JSON_UNQUOTE(JSON_EXTRACT(User_attributes, '$.additional_password')) USING latin1)) FROM mysql.user WHERE User = ${quoteText(username)}`;

/**
 * The one account of this name.
 * @throws PermissionDenied, AccountUnclear
 */
export async function accountOf(
  conversation: Conversation,
  username: string,
  action: string,
  signal: AbortSignal,
): Promise<Account> {
  const rows = await conversation.run(query(username), action, signal);
  const [row, ...others] = rows;
  if (!row || others.length > 0)
    throw new AccountUnclear(
      conversation.address,
      username,
      rows.map(([host]) => host ?? ""),
    );
  const [host, plugin, main, second] = row;
  return {
    sql: accountName(username, host ?? ""),
    plugin: plugin ?? "",
    main: Buffer.from(main ?? "", "hex"),
    second: second ? Buffer.from(second, "hex") : undefined,
  };
}

/** Whether `has` can tell. */
export const isReadable = ({ plugin }: Account): boolean =>
  plugin === "caching_sha2_password" || plugin === "mysql_native_password";

/** Whether the password has this hash. @param hash as the account's server stores it */
export const has = (
  { plugin }: Pick<Account, "plugin">,
  hash: Buffer | undefined,
  password: Secret<string>,
) =>
  hash !== undefined &&
  (plugin === "caching_sha2_password"
    ? hasCachingSha2Hash(password, hash)
    : hash.toString() === nativeHash(password));

/** The password in the form in which this account's server stores it, where that is known. */
export function formFor(
  { plugin, main }: Pick<Account, "plugin" | "main">,
  password: Secret<string>,
): Form {
  if (plugin === "caching_sha2_password")
    return asHash(plugin, cachingSha2Hash(password, roundsOf(main)));
  if (plugin === "mysql_native_password") return asHash(plugin, Buffer.from(nativeHash(password)));
  return inClear(password);
}

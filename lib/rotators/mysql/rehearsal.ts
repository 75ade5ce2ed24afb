import { LoginForbidden, ReadOnlyServer } from "../login/server-errors.ts";
import type { Run } from "../mysql-protocol/dialect.ts";
import type { Conversation } from "./conversation.ts";

/**
 * A replica, or a server that is being moved, takes no change of an account.
 * @throws ReadOnlyServer
 */
export async function requireWritable(run: Run, address: string): Promise<void> {
  const [[isReadOnly] = []] = await run("SELECT @@GLOBAL.read_only OR @@GLOBAL.super_read_only");
  if (isReadOnly !== "0") throw new ReadOnlyServer(address);
}

/**
 * That the user has room for one more session. It sees its own ones without any right.
 * @throws LoginForbidden
 */
export async function requireRoom(
  conversation: Conversation,
  action: string,
  signal: AbortSignal,
): Promise<void> {
  const sql =
    "SELECT @@SESSION.max_user_connections, (SELECT count(*) FROM information_schema.PROCESSLIST WHERE USER = substring_index(CURRENT_USER(), '@', 1))";
  const [[limit, sessions] = []] = await conversation.run(sql, action, signal);
  if (Number(limit) === 0 || Number(sessions) < Number(limit)) return;
  throw new LoginForbidden(
    conversation.address,
    conversation.login.username,
    "error 1226",
    "MAX_USER_CONNECTIONS has no room for one more session, which the switch needs to prove the new password",
    true,
  );
}

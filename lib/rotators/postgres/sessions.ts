import type { Notice } from "../login/notice.ts";
import { LoginForbidden } from "../login/server-errors.ts";
import { passwordExpires, validUntil } from "./expiry.ts";
import { loginNameDiffers } from "./pooled.ts";
import type { Run } from "./roles.ts";
import { quoteText, safePath } from "./statements.ts";

const sessionsQuery = `
  SELECT count(*)::int AS sessions FROM pg_stat_activity
  WHERE usename = $1 AND pid <> pg_backend_pid()`;

export async function sessionsOf(run: Run, username: string, signal: AbortSignal): Promise<number> {
  const action = `see the sessions of ${username}`;
  await run(safePath, action, signal);
  const result = await run(sessionsQuery, action, signal, [username]);
  return result?.rows[0]?.sessions ?? 0;
}

/** No row: there is no such user. Whether its CONNECTION LIMIT is used up, by this session too if it is the user's. */
const roomQuery = (username: string) => `${safePath};
  SELECT r.rolconnlimit >= 0 AND NOT r.rolsuper AND r.rolconnlimit <= (
    SELECT count(*) FROM pg_stat_activity a
    WHERE a.usesysid = r.oid AND a.backend_type = 'client backend') AS full,
    ${validUntil("r")} AS "validUntil"
  FROM pg_roles r WHERE r.rolname = ${quoteText(username)}`;

/**
 * That the user has room for one more session.
 * @param at the server's address
 * @throws LoginForbidden, LoginNameDiffers
 */
export async function requireRoom(
  run: Run,
  at: string,
  username: string,
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  const action = `count the sessions of user ${username}`;
  const result = await run(roomQuery(username), action, signal);
  const isMissing = result?.rows.length === 0;
  const differs = isMissing && (await loginNameDiffers(run, at, username, signal));
  if (differs) throw differs;
  const { full, validUntil: until } = result?.rows[0] ?? {};
  const kept = "A rotation in place keeps the date: only an administrator may move it.";
  if (full !== true) return until ? [passwordExpires(username, until, kept)] : [];
  throw new LoginForbidden(
    at,
    username,
    "53300",
    "its CONNECTION LIMIT has no room for one more session, which the switch needs to prove the new password",
    true,
  );
}

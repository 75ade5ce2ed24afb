import { address, type Login } from "../login/login.ts";
import type { Pair } from "../login/pair.ts";
import { standInIncomplete } from "./errors.ts";
import type { Run } from "./roles.ts";

/**
 * As whom the session acts, as whom the pair does, and which roles the owner can use and the session's user cannot.
 */
const actingQuery = `
  SELECT current_user AS user, session_user AS session,
    coalesce((SELECT pg_catalog.substr(entry, 6)
              FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) entry
              WHERE s.setdatabase = 0 AND pg_catalog.pg_get_userbyid(s.setrole) = $1
                AND entry LIKE 'role=%' AND entry <> 'role=none'), $1) AS expected,
    ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles o, pg_catalog.pg_roles r
          WHERE o.rolname = $1 AND pg_catalog.pg_has_role(o.oid, r.oid, 'USAGE')
            AND NOT pg_catalog.pg_has_role(session_user, r.oid, 'USAGE')) AS lacks`;

/**
 * What a session creates belongs to the role as which it acts.
 * @param run in a session of either user
 * @throws StandInIncomplete
 */
export async function requireActsAs(
  run: Run,
  { pair, login }: { readonly pair: Pair; readonly login: Login },
  signal: AbortSignal,
): Promise<void> {
  const result = await run(actingQuery, `act as ${pair.owner}`, signal, [pair.owner]);
  const { user, session, expected, lacks } = result?.rows[0] ?? {};
  const incomplete = (problem: string) =>
    standInIncomplete(address(login), login.username, expected ?? pair.owner, problem);
  if (user !== expected) throw incomplete(`it acts as ${user}`);
  // Users of a shared role have the rights of that role, and no others.
  if (user === pair.owner && lacks.length > 0)
    throw incomplete(`it lacks the rights of ${lacks.join(", ")}`);
  if (user === session) return;
  // As a pooler does between two clients.
  await run("DISCARD ALL", "reset the session", signal);
  const after = await run("SELECT current_user AS user", `act as ${pair.owner}`, signal);
  if (after?.rows[0]?.user !== user)
    throw incomplete(`after DISCARD ALL it acts as ${after?.rows[0]?.user}`);
}

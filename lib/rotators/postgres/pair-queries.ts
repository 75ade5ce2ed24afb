export const sessionsQuery = `
  SELECT count(*)::int AS sessions FROM pg_stat_activity
  WHERE usename = $1 AND pid <> pg_backend_pid()`;

export const endQuery = `
  SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))::int AS ended
  FROM pg_stat_activity WHERE usename = $1`;

/** As whom the session acts, and which roles the owner can use and the session's user cannot. */
export const actingQuery = `
  SELECT current_user AS user,
    ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles o, pg_catalog.pg_roles r
          WHERE o.rolname = $1 AND pg_catalog.pg_has_role(o.oid, r.oid, 'USAGE')
            AND NOT pg_catalog.pg_has_role(session_user, r.oid, 'USAGE')) AS lacks`;

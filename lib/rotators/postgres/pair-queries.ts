export const sessionsQuery = `
  SELECT count(*)::int AS sessions FROM pg_stat_activity
  WHERE usename = $1 AND pid <> pg_backend_pid()`;

export const endQuery = `
  SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))::int AS ended
  FROM pg_stat_activity WHERE usename = $1`;

/** As whom the session acts, which roles the owner can use and the session's user cannot, and where it may create. */
export const actingQuery = `
  SELECT current_user AS user,
    ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles o, pg_catalog.pg_roles r
          WHERE o.rolname = $1 AND pg_catalog.pg_has_role(o.oid, r.oid, 'USAGE')
            AND NOT pg_catalog.pg_has_role(session_user, r.oid, 'USAGE')) AS lacks,
    (SELECT n.nspname::text FROM pg_catalog.pg_namespace n
     WHERE n.nspname !~ '^pg_' AND pg_catalog.has_schema_privilege(n.oid, 'CREATE')
     ORDER BY n.nspname LIMIT 1) AS schema`;

export const ownerQuery = `
  SELECT pg_catalog.pg_get_userbyid(relowner)::text AS owner
  FROM pg_catalog.pg_class WHERE oid = $1::pg_catalog.regclass`;

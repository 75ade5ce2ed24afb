export const sessionsQuery = `
  SELECT count(*)::int AS sessions FROM pg_stat_activity
  WHERE usename = $1 AND pid <> pg_backend_pid()`;

export const endQuery = `
  SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))::int AS ended
  FROM pg_stat_activity WHERE usename = $1`;

import type { Pair } from "../login/pair.ts";
import { NotCarried } from "../login/pair-errors.ts";
import type { Run } from "./roles.ts";
import { quoteName, quoteText } from "./statements.ts";

/**
 * An enabled subscription of the owner's, and whether there are jobs to look at. A relation of the application's own
 * may have the name of pg_cron's table, but hardly its columns.
 */
const insideQuery = `
  SELECT (SELECT s.subname::text FROM pg_catalog.pg_subscription s
          JOIN pg_catalog.pg_roles r ON r.oid = s.subowner
          WHERE r.rolname = $1 AND s.subenabled LIMIT 1) AS subscription,
    EXISTS (SELECT FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'cron' AND c.relname = 'job' AND c.relkind = 'r'
              AND 4 = (SELECT count(*) FROM pg_catalog.pg_attribute a
                       WHERE a.attrelid = c.oid AND NOT a.attisdropped
                         AND (a.attname, pg_catalog.format_type(a.atttypid, NULL)) IN (
                           ('schedule', 'text'), ('command', 'text'), ('username', 'text'),
                           ('active', 'boolean')))
              AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
              AND pg_catalog.has_table_privilege(c.oid, 'SELECT')) AS cron`;

/** A row policy of pg_cron shows a user its own jobs only. */
const jobsQuery = `
  SELECT count(*)::int AS jobs FROM cron.job
  WHERE active AND username = $1`;

/**
 * Background workers log in as a user, without a password, and fail once it may not log in: from the owner's
 * retirement until its next turn.
 * @param run in a session that acts as the owner
 * @throws NotCarried
 */
export async function requireNothingInside(
  run: Run,
  { pair, at }: { readonly pair: Pair; readonly at: string },
  signal: AbortSignal,
): Promise<void> {
  const select = async (sql: string) =>
    (await run(sql, `look for jobs of ${pair.owner}`, signal, [pair.owner]))?.rows[0];
  const refuse = (what: string, cure: string) =>
    new NotCarried(
      at,
      pair.clone,
      pair.owner,
      what,
      `The server itself logs in as ${pair.owner} for it, and could not while the application uses ${pair.clone}. ${cure}`,
    );
  const { subscription, cron } = (await select(insideQuery)) ?? {};
  if (subscription)
    throw refuse(
      `the subscription ${subscription}`,
      `Run as a superuser in its database: ALTER SUBSCRIPTION ${quoteName(subscription)} OWNER TO CURRENT_USER;`,
    );
  const jobs = cron ? (await select(jobsQuery))?.jobs : 0;
  if (jobs > 0) throw refuse(`the jobs in pg_cron (${jobs})`, cronCure(pair));
}

/** A role that no secret holds runs them, and acts as the owner. */
function cronCure({ owner }: Pair): string {
  const role = `${owner}_jobs`;
  const statements = [
    `CREATE ROLE ${quoteName(role)} LOGIN;`,
    `GRANT ${quoteName(owner)} TO ${quoteName(role)};`,
    `ALTER ROLE ${quoteName(role)} SET role TO ${quoteName(owner)};`,
    `UPDATE cron.job SET username = ${quoteText(role)} WHERE username = ${quoteText(owner)};`,
  ];
  return `Let another role run the jobs. Run as a superuser: ${statements.join(" ")}`;
}

import type { AccountName, Definition, Method, Run } from "../mysql-protocol/dialect.ts";
import { accountName, quoteText } from "../mysql-protocol/quoting.ts";

/** A way in beside the primary password: one that was retained, or further factors. */
const besides = { retained: "additional_password", factors: "multi_factor_authentication" };

const attribute = (path: string) => `JSON_EXTRACT(User_attributes, '$.Password_locking.${path}')`;
const hasAttribute = (name: string) => `JSON_CONTAINS_PATH(User_attributes, 'one', '$.${name}')`;
const text = (column: string) => `CONVERT(${column} USING utf8mb4)`;

/** SHOW CREATE USER leaves quotes inside a salt or a comment as they are (9.7), so the table is read. */
const columns = {
  plugin: "plugin",
  stored: "HEX(authentication_string)",
  retained: hasAttribute(besides.retained),
  factors: hasAttribute(besides.factors),
  locked: "account_locked",
  expired: "password_expired",
  lifetime: "password_lifetime",
  defaultLifetime: "@@GLOBAL.default_password_lifetime",
  tls: "ssl_type",
  subject: text("x509_subject"),
  issuer: text("x509_issuer"),
  cipher: text("ssl_cipher"),
  queries: "max_questions",
  updates: "max_updates",
  connections: "max_connections",
  atOnce: "max_user_connections",
  history: "Password_reuse_history",
  reuse: "Password_reuse_time",
  current: "Password_require_current",
  attempts: attribute("failed_login_attempts"),
  lockDays: attribute("password_lock_time_days"),
} as const;

type Read = Readonly<Partial<Record<keyof typeof columns, string>>>;

/** @param run of a session that may read the schema `mysql` */
export async function readDefinition(
  { username, host }: AccountName,
  run: Run,
): Promise<Definition> {
  const of = `WHERE User = ${quoteText(username)} AND Host = ${quoteText(host)}`;
  const [row = []] = await run(`SELECT ${Object.values(columns).join(", ")} FROM mysql.user ${of}`);
  const read: Read = Object.fromEntries(
    Object.keys(columns).map((name, index) => [name, row[index] ?? undefined]),
  );
  const roles = await run(
    `SELECT DEFAULT_ROLE_USER, DEFAULT_ROLE_HOST FROM mysql.default_roles ${of} ORDER BY 1, 2`,
  );
  return {
    methods: methodsOf(read),
    conditions: conditionsOf(read),
    isLocked: read.locked === "Y",
    expires: expiryOf(read),
    defaultRole:
      roles.map(([role, at]) => accountName(role ?? "", at ?? "")).join(", ") || undefined,
    ...(Number(read.attempts ?? 0) > 0 && { failedLogins: failedLoginsOf(read) }),
  };
}

function methodsOf({ plugin = "", stored = "", retained, factors }: Read): readonly Method[] {
  return [
    { plugin, stored },
    ...(retained === "1" ? [{ plugin, stored: besides.retained }] : []),
    ...(factors === "1" ? [{ plugin: besides.factors, stored: "" }] : []),
  ];
}

/** When the account does not say, the server does. */
function expiryOf({ expired, lifetime, defaultLifetime }: Read): string | undefined {
  if (expired === "Y") return "now";
  if (lifetime !== undefined) return lifetime === "0" ? undefined : `INTERVAL ${lifetime} DAY`;
  const days = Number(defaultLifetime);
  return days > 0 ? `default_password_lifetime, ${days} days` : undefined;
}

function conditionsOf(read: Read): string {
  const or = (value: string | undefined, unit = "") =>
    value === undefined ? "DEFAULT" : `${value}${unit}`;
  const { queries = "0", updates = "0", connections = "0", atOnce = "0" } = read;
  const current = read.current === undefined ? " DEFAULT" : read.current === "N" ? " OPTIONAL" : "";
  return [
    `REQUIRE ${tlsOf(read)}`,
    `WITH MAX_QUERIES_PER_HOUR ${queries} MAX_UPDATES_PER_HOUR ${updates}`,
    `MAX_CONNECTIONS_PER_HOUR ${connections} MAX_USER_CONNECTIONS ${atOnce}`,
    `PASSWORD HISTORY ${or(read.history)} PASSWORD REUSE INTERVAL ${or(read.reuse, " DAY")}`,
    `PASSWORD REQUIRE CURRENT${current}`,
    failedLoginsOf(read),
  ].join(" ");
}

function tlsOf({ tls, subject, issuer, cipher }: Read): string {
  if (tls === "ANY") return "SSL";
  if (tls === "X509") return "X509";
  const parts = Object.entries({ SUBJECT: subject, ISSUER: issuer, CIPHER: cipher });
  const said = parts.flatMap(([name, value]) => (value ? [`${name} ${quoteText(value)}`] : []));
  return said.join(" AND ") || "NONE";
}

function failedLoginsOf({ attempts = "0", lockDays = "0" }: Read): string {
  const days = lockDays === "-1" ? "UNBOUNDED" : lockDays;
  return `FAILED_LOGIN_ATTEMPTS ${attempts} PASSWORD_LOCK_TIME ${days}`;
}

import pg from "pg";

/** Whether the server lets this user in with this password; verified TLS, and the server's own answer. */
export async function logsIn(
  server: { readonly ca: string },
  login: {
    readonly host: string;
    readonly port: string | number;
    readonly database: string;
    readonly username: string;
    readonly password: string;
  },
): Promise<boolean> {
  const { host, port, database, username: user, password } = login;
  const client = new pg.Client({
    host,
    port: Number(port),
    database,
    user,
    password,
    ssl: { ca: server.ca },
    connectionTimeoutMillis: 5000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && ["28P01", "28000"].includes(error.code ?? ""))
      return false;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The login inside a connection URL. */
export function loginInUrl(url: string) {
  const { hostname, port, pathname, username, password } = new URL(url);
  const [database = "", user = "", secret = ""] = [pathname.slice(1), username, password].map(
    decodeURIComponent,
  );
  return { host: hostname, port: Number(port), database, username: user, password: secret };
}

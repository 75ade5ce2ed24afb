/** A login, as an application has it. */
export interface Login {
  readonly host: string;
  readonly port: string | number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

/** The login inside a connection URL. */
export function loginInUrl(url: string): Login {
  const { hostname, port, pathname, username, password } = new URL(url);
  const [database = "", user = "", secret = ""] = [pathname.slice(1), username, password].map(
    decodeURIComponent,
  );
  return { host: hostname, port: Number(port), database, username: user, password: secret };
}

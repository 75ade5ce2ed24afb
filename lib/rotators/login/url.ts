import { Secret } from "../../secret/secret.ts";

/** The parts of a connection URL that a rotation reads or replaces; the rest is kept as it is. */
export interface ConnectionUrl {
  /** Percent-decoded; absent when the URL names no user. */
  readonly username?: string;
  /** Percent-decoded; absent when the URL holds none. */
  readonly password?: Secret<string>;
  /** Everything between the user information and the path, e.g. `db.internal:5432` or `[::1]:5432`. */
  readonly hosts: string;
  /** Percent-decoded; absent when the path is empty. */
  readonly database?: string;
}

/** What an application connects with, in one field: a URL, or a connection string of another form. */
export interface ConnectionText extends Omit<ConnectionUrl, "hosts"> {
  /** Every list of hosts that it may lead to, e.g. `a:5432,[::1]:5433`; the last is the likeliest. */
  readonly places: readonly string[];
  /** It names the user or the password twice: nobody can tell which counts. */
  readonly isAmbiguous: boolean;
  /**
   * The same text with another user and password, of which it gets what it has: a password is put nowhere where there
   * was none. All else stays byte for byte.
   */
  with(username: string, password: string): string;
}

interface Parts {
  scheme: string;
  username: string;
  password: string | undefined;
  hosts: string;
  rest: string;
}

/**
 * Not the WHATWG parser: it would normalise what must stay byte for byte, and it refuses several
 * hosts. User information ends at the last `@` of the authority, so a password with an
 * unencoded `@` is still replaced as a whole.
 */
function split(url: string): Parts | undefined {
  const match = /^((?:[a-z][a-z0-9+.-]*:)+\/\/)([^/?#]*)(.*)/is.exec(url);
  if (!match) return undefined;
  // Stryker disable next-line StringLiteral: the expression has all of them
  const [, scheme = "", authority = "", rest = ""] = match;
  const at = authority.lastIndexOf("@");
  const userinfo = authority.slice(0, Math.max(at, 0));
  const colon = userinfo.indexOf(":");
  const username = colon < 0 ? userinfo : userinfo.slice(0, colon);
  const password = colon < 0 ? undefined : userinfo.slice(colon + 1);
  return { scheme, username, password, hosts: authority.slice(at + 1), rest };
}

/** RFC 3986 unreserved characters stay, all others are encoded: `!'()*` too, which shells and JDBC trip over. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `undefined` when the text is no `scheme://authority…` URL; `jdbc:` and the like may stand before it. */
export function parseConnectionUrl(url: string): ConnectionUrl | undefined {
  const parts = split(url);
  if (!parts) return undefined;
  const { username, password, hosts, rest } = parts;
  const database = decode(/^\/([^?#\s]*)/.exec(rest)?.[1] ?? "");
  return {
    ...(username && { username: decode(username) }),
    ...(password && { password: new Secret(decode(password)) }),
    hosts,
    ...(database && { database }),
  };
}

/**
 * The same URL with another user and password, of which it gets what it has: a password is put nowhere where
 * there was none. Scheme, hosts, path, query and fragment stay byte for byte, and so does the user when it is
 * the same one. `undefined` when the text is no URL.
 */
export function withUserinfo(url: string, username: string, password: string): string | undefined {
  const parts = split(url);
  if (!parts) return undefined;
  const { scheme, hosts, rest } = parts;
  if (!parts.username && !parts.password) return url;
  const isSame = !parts.username || decode(parts.username) === username;
  const user = isSame ? parts.username : encode(username);
  const secret = parts.password === undefined ? "" : `:${parts.password && encode(password)}`;
  return `${scheme}${user}${secret}@${hosts}${rest}`;
}

/**
 * Whether the authority of a URL seems to end inside its password, which holds a `/`, `?` or `#` that is not encoded: an `@`
 * follows where none belongs. In a query one may, unless what stands ahead of it cannot be a host and a port.
 */
export function endsInPassword(url: string): boolean {
  const { hosts = "", rest = "" } = split(url) ?? {};
  if (/^\/[^?#]*@|#.*@/s.test(rest)) return true;
  return /^\?.*@/s.test(rest) && /^[^[]*:(?!\d*(,|$))/.test(hosts);
}

/** With brackets around an IPv6 address, as in a URL. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

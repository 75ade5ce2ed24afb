import { Secret } from "../../secret/secret.ts";
import type { Key } from "./places.ts";
import { type ConnectionUrl, decode, encode } from "./url.ts";

const roles = new Map<string, Key>([
  ["user", "username"],
  ["username", "username"],
  ["password", "password"],
  ["passwd", "password"],
  ["pwd", "password"],
  ["host", "host"],
  ["pghost", "host"],
  ["hostaddr", "address"],
  ["port", "port"],
  ["pgport", "port"],
  ["service", "service"],
]);

interface LoginInQuery {
  readonly login: Pick<ConnectionUrl, "username" | "password">;
  readonly isAmbiguous: boolean;
  /** The values of a key that are not empty. */
  all(key: Key): readonly string[];
  with(username: string, password: string): string;
}

/** The login in a URL's query, as JDBC and libpq take it: `?user=app&password=…`. */
export function loginInQuery(url: string): LoginInQuery {
  const found = [...url.matchAll(/(?<=[?&])([^=?&#]+)=([^&#\r\n]*)/g)].flatMap(
    // Stryker disable next-line StringLiteral: the expression has both
    ({ 1: key = "", 2: written = "", index }) => {
      const role = roles.get(decode(key).toLowerCase());
      const start = index + key.length + 1;
      // Stryker disable next-line ArrayDeclaration: it would have no role
      if (!role || !isInQuery(url, index, role)) return [];
      return [{ role, written, start, value: decoded(url, written) }];
    },
  );
  const count = (role: Key) => found.filter((part) => part.role === role).length;
  const all = (role: Key) =>
    found.flatMap((part) => (part.role === role && part.value !== "" ? [part.value] : []));
  const [username, password] = [all("username")[0], all("password")[0]];
  return {
    login: {
      ...(username && { username }),
      ...(password && { password: new Secret(password) }),
    },
    isAmbiguous: count("username") > 1 || count("password") > 1,
    all,
    with(username: string, password: string): string {
      const next: Partial<Record<Key, string>> = { username, password };
      return found.toReversed().reduce((changed, { role, value, written, start }) => {
        const wanted = next[role];
        if (wanted === undefined || value === "" || wanted === value) return changed;
        const end = start + written.length;
        return changed.slice(0, start) + encode(wanted) + changed.slice(end);
      }, url);
    },
  };
}

/** Behind the first question mark, ahead of the fragment. libpq knows no fragments, so hosts count behind it too. */
function isInQuery(url: string, index: number, role: Key): boolean {
  const before = url.slice(0, index);
  const isLogin = role === "username" || role === "password";
  return before.includes("?") && !(isLogin && before.includes("#"));
}

/** Java's drivers read a plus sign as a space. */
const decoded = (url: string, written: string) =>
  decode(/^jdbc:/i.test(url) ? written.replaceAll("+", " ") : written);

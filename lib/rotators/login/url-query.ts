import { Secret } from "../../secret/secret.ts";
import { type ConnectionUrl, decode, encode } from "./url.ts";

const roles: Readonly<Record<string, "username" | "password">> = {
  user: "username",
  username: "username",
  password: "password",
  passwd: "password",
  pwd: "password",
};

interface LoginInQuery {
  readonly login: Pick<ConnectionUrl, "username" | "password">;
  readonly isAmbiguous: boolean;
  with(username: string, password: string): string;
}

/** The login in a URL's query, as JDBC and libpq take it: `?user=app&password=…`. */
export function loginInQuery(url: string): LoginInQuery {
  const found = [...url.matchAll(/(?<=[?&])(\w+)=([^&#]*)/g)].flatMap(
    ({ 1: key = "", 2: written = "", index }) => {
      const role = isInQuery(url, index) ? roles[key.toLowerCase()] : undefined;
      const start = index + key.length + 1;
      return role ? [{ role, written, start, value: decoded(url, written) }] : [];
    },
  );
  const all = (role: "username" | "password") => found.filter((part) => part.role === role);
  const [username, password] = [all("username")[0]?.value, all("password")[0]?.value];
  return {
    login: {
      ...(username && { username }),
      ...(password && { password: new Secret(password) }),
    },
    isAmbiguous: all("username").length > 1 || all("password").length > 1,
    with(username: string, password: string): string {
      const next = { username, password };
      return found.toReversed().reduce((changed, { role, value, written, start }) => {
        if (next[role] === value) return changed;
        const end = start + written.length;
        return changed.slice(0, start) + encode(next[role]) + changed.slice(end);
      }, url);
    },
  };
}

/** Behind the first question mark, ahead of the fragment. */
function isInQuery(url: string, index: number): boolean {
  const before = url.slice(0, index);
  return before.includes("?") && !before.includes("#");
}

/** Java's drivers read a plus sign as a space. */
const decoded = (url: string, written: string) =>
  decode(/^jdbc:/i.test(url) ? written.replaceAll("+", " ") : written);

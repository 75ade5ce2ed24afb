import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  endsInPassword,
  parseConnectionUrl,
  withUserinfo,
} from "../../../../lib/rotators/login/url.ts";

const runs = { numRuns: 1000 };

/** Every printable ASCII character, and whatever else a person may have chosen. */
const password = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.isWellFormed()),
);
const username = fc.string({ minLength: 1, maxLength: 20 });

const scheme = fc.constantFrom(
  "postgres",
  "postgresql",
  "postgresql+asyncpg",
  "postgresql+psycopg2",
  "redis",
  "rediss",
  "mysql+pymysql",
  "mongodb",
  "mongodb+srv",
  "PostgreSQL",
);
const hosts = fc.constantFrom(
  "db.internal",
  "db.internal:5432",
  "DB.Internal:05432",
  "10.0.0.1:6379",
  "[::1]:5432",
  "[fe80::1%25eth0]",
  "a.internal:27017,b.internal:27018,[::1]:27019",
  "xn--bcher-kva.example",
  "",
);
const rest = fc.constantFrom(
  "",
  "/",
  "/app",
  "/app?sslmode=verify-full&options=-c%20x%3Dy",
  "/0",
  "?replicaSet=rs0&user=other@example",
  "/app?target=postgresql://x:y@z/w#top",
  "/a%2Fb;c=d@e:f",
  "#fragment",
);
/** What stood ahead of the hosts before; an `@` or `:` may have been left unencoded. */
const userinfo = fc.constantFrom(
  "",
  "old@",
  "old:pw@",
  "old:@",
  ":pw@",
  "@",
  "old:p@:w@",
  "o%zz:%@",
);

/** Whether a user information names a user, and holds a password. */
const holds = (userinfo: string) => {
  const [user = "", ...password] = userinfo.slice(0, -1).split(":");
  return { user: user !== "", password: password.join(":") !== "" };
};

describe("a connection URL with another user and password", () => {
  it("gets what it had, and keeps scheme, hosts, path, query and fragment byte for byte", () => {
    fc.assert(
      fc.property(
        scheme,
        userinfo,
        hosts,
        rest,
        username,
        password,
        (scheme, userinfo, hosts, rest, username, password) => {
          const url = `${scheme}://${userinfo}${hosts}${rest}`;
          const next = String(withUserinfo(url, username, password));
          const had = holds(userinfo);
          if (!had.user && !/^:.+@$/.test(userinfo)) {
            expect(next).toBe(url);
            return;
          }
          const user = had.user ? "[\\w.~%-]+" : "";
          const secret = had.password ? ":[\\w.~%-]+" : userinfo.includes(":") ? ":" : "";
          const from = `${scheme}://`.length;
          const at = next.indexOf("@");
          expect(next.slice(from, at)).toMatch(new RegExp(`^${user}${secret}$`));
          expect(next.slice(0, from)).toBe(`${scheme}://`);
          expect(next.slice(at + 1)).toBe(hosts + rest);
        },
      ),
      runs,
    );
  });

  it("gives the WHATWG parser the same user and password back", () => {
    fc.assert(
      fc.property(
        scheme,
        hosts,
        rest,
        username,
        password,
        (scheme, hosts, rest, username, password) => {
          const next = withUserinfo(`${scheme}://o:p@:w@${hosts}${rest}`, username, password);
          // It takes neither several hosts, nor a scope, nor user information without a host.
          if (!URL.canParse(`${next}`)) {
            expect(hosts).toMatch(/,|%|^$/);
            return;
          }
          const parsed = new URL(`${next}`);
          expect(decodeURIComponent(parsed.username)).toBe(username);
          expect(decodeURIComponent(parsed.password)).toBe(password);
        },
      ),
      runs,
    );
  });

  it("is read back with the same user, password, hosts and database", () => {
    fc.assert(
      fc.property(
        scheme,
        hosts,
        rest,
        username,
        password,
        (scheme, hosts, rest, username, password) => {
          const next = withUserinfo(`${scheme}://x:y@${hosts}${rest}`, username, password);
          const read = parseConnectionUrl(`${next}`);
          expect(read).toMatchObject({ username, hosts });
          expect(read?.password?.reveal()).toBe(password);
          const database = /^\/[^?#]+/.exec(rest)?.[0].slice(1);
          expect(read?.database).toBe(database && decodeURIComponent(database));
        },
      ),
      runs,
    );
  });

  it.each([
    ["without user information", "redis://cache:6379/0", "redis://cache:6379/0"],
    ["with a password alone", "redis://:old@cache:6379/0", "redis://:new@cache:6379/0"],
    ["with a user alone", "postgresql://old@db/x", "postgresql://app@db/x"],
    ["with an empty password", "postgresql://old:@db/x", "postgresql://app:@db/x"],
    ["with an unencoded @ in the password", "mysql://app:p@ss@db/x", "mysql://app:new@db/x"],
    ["with an unencoded : in the password", "mysql://app:p:ss@db/x", "mysql://app:new@db/x"],
    [
      "with an asyncpg driver",
      "postgresql+asyncpg://a:b@db/x",
      "postgresql+asyncpg://app:new@db/x",
    ],
    ["with an IPv6 host", "postgresql://a:b@[::1]:5432/x", "postgresql://app:new@[::1]:5432/x"],
    [
      "with several hosts",
      "mongodb+srv://a:b@h1,h2:2/x?w=majority",
      "mongodb+srv://app:new@h1,h2:2/x?w=majority",
    ],
    ["with an @ in the query only", "postgresql://db/x?user=a@b", "postgresql://db/x?user=a@b"],
    ["with line breaks behind the hosts", "postgresql://a:b@db/x\n", "postgresql://app:new@db/x\n"],
  ])("%s", (_, url, expected) => {
    expect(withUserinfo(url, "app", "new")).toBe(expected);
  });

  it("leaves the same user as it was written", () => {
    expect(withUserinfo("postgresql://a%70p:old@db/x", "app", "new")).toBe(
      "postgresql://a%70p:new@db/x",
    );
  });

  it("encodes what shells, JDBC and URLs trip over", () => {
    expect(withUserinfo("postgresql://o:p@db", "a'b", "!'()*@:/?#[]% ü")).toBe(
      "postgresql://a%27b:%21%27%28%29%2A%40%3A%2F%3F%23%5B%5D%25%20%C3%BC@db",
    );
  });
});

describe("a text that is no URL", () => {
  it.each([
    "",
    "app",
    "db.internal:5432/app",
    "host=db user=app",
    "//db/app",
    "1x://db",
    "a b://c",
  ])("%j is not taken for one", (text) => {
    expect(parseConnectionUrl(text)).toBeUndefined();
    expect(withUserinfo(text, "app", "new")).toBeUndefined();
  });
});

describe("the end of the authority", () => {
  it.each([
    "postgresql://db.internal:5432/app?user=a@b",
    "postgresql://db.internal?user=a@b",
    "postgresql://h1:6432,h2:5433?user=a@b",
    "postgresql://[::1]:5432?user=a@b",
    "redis://:old@[::1]?client=a@b",
    "mysql://app:p@ss@db/x?target=a@b#top",
    "mongodb://a:b@h1,h2:2/app#top",
    "no URL/@",
  ])("is where it seems to be in %s", (url) => {
    expect(endsInPassword(url)).toBe(false);
  });

  it.each([
    "postgresql://app:o/ld@db/x",
    "postgresql://app:/@db/x",
    "redis://:o?ld@cache:6379",
    "redis://:o#ld@cache:6379",
    "redis://:1#ld@cache:6379",
    "redis://:p@ss#word@cache:6379/0",
    "jdbc:postgresql://db/x?user=app&password=o#l@d",
  ])("is inside the password in %s", (url) => {
    expect(endsInPassword(url)).toBe(true);
  });
});

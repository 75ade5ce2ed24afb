import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConnectionText } from "../../../../lib/rotators/login/connection-text.ts";

const parts = (text: string) => {
  const parsed = parseConnectionText(text);
  return (
    parsed && [parsed.places.join(" "), parsed.database, parsed.username, parsed.password?.reveal()]
  );
};
const changed = (text: string, username = "app2", password = "new") =>
  parseConnectionText(text)?.with(username, password);

const all = ["db.internal:6432", "shop", "app", "old"];

describe("a connection text", () => {
  it.each<[string, string, unknown[], string]>([
    [
      "a URL with the login in its query",
      "postgresql://db.internal:6432/shop?sslmode=require&user=app&password=old#x",
      all,
      "postgresql://db.internal:6432/shop?sslmode=require&user=app2&password=new#x",
    ],
    [
      "a URL with server and login in its query",
      "postgresql:///shop?host=db.internal&port=6432&user=app&password=old",
      all,
      "postgresql:///shop?host=db.internal&port=6432&user=app2&password=new",
    ],
    [
      "a URL with the user ahead of the host, and the password in its query",
      "postgresql://app@db.internal:6432/shop?password=old",
      all,
      "postgresql://app2@db.internal:6432/shop?password=new",
    ],
    [
      "JDBC",
      "jdbc:postgresql://db.internal:6432/shop?user=app&password=old&ssl=true",
      all,
      "jdbc:postgresql://db.internal:6432/shop?user=app2&password=new&ssl=true",
    ],
    [
      "JDBC through a wrapper, with several hosts and an encoded password",
      "jdbc:aws-wrapper:postgresql://a:1,b:2/shop?password=o%26l+d&user=app",
      ["a:1,b:2", "shop", "app", "o&l d"],
      "jdbc:aws-wrapper:postgresql://a:1,b:2/shop?password=new&user=app2",
    ],
    [
      "JDBC with the login ahead of the host",
      "jdbc:mysql://app:old@db.internal:6432/shop",
      all,
      "jdbc:mysql://app2:new@db.internal:6432/shop",
    ],
    [
      "R2DBC",
      "r2dbc:pool:postgresql://app:old@db.internal:6432/shop",
      all,
      "r2dbc:pool:postgresql://app2:new@db.internal:6432/shop",
    ],
    [
      "libpq",
      "host=db.internal port=6432 dbname=shop user=app password=old sslmode=verify-full\n",
      all,
      "host=db.internal port=6432 dbname=shop user=app2 password=new sslmode=verify-full\n",
    ],
    [
      "libpq with spaces, quotes and escapes",
      "  host = 'db.internal'  port=6432 password = 'o\\'l\\\\ d' dbname=sh\\op user='app'",
      ["db.internal:6432", "shop", "app", "o'l\\ d"],
      "  host = 'db.internal'  port=6432 password = 'new' dbname=sh\\op user='app2'",
    ],
    [
      "libpq with several hosts, and a semicolon in its password",
      "host=a,::1 port=1,2 user=app password=o;l=d dbname=shop",
      ["a:1,[::1]:2", "shop", "app", "o;l=d"],
      "host=a,::1 port=1,2 user=app2 password=new dbname=shop",
    ],
    [
      "Npgsql",
      "Host=db.internal;Port=6432;Database=shop;Username=app;Password=old;SSL Mode=Require",
      all,
      "Host=db.internal;Port=6432;Database=shop;Username=app2;Password=new;SSL Mode=Require",
    ],
    [
      "ADO.NET in other words",
      "Server = db.internal ; port=6432;Initial Catalog=shop; User ID=app; Pwd='o;l''d' ;;",
      ["db.internal:6432", "shop", "app", "o;l'd"],
      "Server = db.internal ; port=6432;Initial Catalog=shop; User ID=app2; Pwd='new' ;;",
    ],
    [
      "ADO.NET with the port beside its host, and all in small letters",
      'host=db.internal:6432;database=shop;user id=app;password="o""ld"',
      ["db.internal:6432", "shop", "app", 'o"ld'],
      'host=db.internal:6432;database=shop;user id=app2;password="new"',
    ],
    [
      "ADO.NET in small letters, with spaces",
      "host=db.internal; port=6432; user=app; password=old",
      ["db.internal:6432", undefined, "app", "old"],
      "host=db.internal; port=6432; user=app2; password=new",
    ],
    [
      "ADO.NET in words of libpq, and others",
      "host=db.internal; port=6432; dbname=x; user=app; password=old; sslmode=require",
      ["db.internal:6432", undefined, "app", "old"],
      "host=db.internal; port=6432; dbname=x; user=app2; password=new; sslmode=require",
    ],
    [
      "libpq with a password that ends in a semicolon",
      "host=db.internal port=6432 user=app password=old; dbname=shop",
      ["db.internal:6432", "shop", "app", "old;"],
      "host=db.internal port=6432 user=app2 password=new dbname=shop",
    ],
    [
      "a URL with the login in its query, and a line break at its end",
      "postgresql://db.internal:6432/shop?user=app&password=old\r\n",
      all,
      "postgresql://db.internal:6432/shop?user=app2&password=new\r\n",
    ],
    [
      "a URL with keys that every object has",
      "postgresql://app:old@db.internal:6432/shop?constructor=x&__proto__=y",
      all,
      "postgresql://app2:new@db.internal:6432/shop?constructor=x&__proto__=y",
    ],
    [
      "libpq with a key that every object has",
      "host=db.internal port=6432 dbname=shop user=app password=old constructor=x",
      all,
      "host=db.internal port=6432 dbname=shop user=app2 password=new constructor=x",
    ],
    [
      "ODBC",
      "Driver={PostgreSQL Unicode};Server=db.internal;Port=6432;Database=shop;Uid=app;Pwd={o;}}ld};",
      ["db.internal:6432", "shop", "app", "o;}ld"],
      "Driver={PostgreSQL Unicode};Server=db.internal;Port=6432;Database=shop;Uid=app2;Pwd={new};",
    ],
  ])("is %s", (_, text, expected, next) => {
    expect(parts(text)).toEqual(expected);
    expect(parseConnectionText(text)?.isAmbiguous).toBe(false);
    expect(changed(text)).toBe(next);
    const [, , username, password] = expected;
    expect(changed(text, String(username), String(password))).toBe(text);
  });

  it.each([
    ["postgresql://db/x?applicationuser=a&user_password=b", "postgresql"],
    ["postgresql://db/x#?user=a&password=b", "fragment"],
    ["host=db user=app", "no password"],
    ["Host=db;Username=app;Password=;Passfile=/x", "an empty one"],
    ["Driver={x};Server=db;Uid=app;Pwd={}", "an empty one in braces"],
    ["host=db user=app password='' passfile=/x", "an empty one in quotes"],
    ["postgresql://app@db/x?password=&passfile=/x", "an empty one in its query"],
    ["postgresql://app:@db/x", "an empty one ahead of the host"],
  ])("gets no password where it has none (%s)", (text) => {
    expect(parts(text)?.[3]).toBeUndefined();
    expect(changed(text)).not.toContain("new");
  });

  it("names no user where its fragment does", () => {
    expect(parts("postgresql://db/x?a=b#&user=app")?.[2]).toBeUndefined();
  });

  it.each(["", "app", "old password", "app:old@db", "a=b", "{}", "host", "=old;"])(
    "is not %j",
    (text) => expect(parseConnectionText(text)).toBeUndefined(),
  );

  const value = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((text) => text.isWellFormed() && !text.includes("\0"));

  it.each([
    ["libpq", "host=db user=a password=b dbname=shop", /^host=db user=.* dbname=shop$/su],
    ["libpq, quoted", "user='a' host=db password='b' dbname=shop", /^user='.*' dbname=shop$/su],
    ["ADO.NET", "Host=db;User Id=a;Password=b;Database=shop", /^Host=db;.*;Database=shop$/su],
    [
      "ADO.NET, quoted",
      "User Id='a';Password=\"b\";Host=db;Database=shop",
      /";Host=db;Da.*=shop$/su,
    ],
    ["ODBC", "Driver=x;Uid=a;Pwd=b;Server=db;Database=shop", /^Driver=x;.*;Database=shop$/su],
    [
      "ODBC, in braces",
      "Driver={x};Uid={a};Pwd={b};Server=db;Database=shop",
      /\};Server=db;D.*shop$/su,
    ],
    ["JDBC", "jdbc:postgresql://db/shop?user=a&password=b&c=d", /^jdbc:.*\/shop\?user=\S*&c=d$/su],
  ])("of %s takes any user and password, and gives them back", (_, text, frame) => {
    fc.assert(
      fc.property(value, value, (username, password) => {
        const next = changed(text, username, password) ?? "";
        expect(next).toMatch(frame);
        expect(parts(next)).toEqual(["db", "shop", username, password]);
        expect(parts(changed(next, "a", "b") ?? "")).toEqual(["db", "shop", "a", "b"]);
      }),
      { numRuns: 1000 },
    );
  });

  it("is told in time, however long a text is that has none of the forms", () => {
    const long = ["a:", "a=", "a ", " ", "'", "a='", ";"].map((text) => text.repeat(50_000));
    const start = performance.now();
    for (const text of long) parseConnectionText(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoginSpec } from "../../../../lib/rotators/login/login.ts";
import { readLogin } from "../../../../lib/rotators/login/login-document.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { writeLogin } from "../../../../lib/rotators/login/write-login.ts";
import { postgresTraits } from "../../../../lib/rotators/postgres/traits.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { whole } from "../../../../lib/secret/field.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

const specOf = (overrides: Partial<LoginSpec>): LoginSpec => ({
  type: "postgres",
  strategy: "in-place",
  traits: strategyTraits["in-place"],
  fields: {},
  connection: {},
  urls: [],
  passwordForm: "verifier",
  password: defaultPolicy,
  ...overrides,
});
const json = (value: object) =>
  new SecretDocument("AWSCURRENT of app", new Secret(JSON.stringify(value, null, 2)));
const plain = (text: string) => new SecretDocument("AWSCURRENT of app", new Secret(text), "plain");
const read = (document: SecretDocument, spec: Partial<LoginSpec>) => {
  const { host, port, database, username, password } = readLogin(
    document,
    specOf(spec),
    postgresTraits,
  );
  return [host, port, database, username, password.reveal()];
};
const write = (document: SecretDocument, spec: Partial<LoginSpec>, username = "app") =>
  writeLogin(document, specOf(spec), { username, password: new Secret("new") }).text.reveal();

const url = "postgresql+asyncpg://app:o%40ld@db.internal:6543/shop?ssl=require";

describe("a login that stands in a URL alone", () => {
  it.each<[string, string, unknown[]]>([
    ["with every part", url, ["db.internal", 6543, "shop", "app", "o@ld"]],
    [
      "without port and path",
      "postgres://app:old@db.internal",
      ["db.internal", 5432, "postgres", "app", "old"],
    ],
    ["of an IPv6 host", "postgresql://app:old@[::1]:5433/a", ["::1", 5433, "a", "app", "old"]],
    [
      "with an encoded database",
      "postgresql://app:old@db/a%2Fb",
      ["db", 5432, "a/b", "app", "old"],
    ],
  ])("%s is read", (_, DATABASE_URL, expected) => {
    expect(read(json({ DATABASE_URL }), { urls: ["DATABASE_URL"] })).toEqual(expected);
    expect(read(plain(DATABASE_URL), { urls: [whole] })).toEqual(expected);
  });

  it("is written with its user and password, and nothing else", () => {
    const value = { DEBUG: "false", DATABASE_URL: url, port: 1 };
    expect(write(json(value), { urls: ["DATABASE_URL"] }, "app_clone")).toBe(
      JSON.stringify(
        { ...value, DATABASE_URL: url.replace("app:o%40ld", "app_clone:new") },
        null,
        2,
      ),
    );
  });

  it("is written beside the field that holds the password too", () => {
    const spec = { urls: ["DATABASE_URL"], fields: { password: "POSTGRES_PASSWORD" } };
    const value = { DATABASE_URL: url, POSTGRES_PASSWORD: "o@ld" };
    expect(read(json(value), spec)).toEqual(["db.internal", 6543, "shop", "app", "o@ld"]);
    expect(JSON.parse(write(json(value), spec))).toEqual({
      DATABASE_URL: url.replace("o%40ld", "new"),
      POSTGRES_PASSWORD: "new",
    });
  });

  it("is written into the declared field of the password, too, which was empty", () => {
    const spec = { urls: ["DATABASE_URL"], fields: { password: "POSTGRES_PASSWORD" } };
    const value = { DATABASE_URL: url, POSTGRES_PASSWORD: "" };
    expect(JSON.parse(write(json(value), spec))).toEqual({
      DATABASE_URL: url.replace("o%40ld", "new"),
      POSTGRES_PASSWORD: "new",
    });
  });

  it.each([
    ["a URL without a user", "postgresql://db/x"],
    ["a URL with a user alone", "postgresql://app@db/x"],
  ])("leaves %s without a password", (_, U) => {
    const value = { host: "db", dbname: "x", username: "app", password: "old", U };
    expect(JSON.parse(write(json(value), { urls: ["U"] }))).toEqual({ ...value, password: "new" });
  });

  it("finds the port of its host among several", () => {
    const of = { host: "h1", username: "app", password: "old" };
    for (const [hosts, port] of [
      ["h1:6432,h2:5433", 6432],
      ["h1,h2:5433", 5432],
      ["h2:5433,h1:7000", 7000],
    ] as const)
      expect(read(json({ ...of, U: `postgres://app:old@${hosts}/db` }), { urls: ["U"] })[1]).toBe(
        port,
      );
  });

  it("is not taken from another login's fields beside it", () => {
    const value = { host: "h", username: "u", password: "p", DATABASE_URL: url };
    const spec = { urls: ["DATABASE_URL"], isInUrlAlone: true };
    expect(read(json(value), spec)).toEqual(["db.internal", 6543, "shop", "app", "o@ld"]);
    expect(JSON.parse(write(json(value), spec))).toEqual({
      ...value,
      DATABASE_URL: url.replace("o%40ld", "new"),
    });
    expect(() => read(json(value), { urls: ["DATABASE_URL"] })).toThrow(
      expect.objectContaining({ code: "URL_MISMATCH" }),
    );
  });

  it.each(["o/ld", "o?ld", "o#ld", "1#ld", "o#l@d"])(
    "is refused with the password %s",
    (password) => {
      for (const user of ["app", ""])
        expect(() =>
          read(json({ U: `postgres://${user}:${password}@db.internal/x` }), { urls: ["U"] }),
        ).toThrow(
          expect.objectContaining({
            code: "FIELD_INVALID",
            message: expect.stringContaining("`?` is %3F"),
          }),
        );
    },
  );

  it("gives way to what the manifest states", () => {
    const several = "postgresql://app:old@a:1,b:2/shop";
    const spec = { urls: ["DATABASE_URL"], connection: { host: "b", port: 2 } };
    expect(read(json({ DATABASE_URL: several }), spec)).toEqual(["b", 2, "shop", "app", "old"]);
    expect(JSON.parse(write(json({ DATABASE_URL: several }), spec))).toEqual({
      DATABASE_URL: "postgresql://app:new@a:1,b:2/shop",
    });
  });

  it.each([
    ["several hosts", "postgresql://app:old@a:1,b:2/x", "FIELD_INVALID", "connection.host"],
    ["no user", "postgresql://:old@db/x", "FIELD_MISSING", "no username"],
    ["no password", "postgresql://app@db/x", "FIELD_MISSING", "no password"],
    ["no host", "postgresql://app:old@/x", "FIELD_MISSING", "no host"],
    ["brackets amid the host", "postgresql://app:old@a[b]/x", "FIELD_INVALID", "a host name"],
    ["text behind brackets", "postgresql://app:old@[::1]x/x", "FIELD_INVALID", "a host name"],
    ["no URL in it", "app:old@db", "FIELD_INVALID", "a URL (scheme"],
    ["a port beyond all ports", "postgresql://app:old@db:65536/x", "FIELD_INVALID", "a port"],
  ])("is refused with %s, naming no value", (_, DATABASE_URL, code, said) => {
    let thrown: Error | undefined;
    try {
      read(json({ DATABASE_URL }), { urls: ["DATABASE_URL"] });
    } catch (error) {
      thrown = error as Error;
    }
    expect(thrown).toMatchObject({ code, message: expect.stringContaining(said) });
    expect(thrown?.message).not.toContain("old");
  });
});

describe("nested fields", () => {
  const value = {
    databases: [{ "a/b~c": { user: "app", pass: "old" } }],
    host: "db.internal",
  };
  const fields = {
    username: "/databases/0/a~1b~0c/user",
    password: "/databases/0/a~1b~0c/pass",
  };

  it("are read and written where a JSON Pointer leads", () => {
    expect(read(json(value), { fields })).toEqual(["db.internal", 5432, "postgres", "app", "old"]);
    expect(write(json(value), { fields }, "other")).toBe(
      JSON.stringify(value, null, 2).replace('"app"', '"other"').replace('"old"', '"new"'),
    );
  });

  it.each([
    ["/databases/1/a~1b~0c/pass"],
    ["/databases/0/none/pass"],
    ["/host/pass"],
    ["/databases/x"],
  ])("that are not there are missing (%s)", (password) => {
    expect(() => read(json(value), { fields: { ...fields, password } })).toThrow(
      expect.objectContaining({ code: "FIELD_MISSING" }),
    );
  });
});

describe("plain text", () => {
  const connection = { host: "db", database: "shop", username: "app" };
  const spec = { fields: { password: whole }, connection };

  it.each(["old", "old\n", "old\r\n"])("%j is the password, up to its line break", (text) => {
    expect(read(plain(text), spec)).toEqual(["db", 5432, "shop", "app", "old"]);
    expect(write(plain(text), spec)).toBe(text.replace("old", "new"));
  });

  it("may be a number or a JSON text, and stays text", () => {
    for (const text of ["42", '"quoted"', "[1]", "true", "{not json"])
      expect(read(plain(text), spec)[4]).toBe(text);
  });

  it("that is an object with fields is refused", () => {
    expect(() => plain('{"password":"old"}')).toThrow(
      expect.objectContaining({ code: "SECRET_NOT_PLAIN" }),
    );
  });

  it("that is empty is refused", () => {
    expect(() => read(plain("\n"), spec)).toThrow(
      expect.objectContaining({
        code: "FIELD_INVALID",
        message: expect.stringContaining("the value"),
      }),
    );
  });
});

it("whatever stands in the URL, only user and password of it change", () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" }).filter((t) => t.isWellFormed());
  const scheme = fc.constantFrom("postgresql", "postgresql+asyncpg", "postgres");
  const host = fc.constantFrom("db.internal", "[::1]", "10.0.0.1");
  const rest = fc.constantFrom("", "/", "/shop", "/shop?a=b&c=d:e@f", "#x");
  const name = fc.string({ minLength: 1, maxLength: 30 }).filter((t) => !t.includes("\0"));
  fc.assert(
    fc.property(scheme, host, rest, name, text, name, text, (...of) => {
      const [s, h, r, user, old, nextUser, next] = of;
      const of_ = (u: string, p: string) => `${s}://${strictly(u)}:${strictly(p)}@${h}${r}`;
      const document = json({ first: "1.0", DATABASE_URL: of_(user, old), last: user });
      const spec = specOf({ urls: ["DATABASE_URL"] });
      const login = readLogin(document, spec, postgresTraits);
      expect([login.username, login.password.reveal()]).toEqual([user, old]);
      const written = writeLogin(document, spec, {
        username: nextUser,
        password: new Secret(next),
      });
      const read = readLogin(written, spec, postgresTraits);
      expect([read.host, read.port, read.database]).toEqual([
        login.host,
        login.port,
        login.database,
      ]);
      expect([read.username, read.password.reveal()]).toEqual([nextUser, next]);
      const back = writeLogin(written, spec, login).text.reveal();
      expect(back).toBe(document.text.reveal());
    }),
    { numRuns: 1000 },
  );
});

/** As the code under test writes it, so that the way back is byte for byte. */
const strictly = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

describe("a pooler's URL, whose login name is role.tenant", () => {
  const direct = { host: "db.internal", username: "app", password: "old" };
  const pooled = "postgresql://app.tenant:old@pooler.internal:6543/postgres";
  const spec = { urls: ["POOLER_URL"], otherHosts: ["pooler.internal:6543"] };

  it("belongs to the login of the role, and keeps its tenant", () => {
    const document = json({ ...direct, POOLER_URL: pooled });
    expect(read(document, spec)).toEqual(["db.internal", 5432, "postgres", "app", "old"]);
    expect(JSON.parse(write(document, spec, "app_clone"))).toEqual({
      host: "db.internal",
      username: "app_clone",
      password: "new",
      POOLER_URL: "postgresql://app_clone.tenant:new@pooler.internal:6543/postgres",
    });
  });

  it.each([
    ["another role", { ...direct, POOLER_URL: pooled.replace("app.", "other.") }],
    ["a longer name", { ...direct, POOLER_URL: pooled.replace("app.", "app2.") }],
    [
      "a tenant at the server itself",
      { ...direct, host: "pooler.internal", port: 6543, POOLER_URL: pooled },
    ],
  ])("is refused with %s", (_, value) => {
    expect(() => read(json(value), spec)).toThrow(/URL_MISMATCH|another user/);
  });
});

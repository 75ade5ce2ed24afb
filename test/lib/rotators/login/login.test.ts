import { describe, expect, it } from "vitest";
import { adminLogin } from "../../../../lib/rotators/login/admin.ts";
import {
  address,
  isLogin,
  type Login,
  type LoginSpec,
  loginName,
  requireSameTarget,
} from "../../../../lib/rotators/login/login.ts";
import { readLogin } from "../../../../lib/rotators/login/login-document.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { writeLogin } from "../../../../lib/rotators/login/write-login.ts";
import { postgresTraits } from "../../../../lib/rotators/postgres/traits.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

const where = "AWSCURRENT of app";

function specOf(overrides: Partial<LoginSpec> = {}): LoginSpec {
  return {
    type: "postgres",
    strategy: "in-place",
    traits: strategyTraits["in-place"],
    fields: {},
    connection: {},
    urls: [],
    passwordForm: "verifier",
    password: defaultPolicy,
    ...overrides,
  };
}

const documentOf = (value: object) =>
  new SecretDocument(where, new Secret(JSON.stringify(value, null, 2)));
const readFrom = (value: object, spec: Partial<LoginSpec> = {}) =>
  readLogin(documentOf(value), specOf(spec), postgresTraits);
const writtenTo = (value: object, spec: Partial<LoginSpec>, next: [string, string]) => {
  const [username, password] = next;
  const login = { username, password: new Secret(password) };
  return writeLogin(documentOf(value), specOf(spec), login).text.reveal();
};
const parts = ({ host, port, database, username, password }: Login) => [
  host,
  port,
  database,
  username,
  password.reveal(),
];

const without = (field: string) =>
  Object.fromEntries(Object.entries(aws).filter(([name]) => name !== field));

const muejam = {
  connection_string: "postgresql://muejam_user:old@db.internal:5432/muejam",
  host: "db.internal",
  port: "5432",
  database: "muejam",
  username: "muejam_user",
  password: "old",
  rotated_at: "2024-01-01T00:00:00Z",
};
const withUrl = { urls: ["connection_string"] };

const aws = {
  engine: "postgres",
  host: "db.internal",
  username: "app",
  password: "old",
  dbname: "shop",
  port: 6432,
  masterarn: "arn:aws:secretsmanager:x:1:secret:m",
};

const ohMyCoins = {
  SECRET_KEY: "signing",
  POSTGRES_PASSWORD: "old",
  FIRST_SUPERUSER: "me@example.com",
  username: "somebody-else",
  host: "smtp.example.com",
  port: 587,
};
const stated = {
  fields: { password: "POSTGRES_PASSWORD" },
  connection: { host: "db.internal", database: "app", username: "app" },
};

describe("the login of a document", () => {
  it.each<[string, object, Partial<LoginSpec>, unknown[]]>([
    ["MueJam's layout", muejam, withUrl, ["db.internal", 5432, "muejam", "muejam_user", "old"]],
    ["AWS's own layout", aws, {}, ["db.internal", 6432, "shop", "app", "old"]],
    [
      "one field and a connection in the manifest",
      { ...ohMyCoins, port: "5433" },
      stated,
      ["db.internal", 5433, "app", "app", "old"],
    ],
    [
      "a port in the manifest",
      ohMyCoins,
      { ...stated, connection: { ...stated.connection, port: 6543 } },
      ["db.internal", 6543, "app", "app", "old"],
    ],
    [
      "other usual names",
      { hostname: "h", user: "u", password: "p" },
      {},
      ["h", 5432, "postgres", "u", "p"],
    ],
    [
      "declared names ahead of the usual ones",
      { ...aws, REPLICA: "replica.internal" },
      { fields: { host: "REPLICA" } },
      ["replica.internal", 6432, "shop", "app", "old"],
    ],
    [
      "a declared name ahead of a connection in the manifest",
      { ...aws, USER: "declared" },
      { fields: { username: "USER" }, connection: { username: "stated" } },
      ["db.internal", 6432, "shop", "declared", "old"],
    ],
    [
      "AWS's name ahead of another usual one",
      { ...aws, database: "not-this" },
      {},
      ["db.internal", 6432, "shop", "app", "old"],
    ],
    [
      "a password that is a number, as it is written",
      { ...aws, password: 1200 },
      {},
      ["db.internal", 6432, "shop", "app", "1200"],
    ],
    [
      "a URL without a user and without a port",
      { ...aws, port: 5432, url: "postgresql://DB.internal/shop" },
      { urls: ["url"] },
      ["db.internal", 5432, "shop", "app", "old"],
    ],
    ...["Postgres", "PostgreSQL", " postgres\n", "postgresql+psycopg2", "Aurora-PostgreSQL"].map(
      (engine): [string, object, Partial<LoginSpec>, unknown[]] => [
        `engine ${JSON.stringify(engine)}`,
        { ...aws, engine },
        {},
        ["db.internal", 6432, "shop", "app", "old"],
      ],
    ),
    ...["django.db.backends.postgresql", "pgsql", "", null].map(
      (engine): [string, object, Partial<LoginSpec>, unknown[]] => [
        `engine ${JSON.stringify(engine)}`,
        { ...aws, engine },
        {},
        ["db.internal", 6432, "shop", "app", "old"],
      ],
    ),
    [
      "another engine, where the manifest declares the type",
      { ...aws, engine: "cockroachdb" },
      { isTypeDeclared: true },
      ["db.internal", 6432, "shop", "app", "old"],
    ],
    [
      "optional fields that are null or empty",
      { ...aws, port: null, dbname: "" },
      {},
      ["db.internal", 5432, "postgres", "app", "old"],
    ],
    [
      "declared optional fields that are null or empty",
      { ...aws, PGPORT: "", PGDATABASE: null },
      { fields: { port: "PGPORT", database: "PGDATABASE" } },
      ["db.internal", 5432, "postgres", "app", "old"],
    ],
    [
      "the other usual name where the first is empty",
      { ...aws, host: "", hostname: "h", dbname: null, database: "d" },
      {},
      ["h", 6432, "d", "app", "old"],
    ],
    [
      "a URL where the fields are null or empty",
      {
        host: null,
        port: null,
        dbname: "",
        username: "",
        password: null,
        url: "postgresql://app:old@db.internal:6432/shop",
      },
      { urls: ["url"] },
      ["db.internal", 6432, "shop", "app", "old"],
    ],
    [
      "an IPv6 address",
      { ...aws, host: "2001:db8::1", url: "postgresql://app:old@[2001:DB8::1]:6432/shop" },
      { urls: ["url"] },
      ["2001:db8::1", 6432, "shop", "app", "old"],
    ],
    ...[1, 65_535].map((port): [string, object, Partial<LoginSpec>, unknown[]] => [
      `port ${port}`,
      { ...aws, port },
      {},
      ["db.internal", port, "shop", "app", "old"],
    ]),
    [
      "a document with a copy of the password",
      { ...aws, PGPASSWORD: "old" },
      { copies: ["PGPASSWORD"] },
      ["db.internal", 6432, "shop", "app", "old"],
    ],
    [
      "a URL with a declared host at any port",
      { ...aws, url: "postgresql://app:old@reader:7777/shop" },
      { urls: ["url"], otherHosts: ["reader"] },
      ["db.internal", 6432, "shop", "app", "old"],
    ],
    [
      "a URL with the second of the declared hosts",
      { ...aws, url: "postgresql://app:old@pooler:6543/shop" },
      { urls: ["url"], otherHosts: ["reader", "pooler:6543"] },
      ["db.internal", 6432, "shop", "app", "old"],
    ],
    ...(
      [
        ["with username and pwd", "db.internal/shop?username=app&pwd=old", "shop", "old"],
        ["with user and passwd", "db.internal/shop?user=app&passwd=old", "shop", "old"],
        ["with a plus sign", "db.internal/shop?user=app&password=o+ld&via=jdbc:", "shop", "o+ld"],
        [
          "behind a path that looks like it",
          "db.internal/a&user=x&b?user=app&password=old",
          "a&user=x&b",
          "old",
        ],
        ["without a path", "app:old@db.internal?options=/x", "postgres", "old"],
        ["with a stray percent sign", "app:o%zz@db.internal/shop", "shop", "o%zz"],
      ] as const
    ).map(([how, rest, database, password]): [string, object, Partial<LoginSpec>, unknown[]] => [
      `a URL alone, ${how}`,
      { url: `postgresql://${rest}` },
      { urls: ["url"] },
      ["db.internal", 5432, database, "app", password],
    ]),
  ])("is read from %s", (_, value, spec, expected) => {
    expect(parts(readFrom(value, spec))).toEqual(expected);
  });

  it("carries whom to trust and what the server stores", () => {
    const { ca, passwordForm } = readFrom(aws, { ca: "rds", passwordForm: "plaintext" });
    expect({ ca, passwordForm }).toEqual({ ca: "rds", passwordForm: "plaintext" });
  });
});

describe("a document without a usable login is refused, and says why", () => {
  const url = (text: string) => ({ ...muejam, connection_string: text });

  it.each<[string, object, Partial<LoginSpec>, string, string]>([
    ["no host", without("host"), {}, "FIELD_MISSING", 'no host (looked for "host", "hostname")'],
    [
      "no user",
      without("username"),
      {},
      "FIELD_MISSING",
      'no username (looked for "username", "user")',
    ],
    [
      "no password",
      without("password"),
      {},
      "FIELD_MISSING",
      'no password (looked for "password")',
    ],
    [
      "a declared field that is absent",
      aws,
      { fields: { password: "PGPASSWORD" } },
      "FIELD_MISSING",
      '(looked for "PGPASSWORD")',
    ],
    [
      "a declared field that is absent, although a URL has the part",
      muejam,
      { ...withUrl, fields: { host: "PGHOST" } },
      "FIELD_MISSING",
      'no host (looked for "PGHOST")',
    ],
    [
      "a declared field that is absent, although there is a default",
      aws,
      { fields: { database: "PGDATABASE" } },
      "FIELD_MISSING",
      'no database (looked for "PGDATABASE")',
    ],
    ["an empty host", { ...aws, host: "" }, {}, "FIELD_INVALID", '"host" is not filled in'],
    [
      "an empty password",
      { ...aws, password: "" },
      {},
      "FIELD_INVALID",
      '"password" is not filled',
    ],
    ["a host that is null", { ...aws, host: null }, {}, "FIELD_INVALID", '"host" is not filled in'],
    [
      "a declared host that is null",
      { ...aws, PGHOST: null },
      { fields: { host: "PGHOST" } },
      "FIELD_INVALID",
      '"PGHOST" is not filled in',
    ],
    ["a database that is a list", { ...aws, dbname: [] }, {}, "FIELD_INVALID", '"dbname" is not a'],
    [
      "a host that is a list",
      { ...aws, host: ["a"] },
      {},
      "FIELD_INVALID",
      '"host" is not a string',
    ],
    [
      "a password that is null",
      { ...aws, password: null },
      {},
      "FIELD_INVALID",
      '"password" is not',
    ],
    [
      "a port in words",
      { ...aws, port: "http" },
      {},
      "FIELD_INVALID",
      '"port" is not a port number',
    ],
    ["port 0", { ...aws, port: 0 }, {}, "FIELD_INVALID", '"port" is not a port number'],
    ["port 65536", { ...aws, port: 65_536 }, {}, "FIELD_INVALID", '"port" is not a port number'],
    ["a port with a fraction", { ...aws, port: 1.5 }, {}, "FIELD_INVALID", '"port" is not a port'],
    ["a port with a sign", { ...aws, port: "-1" }, {}, "FIELD_INVALID", '"port" is not a port'],
    [
      "a declared field's port",
      { ...aws, PGPORT: "x" },
      { fields: { port: "PGPORT" } },
      "FIELD_INVALID",
      '"PGPORT" is not a port number',
    ],
    [
      "a user name of 64 bytes",
      { ...aws, username: "ä".repeat(32) },
      {},
      "FIELD_INVALID",
      '"username" is not a user name of at most 63 bytes',
    ],
    [
      "a user name with a NUL",
      { ...aws, username: "app\0" },
      {},
      "FIELD_INVALID",
      '"username" is not a user name',
    ],
    [
      "another engine",
      { ...aws, engine: "mysql" },
      {},
      "ENGINE_MISMATCH",
      'has engine "mysql", but in rotation.yml the credential has type postgres, by default',
    ],
    ...["mongodb+srv", "jdbc:mysql", "redis"].map(
      (scheme): [string, object, Partial<LoginSpec>, string, string] => [
        `a URL of another engine: ${scheme} (F4)`,
        { url: `${scheme}://app:old@db.internal/shop` },
        { urls: ["url"] },
        "ENGINE_MISMATCH",
        `has a URL of scheme "${scheme.replace("jdbc:", "")}", but in rotation.yml the credential has type postgres, by default`,
      ],
    ),
    ...["postgresql://app:old@db", " db.internal", "db.internal/shop"].map(
      (host): [string, object, Partial<LoginSpec>, string, string] => [
        `a host that is none: ${JSON.stringify(host)}`,
        { ...without("host"), PGHOST: host },
        { fields: { host: "PGHOST" } },
        "FIELD_INVALID",
        '"PGHOST" is not a host name or address',
      ],
    ),
    [
      "a host in the manifest that is none",
      aws,
      { connection: { host: "a b" } },
      "FIELD_INVALID",
      '"host" is not a host name or address',
    ],
    [
      "a port in the manifest that is none",
      aws,
      { connection: { port: 0 } },
      "FIELD_INVALID",
      '"port" is not a port number',
    ],
    [
      "a user in the manifest whose name is too long",
      aws,
      { connection: { username: "x".repeat(64) } },
      "FIELD_INVALID",
      '"username" is not a user name of at most 63 bytes',
    ],
    [
      "a declared field's user whose name is too long",
      { ...aws, PGUSER: "x".repeat(64) },
      { fields: { username: "PGUSER" } },
      "FIELD_INVALID",
      '"PGUSER" is not a user name of at most 63 bytes',
    ],
    [
      "a copy of the password that is absent",
      aws,
      { copies: ["PGPASSWORD"] },
      "FIELD_MISSING",
      'no field "PGPASSWORD"',
    ],
    [
      "a copy of the password that holds something else",
      { ...aws, PGPASSWORD: "other" },
      { copies: ["PGPASSWORD"] },
      "FIELD_INVALID",
      '"PGPASSWORD" is not the same as the password, which rotation.yml declares it to be',
    ],
    ["no URL", aws, { urls: ["url"] }, "FIELD_MISSING", 'no URL (looked for "url")'],
    [
      "a URL with a pooler's user that leads to the server itself, too",
      url("postgresql://muejam_user.tenant:old@db.internal:5432,pooler:5432/muejam"),
      { ...withUrl, otherHosts: ["pooler"] },
      "URL_MISMATCH",
      "has another user",
    ],
    [
      "a URL with two users in its query",
      url("postgresql://db.internal:5432/muejam?user=muejam_user&password=old&username=other"),
      withUrl,
      "FIELD_INVALID",
      "names user and password once",
    ],
    ["a URL that is none", url("db.internal"), withUrl, "FIELD_INVALID", "is not a URL"],
    [
      "a URL with another host",
      url("postgresql://muejam_user:old@other:5432/muejam"),
      withUrl,
      "URL_MISMATCH",
      '"connection_string" has another host',
    ],
    [
      "a URL with several hosts, and none of them the server",
      url("postgresql://muejam_user:old@other:5432,db.internal.example:5432/muejam"),
      withUrl,
      "URL_MISMATCH",
      "has another host",
    ],
    [
      "a URL with several hosts, and the server at another port",
      url("postgresql://muejam_user:old@other:5432,db.internal:5433/muejam"),
      withUrl,
      "URL_MISMATCH",
      "has another port",
    ],
    [
      "a URL with another port",
      url("postgresql://muejam_user:old@db.internal:5433/muejam"),
      withUrl,
      "URL_MISMATCH",
      "has another port",
    ],
    [
      "a URL without a port where the port is not the usual one",
      { ...aws, url: "postgresql://app:old@db.internal/shop" },
      { urls: ["url"] },
      "URL_MISMATCH",
      "has another port",
    ],
    [
      "a URL with a declared host at another port",
      url("postgresql://muejam_user:old@reader:5433/muejam"),
      { ...withUrl, otherHosts: ["reader:5432"] },
      "URL_MISMATCH",
      "has another port",
    ],
    [
      "a URL with another user",
      url("postgresql://root:old@db.internal:5432/muejam"),
      withUrl,
      "URL_MISMATCH",
      "has another user",
    ],
    [
      "a URL with an unencoded / in its password",
      url("postgresql://muejam_user:o/ld@db.internal:5432/muejam"),
      withUrl,
      "FIELD_INVALID",
      "password is percent-encoded",
    ],
    [
      "a URL with the password in its query as well",
      url("postgresql://muejam_user:old@db.internal:5432/muejam?password=old"),
      withUrl,
      "FIELD_INVALID",
      "names user and password once",
    ],
    [
      "a URL with two passwords in its query",
      url("postgresql://db.internal:5432/muejam?password=old&user=muejam_user&password=older"),
      withUrl,
      "FIELD_INVALID",
      "names user and password once",
    ],
    [
      "a connection string with two passwords",
      url("Server=db.internal;User Id=muejam_user;Password=old;Pwd=older"),
      withUrl,
      "FIELD_INVALID",
      "names user and password once",
    ],
    [
      "a connection string with another host",
      url("host=other port=5432 user=muejam_user password=old"),
      withUrl,
      "URL_MISMATCH",
      '"connection_string" has another host',
    ],
    [
      "a connection string with another user",
      url("Server=db.internal;User Id=root;Password=old"),
      withUrl,
      "URL_MISMATCH",
      "has another user",
    ],
    [
      "a URL with another password",
      url("postgresql://muejam_user:other@db.internal:5432/muejam"),
      withUrl,
      "URL_MISMATCH",
      "has another password",
    ],
    [
      "a JDBC URL with an unencoded # in its password",
      {
        ...muejam,
        password: "o#ld",
        connection_string:
          "jdbc:postgresql://db.internal:5432/muejam?user=muejam_user&password=o#ld",
      },
      withUrl,
      "URL_MISMATCH",
      "percent-encoded",
    ],
    [
      "two URLs with different passwords",
      { a: "postgresql://app:old@db/x", b: "postgresql://app:older@db/x" },
      { urls: ["a", "b"] },
      "URL_MISMATCH",
      '"b" has another password',
    ],
  ])("%s", (_, value, spec, code, message) => {
    expect(() => readFrom(value, spec)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    expect(() => readFrom(value, spec)).toThrow(where);
  });

  it.each([
    "postgresql:///shop?host=staging&port=6432&user=app&password=old",
    "postgresql://app:old@/shop",
    "postgresql://app:old@db.internal:6432/shop?host=staging",
    "postgresql://app:old@staging:6432/shop?host=db.internal",
    "postgresql://app:old@db.internal:6432/shop?ho%73t=staging",
    "postgresql://app:old@db.internal:6432/shop?hostaddr=10.9.9.9",
    "postgresql://app:old@db.internal:6432/shop?service=staging",
    "postgresql://app:old@db.internal:6432/shop?a=b#&host=staging",
    "postgresql://app:old@staging\ndb.internal:6432/shop",
    "jdbc:postgresql://db.internal:6432/shop?PGHOST=staging&user=app&password=old",
    "user=app password=old port=6432",
    "user=app password=old hostaddr=10.9.9.9 port=6432",
    "host=db.internal hostaddr=10.9.9.9 port=6432 user=app password=old",
    "service=staging user=app password=old",
    "host=db.internal service=staging port=6432 user=app password=old",
    "host=db.internal port=6432 user=app password=old host=staging",
    "Host=db.internal;Port=6432;User Id=app;Password=old;Server=staging",
    "Driver={PostgreSQL Unicode};DSN=staging;Uid=app;Pwd=old",
  ])("a text that may lead to another host: %s", (text) => {
    const refusal = { code: "URL_MISMATCH", message: expect.stringContaining("another host") };
    expect(() => readFrom({ ...aws, url: text }, { urls: ["url"] })).toThrow(
      expect.objectContaining(refusal),
    );
  });

  it.each([
    "postgresql://app:old@db.internal:6432/shop?port=6433",
    "postgresql://app:old@db.internal:6433/shop?port=6432",
    "postgresql://app:old@/shop?host=db.internal",
    "jdbc:postgresql://db.internal:6432/shop?PGPORT=6433&user=app&password=old",
    "host=db.internal port=6432 user=app password=old port=6433",
  ])("a text that may lead to another port: %s", (text) => {
    const refusal = { code: "URL_MISMATCH", message: expect.stringContaining("another port") };
    expect(() => readFrom({ ...aws, url: text }, { urls: ["url"] })).toThrow(
      expect.objectContaining(refusal),
    );
  });

  it.each([
    "postgresql:///shop?host=db.internal&port=6432&user=app&password=old",
    "postgresql://app:old@:6432/shop?host=db.internal",
    "postgresql://app:old@db.internal/shop?port=6432",
    "postgresql://app:old@db.internal:6432/shop?host=&port=",
    "postgresql://app:old@db.internal:6432/shop?host=db.internal&hostaddr=10.0.0.9",
    "host=db.internal hostaddr=10.0.0.9 port=6432 user=app password=old",
  ])("but not one that leads to the login in every place: %s", (text) => {
    const value = { ...aws, url: text };
    const spec = { urls: ["url"], otherHosts: ["10.0.0.9"] };
    expect(readFrom(value, spec).host).toBe("db.internal");
    expect(parts(readFrom({ ...value, host: "", port: "" }, spec))).toEqual([
      "db.internal",
      6432,
      "shop",
      "app",
      "old",
    ]);
  });

  it.each(["postgres", "postgresql", "aurora-postgresql"])(
    "but engine %s is PostgreSQL",
    (engine) => {
      expect(readFrom({ ...aws, engine }).host).toBe("db.internal");
    },
  );

  it("and a user name of 63 bytes is accepted", () => {
    const username = `${"ä".repeat(31)}x`;
    expect(readFrom({ ...aws, username }).username).toBe(username);
  });
});

describe("a login that is written", () => {
  it("changes MueJam's password and the URL with it, and nothing else", () => {
    const next = writtenTo(muejam, withUrl, ["muejam_user", "n/w"]);
    const expected = {
      ...muejam,
      connection_string: "postgresql://muejam_user:n%2Fw@db.internal:5432/muejam",
      password: "n/w",
    };
    expect(next).toBe(JSON.stringify(expected, null, 2));
  });

  it("changes the user in its field and in its URL", () => {
    const next = JSON.parse(writtenTo(muejam, withUrl, ["muejam_clone", "new"]));
    expect(next).toEqual({
      ...muejam,
      connection_string: "postgresql://muejam_clone:new@db.internal:5432/muejam",
      username: "muejam_clone",
      password: "new",
    });
  });

  it("changes one field of AWS's own layout", () => {
    expect(writtenTo(aws, {}, ["app", "new"])).toBe(
      JSON.stringify({ ...aws, password: "new" }, null, 2),
    );
  });

  it("leaves fields alone whose usual names mean something else", () => {
    expect(writtenTo(ohMyCoins, stated, ["app", "new"])).toBe(
      JSON.stringify({ ...ohMyCoins, POSTGRES_PASSWORD: "new" }, null, 2),
    );
  });

  it("is read back as it was written", () => {
    const value = { ...muejam, username: 'a"b', connection_string: "postgresql://x@db.internal/y" };
    const password = "\"'\\ \u2028 ü €";
    const next = new SecretDocument(
      where,
      new Secret(writtenTo(value, withUrl, ['c"d', password])),
    );
    const login = readLogin(next, specOf(withUrl), postgresTraits);
    expect([login.username, login.password.reveal()]).toEqual(['c"d', password]);
  });
});

describe("another login target", () => {
  const login = readFrom(aws);

  it.each<[string, Partial<Login>, string]>([
    ["host", { host: "evil.example" }, "host"],
    ["port", { port: 1 }, "port"],
    ["database", { database: "other" }, "database"],
    ["username", { username: "root" }, "username"],
    ["several parts", { host: "h", username: "u" }, "host, username"],
  ])("is refused: %s", (_, change, named) => {
    expect(() => requireSameTarget("AWSPENDING of app", login, { ...login, ...change })).toThrow(
      expect.objectContaining({
        code: "TARGET_CHANGED",
        message: expect.stringContaining(`AWSPENDING of app differs from AWSCURRENT in ${named}.`),
      }),
    );
  });

  it("is not what another password makes", () => {
    const other = { ...login, password: new Secret("new") };
    expect(() => requireSameTarget(where, login, other)).not.toThrow();
  });
});

it("a login is what says how the server stores its password", () => {
  const { passwordForm: _, ...credential } = specOf();
  expect(isLogin(specOf())).toBe(true);
  expect(isLogin(credential)).toBe(false);
  expect(isLogin(undefined)).toBe(false);
});

it("a login is named by its user and server", () => {
  expect(loginName({ host: "::1", port: 5432, username: "app" })).toBe("user app on [::1]:5432");
});

describe("an address", () => {
  it.each([
    ["db.internal", "db.internal:5432"],
    ["10.0.0.1", "10.0.0.1:5432"],
    ["::1", "[::1]:5432"],
  ])("of %s is %s", (host, expected) => {
    expect(address({ host, port: 5432 })).toBe(expected);
  });
});

it("an administrator's secret needs no URLs and copies of the login's", async () => {
  const spec = specOf({ ...withUrl, copies: ["DB_PASSWORD"], admin: { secret: "admin" } });
  const { host, port } = aws;
  const admin = new Secret(JSON.stringify({ host, port, username: "root", password: "other" }));
  const found = await adminLogin({ spec, traits: postgresTraits }, readFrom(aws), {
    readSecret: async () => admin,
    signal: new AbortController().signal,
  });
  expect(found && parts(found)).toEqual(["db.internal", 6432, "shop", "root", "other"]);
});

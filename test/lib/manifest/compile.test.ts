import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultPolicy, entropyBits, minimumEntropy } from "../../../lib/credentials/password.ts";
import { InvalidManifest } from "../../../lib/errors.ts";
import { compileManifest } from "../../../lib/manifest/compile.ts";
import { makeAuthority } from "../../../local/postgres/certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "quarterturn-manifest-"));
const file = join(folder, "rotation.yml");
const known = { types: ["postgres", "mysql"] };
let certificate = "";

beforeAll(async () => {
  const authority = await makeAuthority();
  const server = await authority.issue(["db.internal"]);
  certificate = authority.certificate;
  writeFileSync(join(folder, "ca.pem"), `a note\n${certificate}`);
  writeFileSync(join(folder, "both.pem"), server.key + certificate + server.certificate);
  writeFileSync(join(folder, "key.pem"), server.key);
  writeFileSync(join(folder, "broken.pem"), certificate.replace(/\nMI/, "\nXX"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function compile(text: string) {
  writeFileSync(file, text);
  return compileManifest(file, known, { stage: "production" });
}

/** The problems of a manifest, without the folder's name. */
function problems(text: string): string[] {
  try {
    compile(text);
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    const lines = error.message.split("\n");
    return lines.slice(1, -1).map((line) => line.replace(`${folder}/`, "").trim());
  }
  return [];
}

/** A manifest of one credential; `more` stands at its end. */
const credential = (more: string) => `secrets:
  app:
    credentials:
      - type: postgres
        strategy: in-place
        ${more}`;

describe("a good manifest", () => {
  it("takes settlement from the defaults, and from the secret itself where it says so", () => {
    const credentials = "credentials: [{ type: postgres, strategy: in-place }]";
    const text = `defaults: { clusters: [production], grace: 90m }
secrets:
  a: { ${credentials} }
  b: { clusters: [staging], deadline: 2d, grace: 0s, ${credentials} }`;
    const { a, b } = compile(text).secrets;
    expect(a).toMatchObject({ clusters: ["production"], grace: 5_400_000, deadline: 86_400_000 });
    expect(b).toMatchObject({ clusters: ["staging"], grace: 0, deadline: 172_800_000 });
  });

  it("is completed with every default", () => {
    expect(compile(credential(""))).toEqual({
      stage: "production",
      exempt: [],
      secrets: {
        app: {
          ...{ schedule: { expression: "rate(90 days)" }, clusters: [], deadline: 86_400_000 },
          credentials: [
            {
              ...{ type: "postgres", strategy: "in-place", fields: {}, connection: {}, urls: [] },
              ...{ ca: undefined, passwordForm: "verifier", password: defaultPolicy },
            },
          ],
        },
      },
    });
  });

  it("is compiled to exactly what it says", () => {
    const compiled = compile(`
# several secrets, one with two credentials
secrets:
  production/database/primary:
    credentials:
      - type: postgres
        strategy: in-place
        fields: { host: HOST, port: PORT, database: DB, username: USER, password: PASS }
        urls: [connection_string, READ_URL]
        ca: ca.pem
        passwordForm: plaintext
        password: { length: 40, characters: aabcdefghijklmnopqrstuvwxyz0123456789-_, require: [lower, symbol, lower] }
      - { type: mysql, strategy: in-place, fields: { password: MYSQL }, ca: rds }
  arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-AbCdEf:
    credentials:
      - type: postgres
        strategy: in-place
        connection: { host: db.internal, port: 6432, database: app, username: app }
        ca: system
`);
    const base = { strategy: "in-place", connection: {}, urls: [], passwordForm: "verifier" };
    expect(compiled).toEqual({
      stage: "production",
      exempt: [],
      secrets: {
        "production/database/primary": {
          ...{ schedule: { expression: "rate(90 days)" }, clusters: [], deadline: 86_400_000 },
          credentials: [
            {
              ...{ ...base, type: "postgres" },
              fields: {
                ...{ host: "HOST", port: "PORT", database: "DB", username: "USER" },
                password: "PASS",
              },
              urls: ["connection_string", "READ_URL"],
              ca: { pem: certificate.trim() },
              passwordForm: "plaintext",
              password: {
                length: 40,
                characters: "abcdefghijklmnopqrstuvwxyz0123456789-_",
                require: ["abcdefghijklmnopqrstuvwxyz", "-_"],
              },
            },
            {
              ...{ ...base, type: "mysql", fields: { password: "MYSQL" } },
              ...{ ca: "rds", password: defaultPolicy },
            },
          ],
        },
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-AbCdEf": {
          ...{ schedule: { expression: "rate(90 days)" }, clusters: [], deadline: 86_400_000 },
          credentials: [
            {
              ...{ ...base, type: "postgres", fields: {} },
              connection: { host: "db.internal", port: 6432, database: "app", username: "app" },
              ...{ ca: "system", password: defaultPolicy },
            },
          ],
        },
      },
    });
  });

  it("survives the JSON that the bundle carries", () => {
    const compiled = compile(credential("ca: ca.pem"));
    expect(JSON.parse(JSON.stringify(compiled))).toEqual(compiled);
  });

  it("takes the certificates of a PEM file and leaves its private key behind", () => {
    const { ca } = compile(credential("ca: both.pem")).secrets["app"]?.credentials[0] ?? {};
    expect(ca).toHaveProperty("pem", expect.stringContaining(certificate.trim()));
    expect(JSON.stringify(ca)).not.toContain("PRIVATE KEY");
    expect(JSON.stringify(ca).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });
});

describe("a bad manifest is refused with file, line, path and remedy", () => {
  it.each<[string, string, string | RegExp]>([
    ["an empty file", "", /^rotation.yml:1: Invalid input: expected object/],
    ["no secrets", "{}", /^rotation.yml:1: secrets: Invalid input: expected record/],
    ["a list of secrets", "secrets:\n  - app", /^rotation.yml:2: secrets: .*expected record/],
    [
      "a secret without credentials",
      "secrets:\n  app:\n    credentials: []",
      /^rotation.yml:3: secrets.app.credentials: Too small/,
    ],
    [
      "an empty secret",
      "secrets:\n\n  app: {}",
      /^rotation.yml:3: secrets.app.credentials: Invalid input: expected array/,
    ],
    [
      "an unknown key",
      credential("url: [a]"),
      'rotation.yml:4: secrets.app.credentials.0: Unrecognized key: "url"',
    ],
    [
      "an unknown key at the top",
      "secret: {}\nsecrets: {}",
      'rotation.yml:1: Unrecognized key: "secret"',
    ],
    [
      "an unknown field",
      credential("fields: { pasword: x }"),
      /^rotation.yml:6: secrets.app.credentials.0.fields: Unrecognized key: "pasword"/,
    ],
    [
      "an unknown type",
      credential("").replace("postgres", "postgre"),
      'rotation.yml:4: secrets.app.credentials.0.type: unknown type "postgre"; known: postgres, mysql',
    ],
    [
      "an unknown strategy",
      credential("").replace("in-place", "inplace"),
      /^rotation.yml:5: secrets.app.credentials.0.strategy: .*expected one of .*"in-place"/,
    ],
    [
      "no strategy",
      credential("").replace("strategy: in-place", ""),
      /^rotation.yml:4: secrets.app.credentials.0: no strategy: .*add `strategy: in-place`, which means/,
    ],
    [
      "no type",
      credential("").replace("type: postgres", "urls: []"),
      /^rotation.yml:4: secrets.app.credentials.0.type: .*expected string/,
    ],
    [
      "a port in words",
      credential('connection: { port: "5432" }'),
      /^rotation.yml:6: secrets.app.credentials.0.connection.port: .*expected number/,
    ],
    [
      "port 0",
      credential("connection: { port: 0 }"),
      /^rotation.yml:6: .*connection.port: Too small/,
    ],
    [
      "an empty field name",
      credential('fields: { host: "" }'),
      "rotation.yml:6: secrets.app.credentials.0.fields.host: must name a field of the secret",
    ],
    [
      "urls that are no list",
      credential("urls: connection_string"),
      /^rotation.yml:6: .*urls: Invalid input: expected array/,
    ],
    [
      "an unknown password form",
      credential("passwordForm: md5"),
      /^rotation.yml:6: .*passwordForm: .*"verifier"\|"plaintext"/,
    ],
    [
      "a short password",
      credential("password: { length: 16 }"),
      "rotation.yml:6: secrets.app.credentials.0.password: passwords of this form carry 95.2 bits, 190 are required: set length to 33 or allow more characters",
    ],
    [
      "a small alphabet",
      credential("password: { characters: '01ab', require: [] }"),
      /carry 64.0 bits, 190 are required: set length to 96 or/,
    ],
    [
      "one character",
      credential("password: { characters: a, require: [], length: 1000 }"),
      /carry 0.0 bits, 190 are required: allow more characters/,
    ],
    [
      "an alphabet without a required kind",
      credential("password: { characters: 0123456789abcdef, length: 64 }"),
      /^rotation.yml:6: .*password: characters has no upper: add some, or say in require/,
    ],
    [
      "a space in the alphabet",
      credential('password: { characters: "a b" }'),
      /^rotation.yml:6: .*password.characters: must be printable ASCII/,
    ],
    [
      "a CA file that is missing",
      credential("ca: missing.pem"),
      "rotation.yml:6: secrets.app.credentials.0.ca: cannot read missing.pem (it is looked for beside the manifest)",
    ],
    [
      "a CA file without a certificate",
      credential("ca: key.pem"),
      "rotation.yml:6: secrets.app.credentials.0.ca: key.pem holds no PEM certificate",
    ],
    [
      "a CA file that is spoilt",
      credential("ca: broken.pem"),
      "rotation.yml:6: secrets.app.credentials.0.ca: broken.pem holds a certificate that cannot be read",
    ],
    ["a bracket left open", "secrets:\n  app: {", /^rotation.yml:2: .*}/],
    ["a tab for indentation", "secrets:\n\tapp: {}", /^rotation.yml:2: .*[Tt]abs?/],
    ["a key that stands there twice", "secrets: {}\nsecrets: {}", /^rotation.yml:2: .*unique/],
    ["an anchor that is not there", "secrets:\n  app: *other", /^rotation.yml:1: .*alias/i],
    ["two documents", "secrets: {}\n---\nsecrets: {}", /^rotation.yml:2: .*document/],
  ])("%s", (_, text, expected) => {
    const found = problems(text);
    expect(found).toEqual([
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    ]);
  });

  it("with all its problems at once", () => {
    const text = `${credential("ca: missing.pem")}
        password: { length: 10 }
      - { type: oracle, strategy: in-place }`;
    expect(problems(text).map((line) => line.split(": ", 2).join(": "))).toEqual([
      "rotation.yml:6: secrets.app.credentials.0.ca",
      "rotation.yml:7: secrets.app.credentials.0.password",
      "rotation.yml:8: secrets.app.credentials.1.type",
    ]);
  });

  it("and the length that it advises is accepted", () => {
    for (const characters of ["ab", "0123456789", "abcdefghijkl0123456789", "aB3$"]) {
      const policy = (length: number) =>
        credential(`password: { length: ${length}, characters: '${characters}', require: [] }`);
      const [problem] = problems(policy(8));
      const length = Number(/set length to (\d+)/.exec(`${problem}`)?.[1]);
      expect(problems(policy(length))).toEqual([]);
      const bits = entropyBits({ length: length - 2, characters, require: [] });
      expect(bits).toBeLessThan(minimumEntropy);
    }
  });

  it("is not found at all with a message of the system", () => {
    expect(() => compileManifest(join(folder, "none.yml"), known, { stage: "production" })).toThrow(
      /ENOENT.*none\.yml/,
    );
  });
});

import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileManifest } from "../../../lib/manifest/compile.ts";
import { InvalidManifest } from "../../../lib/manifest/errors.ts";
import {
  defaultPolicy,
  entropyBits,
  minimumEntropy,
} from "../../../lib/rotators/login/password.ts";
import { typeList } from "../../../lib/types.ts";
import { loginOf, ManifestFolder } from "./manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

const compile = folder.compile.bind(folder);

function problems(text: string): string[] {
  try {
    compile(text);
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    return error.message.split("\n").slice(1, -1);
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
    expect(a).toMatchObject({
      consumers: { clusters: ["production"] },
      grace: 5_400_000,
      deadline: 91_800_000,
    });
    expect(b).toMatchObject({
      consumers: { clusters: ["staging"] },
      grace: 0,
      deadline: 172_800_000,
    });
  });

  it("needs no grace where it says that all consumers are seen, and keeps one that it names", () => {
    const own = (more: string) => `{ strategy: in-place${more} }`;
    const text = `defaults: { consumers: complete }
secrets:
  all: ${own("")}
  waits: ${own(", grace: 15m")}
  unseen: ${own(", consumers: {}")}
  ignores: ${own(`, consumers: { complete: true, ignore: ["\${stage}/worker"] }`)}`;
    const { all, waits, unseen, ignores } = compile(text).secrets;
    expect(all).toMatchObject({ grace: 0, deadline: 86_400_000, consumersComplete: true });
    expect(all?.consumers).toEqual({ clusters: [] });
    expect(waits).toMatchObject({ grace: 900_000, deadline: 87_300_000, consumersComplete: true });
    expect(unseen).toMatchObject({ grace: 86_400_000, deadline: 172_800_000 });
    expect(unseen).not.toHaveProperty("consumersComplete");
    expect(ignores).toMatchObject({
      grace: 0,
      consumers: { clusters: [], ignore: ["production/worker"] },
    });
  });

  it("takes the other hosts and the copies of a login", () => {
    const keys = `urls: [URL], otherHosts: ["reader-\${stage}", "[::1]:6432"], copies: [DB_PASSWORD]`;
    const { app } = compile(`secrets:\n  app: { strategy: in-place, ${keys} }`).secrets;
    expect(app?.credentials).toMatchObject([
      { otherHosts: ["reader-production", "[::1]:6432"], copies: ["DB_PASSWORD"] },
    ]);
  });

  it("is completed with every default", () => {
    expect(compile(credential(""))).toEqual({
      stage: "production",
      exempt: [],
      secrets: {
        app: {
          place: "network",
          schedule: { expression: "rate(90 days)" },
          consumers: { clusters: [] },
          grace: 86_400_000,
          deadline: 172_800_000,
          credentials: [
            {
              type: "postgres",
              isTypeDeclared: true,
              strategy: "in-place",
              traits: { oldWorksBeside: false, changesUsername: false, switches: true },
              fields: {},
              connection: {},
              urls: [],
              ca: undefined,
              passwordForm: "verifier",
              password: defaultPolicy,
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
    const base = {
      strategy: "in-place",
      isTypeDeclared: true,
      traits: { oldWorksBeside: false, changesUsername: false, switches: true },
      connection: {},
      urls: [],
      passwordForm: "verifier",
    };
    expect(compiled).toEqual({
      stage: "production",
      exempt: [],
      secrets: {
        "production/database/primary": {
          place: "network",
          schedule: { expression: "rate(90 days)" },
          consumers: { clusters: [] },
          grace: 86_400_000,
          deadline: 172_800_000,
          credentials: [
            {
              ...base,
              type: "postgres",
              fields: {
                host: "HOST",
                port: "PORT",
                database: "DB",
                username: "USER",
                password: "PASS",
              },
              urls: ["connection_string", "READ_URL"],
              ca: { pem: folder.certificate.trim() },
              passwordForm: "plaintext",
              password: {
                length: 40,
                characters: "abcdefghijklmnopqrstuvwxyz0123456789-_",
                require: ["abcdefghijklmnopqrstuvwxyz", "-_"],
              },
            },
            {
              ...base,
              type: "mysql",
              fields: { password: "MYSQL" },
              ca: "rds",
              password: defaultPolicy,
            },
          ],
        },
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-AbCdEf": {
          place: "network",
          schedule: { expression: "rate(90 days)" },
          consumers: { clusters: [] },
          grace: 86_400_000,
          deadline: 172_800_000,
          credentials: [
            {
              ...base,
              type: "postgres",
              fields: {},
              connection: { host: "db.internal", port: 6432, database: "app", username: "app" },
              server: "db.internal:6432",
              ca: "system",
              password: defaultPolicy,
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
    const { ca } = loginOf(compile(credential("ca: both.pem")).secrets["app"]);
    expect(ca).toHaveProperty("pem", expect.stringContaining(folder.certificate.trim()));
    expect(JSON.stringify(ca)).not.toContain("PRIVATE KEY");
    expect(JSON.stringify(ca).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });
});

describe("a password policy that is too weak", () => {
  it("is accepted with the length that is advised, and not with less", () => {
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
});

describe("a manifest that is not there", () => {
  it("is told with a message of the system", () => {
    const file = join(folder.file, "../none.yml");
    expect(() => compileManifest(file, typeList, { stage: "production" })).toThrow(
      /ENOENT.*none\.yml/,
    );
  });
});

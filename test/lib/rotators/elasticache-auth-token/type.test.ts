import { afterAll, describe, expect, it } from "vitest";
import { typesFor } from "../../../../build/types-plugin.ts";
import { functionsOf } from "../../../../infra/template.ts";
import { InvalidManifest } from "../../../../lib/manifest/errors.ts";
import { loadCredential } from "../../../../lib/registry.ts";
import { rotator as redis } from "../../../../lib/rotators/redis/rotator.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { typeList, typeOf } from "../../../../lib/types.ts";
import { asker } from "../../../../lib/validation/ask.ts";
import type { CheckedSecret } from "../../../../lib/validation/checks.ts";
import { ManifestFolder } from "../../manifest/manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

const compile = (text: string) => folder.compile(text, { types: typeList });

/** A manifest of one token, whose keys `more` stand in line 3. */
const token = (more: string) => `secrets:\n  cache:\n    { type: elasticache-auth-token, ${more} }`;

const entryOf = (text: string) => {
  const entry = compile(text).secrets["cache"];
  const spec = entry?.credentials[0];
  if (!entry || !spec) throw new Error("no credential");
  return { entry, spec };
};

function problems(text: string): readonly string[] {
  try {
    compile(text);
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    const lines = error.message.split("\n").slice(1, -1);
    return lines.map((line) => folder.withoutItsName(line.trim()));
  }
  return [];
}

const notAnId =
  "is not the id of a replication group: use up to 40 letters, digits and single hyphens, beginning with a letter; neither an ARN nor a host";

const malformed: readonly (readonly [string, string, string])[] = [
  [
    "without a group",
    token("urls: [REDIS_URL]"),
    "rotation.yml:2: secrets.cache: no replication group: name it, e.g. `replicationGroup: main`",
  ],
  [
    "with a host",
    token("replicationGroup: master.main.abc123.euc1.cache.amazonaws.com"),
    `rotation.yml:3: secrets.cache.replicationGroup: "master.main.abc123.euc1.cache.amazonaws.com" ${notAnId}`,
  ],
  [
    "with an id that is too long",
    token(`replicationGroup: ${"a".repeat(41)}`),
    `rotation.yml:3: secrets.cache.replicationGroup: "${"a".repeat(41)}" ${notAnId}`,
  ],
  [
    "with a variable that there is not",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    token("replicationGroup: '${env}-main'"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    'rotation.yml:3: secrets.cache.replicationGroup: "${env}-main" contains the unknown variable ${env}: only ${stage} is replaced in a name',
  ],
  [
    "in place",
    token("replicationGroup: main, strategy: in-place"),
    "rotation.yml:3: secrets.cache.strategy: type elasticache-auth-token has no in-place: write `strategy: two-passwords`; with in-place new connections fail for a moment at each rotation",
  ],
  [
    "with tokens that are too long",
    token("replicationGroup: main, password: { length: 129 }"),
    "rotation.yml:3: secrets.cache.password: has length 129: AWS accepts 16 to 128 characters here",
  ],
  [
    "with characters that AWS refuses",
    token(
      "replicationGroup: main, password: { length: 40, characters: 'abcABC123!-_%', require: [] }",
    ),
    'rotation.yml:3: secrets.cache.password: allows "_", "%", which AWS refuses: remove them from characters',
  ],
  [
    "twice",
    "secrets:\n  cache:\n    credentials:\n      - { type: elasticache-auth-token, replicationGroup: main, fields: { password: A } }\n      - { type: elasticache-auth-token, replicationGroup: MAIN, fields: { password: B } }",
    "rotation.yml:5: secrets.cache.credentials.1: is the AUTH token of the same replication group as credentials.0: make them one credential (it can have several urls)",
  ],
];

describe("a manifest of an AUTH token", () => {
  it.each(malformed)("%s is refused", (_, text, expected) => {
    expect(problems(text)).toContain(expected);
  });

  it("names the group in lower case, and whoever logs in", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    const text = ["defaults: { admin: other }", token("replicationGroup: 'Main-${stage}'")];
    const { entry, spec } = entryOf(text.join("\n"));
    expect(entry.place).toBe("network");
    expect(spec).toMatchObject({
      type: "elasticache-auth-token",
      strategy: "two-passwords",
      traits: { oldWorksBeside: true, switches: false, switchTime: 720_000 },
      replicationGroup: "main-production",
      uses: "redis",
      admin: undefined,
    });
  });

  it.each([
    ["{ host: a.example }", "default"],
    ["{ host: a.example, username: app }", "app"],
  ])(
    "knows whose the token is that a secret holds alone: connection %s",
    (connection, username) => {
      const { spec } = entryOf(
        token(`replicationGroup: main, plain: password, connection: ${connection}`),
      );
      expect(spec).toMatchObject({ connection: { host: "a.example", username } });
    },
  );

  it("is one token in several secrets, whatever their endpoints", async () => {
    const { spec } = entryOf(token("replicationGroup: Main"));
    const checks = await typeOf(spec)?.checks?.(redis);
    const [current, arn] = [new SecretDocument("AWSCURRENT of cache", new Secret("{}")), "arn"];
    const secret = { name: "cache", arn, current } as CheckedSecret;
    const ask = asker(AbortSignal.timeout(10_000));
    const { holds } = (await checks?.check(spec, secret, ask)) ?? {};
    expect(holds).toEqual([{ name: "AUTH token of ElastiCache replication group main" }]);
  });

  it("lets the functions change this group, and no other", () => {
    const { spec } = entryOf(token("replicationGroup: main"));
    const grant = {
      actions: ["elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"],
      resources: [
        "arn:$" +
          "{AWS::Partition}:elasticache:$" +
          "{AWS::Region}:$" +
          "{AWS::AccountId}:replicationgroup:main",
      ],
    };
    expect(typeOf(spec)?.grants?.(spec)).toEqual({ rotate: [grant], retire: [grant] });
  });

  it("has Redis in its bundles, and nothing of users", () => {
    const manifest = compile(token("replicationGroup: main"));
    expect(typesFor(manifest, ["functions/rotate-database.ts"])).toEqual(
      new Set(["elasticache-auth-token", "redis"]),
    );
  });

  it("gives the function that rotates it the time that three changes take", () => {
    const manifest = compile(token("replicationGroup: main"));
    const functions = functionsOf({ service: "quarterturn", stage: "production", manifest });
    expect(functions["rotate-database"]).toMatchObject({ timeout: 780 });
  });

  it("is not loaded without what logs in", async () => {
    const { spec } = entryOf(token("replicationGroup: main"));
    await expect(loadCredential({ ...spec, uses: undefined })).rejects.toMatchObject({
      code: "UNKNOWN_TYPE",
    });
  });
});

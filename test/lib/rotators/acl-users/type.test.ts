import { afterAll, describe, expect, it } from "vitest";
import { typesFor } from "../../../../build/types-plugin.ts";
import { functionsOf } from "../../../../infra/template.ts";
import { InvalidManifest } from "../../../../lib/manifest/errors.ts";
import { loadCredential } from "../../../../lib/registry.ts";
import { typeList, typeOf } from "../../../../lib/types.ts";
import { ManifestFolder } from "../../manifest/manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

const compile = (text: string) => folder.compile(text, { types: typeList });

/** A manifest of one user, whose keys `more` stand in line 3. */
const user = (more: string, type = "elasticache") =>
  `secrets:\n  cache:\n    { type: ${type}, ${more} }`;

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

const malformed: readonly (readonly [string, string, string | readonly string[]])[] = [
  [
    "without a user",
    "secrets:\n  cache:\n    { type: elasticache, urls: [REDIS_URL] }",
    "rotation.yml:2: secrets.cache: no user: name it as elasticache does, e.g. `user: app`",
  ],
  [
    "with an ARN",
    user("user: 'arn:aws:elasticache:eu-central-1:123456789012:user:app'"),
    'rotation.yml:3: secrets.cache.user: "arn:aws:elasticache:eu-central-1:123456789012:user:app" is not a user of elasticache: use letters, digits and hyphens, beginning with a letter; not an ARN',
  ],
  [
    "with a variable that there is not",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    user("user: '${env}-app'", "memorydb"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    'rotation.yml:3: secrets.cache.user: "${env}-app" contains the unknown variable ${env}: only ${stage} is replaced in a name',
  ],
  [
    "in place",
    user("user: app, strategy: in-place"),
    "rotation.yml:3: secrets.cache.strategy: type elasticache has no in-place: write `strategy: two-passwords`; with in-place new connections fail for a moment at each rotation",
  ],
  [
    "with passwords that AWS refuses",
    user("user: app, password: { length: 200, characters: 'abcABC123/@' }"),
    [
      "rotation.yml:3: secrets.cache.password: has length 200: AWS accepts 16 to 128 characters here",
      'rotation.yml:3: secrets.cache.password: allows "/", "@", which AWS refuses: remove them from characters',
    ],
  ],
  [
    "twice",
    "secrets:\n  cache:\n    credentials:\n      - { type: memorydb, user: app, fields: { password: A } }\n      - { type: memorydb, user: app, fields: { password: B } }",
    "rotation.yml:5: secrets.cache.credentials.1: is the same user as credentials.0: make them one credential (it can have several urls)",
  ],
];

describe("a manifest of a user of ElastiCache or MemoryDB", () => {
  it.each(malformed)("%s is refused", (_, text, expected) => {
    expect(problems(text)).toEqual([expected].flat());
  });

  it("names the user, and whoever logs in as it", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    const text = ["defaults: { admin: other }", user("user: 'app-${stage}'")].join("\n");
    const { entry, spec } = entryOf(text);
    expect(entry.place).toBe("network");
    expect(spec).toMatchObject({
      type: "elasticache",
      strategy: "two-passwords",
      traits: { oldWorksBeside: true, switches: false, switchTime: 240_000 },
      user: "app-production",
      uses: "redis",
      admin: undefined,
    });
  });

  it.each([
    ["elasticache", ["elasticache:DescribeUsers", "elasticache:ModifyUser"], "user:app"],
    ["memorydb", ["memorydb:DescribeUsers", "memorydb:UpdateUser"], "user/app"],
  ])("lets the functions change this user of %s, and no other", (type, actions, resource) => {
    const { spec } = entryOf(user("user: app", type));
    const arn = `arn:\${AWS::Partition}:${type}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;
    const grant = { actions, resources: [arn] };
    expect(typeOf(spec)?.grants?.(spec)).toEqual({ rotate: [grant], retire: [grant] });
  });

  it("has its service and Redis in the bundles, and no other service", () => {
    const files = ["functions/rotate-database.ts"];
    expect(typesFor(compile(user("user: app")), files)).toEqual(new Set(["elasticache", "redis"]));
    expect(typesFor(compile(user("user: app", "memorydb")), files)).toEqual(
      new Set(["memorydb", "redis"]),
    );
  });

  it("gives the function that rotates it the time that a change takes", () => {
    const manifest = compile(user("user: app"));
    const functions = functionsOf({ service: "quarterturn", stage: "production", manifest });
    expect(functions["rotate-database"]).toMatchObject({ timeout: 300 });
  });

  it("is not loaded without what logs in", async () => {
    const { spec } = entryOf(user("user: app"));
    await expect(loadCredential({ ...spec, uses: undefined })).rejects.toMatchObject({
      code: "UNKNOWN_TYPE",
    });
  });
});

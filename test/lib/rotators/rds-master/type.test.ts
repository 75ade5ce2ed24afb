import { afterAll, describe, expect, it } from "vitest";
import { typesFor } from "../../../../build/types-plugin.ts";
import { InvalidManifest } from "../../../../lib/manifest/errors.ts";
import { entropyBits, minimumEntropy } from "../../../../lib/rotators/login/password.ts";
import { engines } from "../../../../lib/rotators/rds-master/engines.ts";
import type { MasterSpec } from "../../../../lib/rotators/rds-master/spec.ts";
import { type } from "../../../../lib/rotators/rds-master/type.ts";
import { typeList } from "../../../../lib/types.ts";
import { ManifestFolder } from "../../manifest/manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

const compile = (text: string) => folder.compile(text, { types: typeList });

/** A manifest of one master user of RDS, whose keys `more` stand in line 3. */
const master = (more: string) =>
  `secrets:\n  app:\n    { type: rds-master, strategy: in-place, ${more} }`;

const isMaster = (spec: object | undefined): spec is MasterSpec =>
  spec !== undefined && "database" in spec;

function specOf(more: string): MasterSpec {
  const spec = compile(master(more)).secrets["app"]?.credentials[0];
  if (!isMaster(spec)) throw new Error(`no master user: ${JSON.stringify(spec)}`);
  return spec;
}

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
    "without a database or an engine",
    "secrets:\n  app:\n    { type: rds-master, strategy: in-place }",
    [
      "rotation.yml:2: secrets.app: no engine: name that of the database, e.g. `engine: postgres`",
      "rotation.yml:2: secrets.app: no database: name it, e.g. `instance: main`, or `cluster: main` for Aurora",
    ],
  ],
  [
    "without a strategy",
    "secrets:\n  app:\n    { type: rds-master, instance: main, engine: postgres }",
    "rotation.yml:2: secrets.app: type rds-master has in-place only, which is never a default: write `strategy: in-place`, which means that new connections fail for a moment at each rotation",
  ],
  [
    "of two databases",
    master("instance: main, cluster: main, engine: postgres"),
    "rotation.yml:3: secrets.app.instance: is named in addition to a cluster, but the password of Aurora belongs to the cluster: name only one of the two",
  ],
  [
    "with a host instead of an identifier",
    master("instance: main.abc.eu-central-1.rds.amazonaws.com, engine: postgres"),
    'rotation.yml:3: secrets.app.instance: "main.abc.eu-central-1.rds.amazonaws.com" is not the identifier of an RDS database: use up to 63 letters, digits and single hyphens, beginning with a letter; neither an ARN nor a host',
  ],
  [
    "with a variable that there is not",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    master("cluster: '${env}-main', engine: postgres"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's own
    'rotation.yml:3: secrets.app.cluster: "${env}-main" contains the unknown variable ${env}: only ${stage} is replaced in a name',
  ],
  [
    "of an engine that RDS does not have",
    master("instance: main, engine: mongodb"),
    'rotation.yml:3: secrets.app.engine: must be one of postgres, mariadb, mysql, oracle, sqlserver, db2, not "mongodb"',
  ],
  [
    "of an engine without a login, and without a word of it",
    master("instance: main, engine: oracle"),
    "rotation.yml:3: secrets.app.engine: Quarterturn cannot log in to oracle: write `proof: api`, which means that a new password counts as working once RDS reports that its change is over, and that nothing proves that the old one is refused",
  ],
  [
    "with a weaker proof than there could be",
    master("instance: main, engine: postgres, proof: api"),
    "rotation.yml:3: secrets.app.proof: is weaker than a login, which postgres can be given: remove it",
  ],
  [
    "with passwords that RDS refuses",
    master("cluster: main, engine: postgres, password: { length: 64, characters: 'abcABC123/@' }"),
    [
      "rotation.yml:3: secrets.app.password: has length 64: RDS accepts 8 to 41 characters here",
      'rotation.yml:3: secrets.app.password: allows "/", "@", which RDS refuses: remove them from characters',
    ],
  ],
  [
    "twice",
    "secrets:\n  app:\n    credentials:\n      - { type: rds-master, strategy: in-place, instance: main, engine: postgres, fields: { password: A } }\n      - { type: rds-master, strategy: in-place, instance: Main, engine: postgres, fields: { password: B } }",
    "rotation.yml:5: secrets.app.credentials.1: is the master user of the same database as credentials.0: make them one credential (it can have several urls)",
  ],
];

describe("a manifest of a master user", () => {
  it.each(malformed)("%s is refused", (_, text, expected) => {
    expect(problems(text)).toEqual([expected].flat());
  });

  it("names an instance, in lower case as RDS has it, and the engine that logs in", () => {
    expect(specOf("instance: Main, engine: postgres")).toMatchObject({
      database: { kind: "instance", id: "main" },
      engine: "postgres",
      proof: "login",
      uses: "postgres",
      server: "instance main",
      traits: { switches: true, switchTime: 240_000 },
    });
  });

  it("takes no administrator of the defaults", () => {
    const text = `defaults: { admin: other, strategy: in-place }\n${master("cluster: a, engine: mariadb")}`;
    expect(compile(text).secrets["app"]?.credentials[0]).toMatchObject({
      admin: undefined,
      database: { kind: "cluster", id: "a" },
    });
  });

  it("and an administrator whose password RDS keeps have both types in their bundles, and no other", () => {
    const functions = ["rotate-database.ts", "retire-database.ts"];
    const used = (text: string) => [...typesFor(compile(text), functions)].toSorted();
    expect(used(master("cluster: a, engine: mariadb"))).toEqual(["mariadb", "rds-master"]);
    expect(used(master("instance: a, engine: oracle, proof: api"))).toEqual(["rds-master"]);
    const managed = "secrets: { app: { type: postgres, admin: rds!db-1a } }";
    expect(used(managed)).toEqual(["postgres", "rds-master"]);
    const declared =
      "secrets: { app: { type: postgres, admin: { secret: rds!db-1a, host: a.b, port: 1 } } }";
    expect(used(declared)).toEqual(["postgres"]);
  });

  it("makes passwords that the engine takes, of enough entropy", () => {
    for (const { password, maxPassword, forbidden } of Object.values(engines)) {
      expect(password.length).toBeLessThanOrEqual(maxPassword);
      expect(entropyBits(password)).toBeGreaterThanOrEqual(minimumEntropy);
      for (const character of forbidden) expect(password.characters).not.toContain(character);
    }
    const oracle = specOf("instance: erp, engine: oracle, proof: api");
    expect(oracle.password).toEqual(engines.oracle.password);
    expect(oracle.uses).toBeUndefined();
  });

  it("lets the function call RDS for these databases alone, and the one that retires for none", () => {
    const at = `arn:\${AWS::Partition}:rds:\${AWS::Region}:\${AWS::AccountId}`;
    expect(type.grants(specOf("instance: main, engine: postgres"))).toEqual({
      rotate: [
        {
          actions: ["rds:DescribeDBInstances", "rds:ModifyDBInstance"],
          resources: [`${at}:db:main`],
        },
      ],
      retire: [],
    });
    expect(type.grants(specOf("cluster: main, engine: postgres"))).toEqual({
      rotate: [
        {
          actions: ["rds:DescribeDBClusters", "rds:ModifyDBCluster"],
          resources: [`${at}:cluster:main`],
        },
      ],
      retire: [],
    });
  });
});

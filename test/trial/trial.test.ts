import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "../../build/layers.ts";
import { clientOf } from "../../lab/clients.ts";
import { connectSettlement } from "../../lab/settlement.ts";
import { functionsOf } from "../../lib/manifest/place.ts";
import { type Aws, startAws } from "../../standin/aws.ts";
import { until } from "../standin/ecs-fixtures.ts";
import { ToyServer } from "./toy-server.ts";
import { Tree, toys } from "./tree.ts";

const loginId = "toy/login";
const keyId = "toy/key";

let tree: Tree;
let toy: ToyServer;
let aws: Aws;
let client: SecretsManagerClient;
/** ARNs of the built functions, by name. */
let functions: Record<string, string>;

const manifest = () => `
defaults: { grace: 0s }
secrets:
  ${loginId}: { type: toy-engine, strategy: in-place }
  ${keyId}: { type: toy-key, url: "${toy.url}", field: TOY_KEY }
`;

beforeAll(async () => {
  tree = new Tree();
  for (const type of toys) {
    tree.addFolder(type);
    tree.addToRegistry(type);
    tree.addToTypes(type);
  }
  toy = await ToyServer.start();
  toy.users.set("app", "old-password");
  tree.write("rotation.yml", manifest());
  expect(await tree.run(["cli/build.ts"])).toContain("dist/rotate-api-key.mjs");
  aws = await startAws();
  client = clientOf(aws, "operator");
  functions = register();
  const login = { host: "127.0.0.1", port: toy.port, username: "app", password: "old-password" };
  await create(loginId, login);
  await create(keyId, { TOY_KEY: toy.issue() });
  await connectSettlement(aws, functions["settle"] ?? "", {
    delaySeconds: 0,
    visibilitySeconds: 30,
  });
}, 120_000);
afterAll(async () => {
  client?.destroy();
  await aws?.[Symbol.asyncDispose]();
  await toy?.[Symbol.asyncDispose]();
  tree?.[Symbol.dispose]();
});

function register(): Record<string, string> {
  const environment = {
    ENVIRONMENT: "production",
    RETIRE_DATABASE_FUNCTION: "retire-database",
    RETIRE_API_KEY_FUNCTION: "retire-api-key",
  };
  return Object.fromEntries(
    globSync("*.mjs", { cwd: join(tree.folder, "dist") }).map((file) => {
      const name = file.replace(/\.mjs$/, "");
      const bundle = join(tree.folder, "dist", file);
      return [name, aws.functions.register({ name, bundle, environment, startsCold: true })];
    }),
  );
}

async function create(Name: string, value: object): Promise<void> {
  await client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
}

async function currentOf(SecretId: string): Promise<Record<string, string>> {
  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}

async function rotate(SecretId: string, by: string, ClientRequestToken: string) {
  const RotationLambdaARN = functions[by];
  const RotationRules = { AutomaticallyAfterDays: 90 };
  await client.send(
    new RotateSecretCommand({ SecretId, ClientRequestToken, RotationLambdaARN, RotationRules }),
  );
  return aws.rotations.finished(SecretId, ClientRequestToken);
}

const settled = (SecretId: string) =>
  until(async () => {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    return !Object.values(VersionIdsToStages).flat().includes("RETIRING");
  });

describe("a new type is a folder and a line in each of the two lists", () => {
  it("compiles, within the layers", { timeout: 60_000, tags: "ci" }, async () => {
    expect(await tree.compile()).toBe("");
    const files = globSync("lib/rotators/toy-*/*.ts", { cwd: tree.folder });
    expect(files.length).toBeGreaterThan(7);
    const wrong = files.flatMap((file) =>
      violations(file, readFileSync(join(tree.folder, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ["run time", "addToTypes"],
    ["build time", "addToRegistry"],
  ] as const)(
    "and the compiler refuses it without the line at %s",
    { timeout: 60_000, tags: "ci" },
    async (_, add) => {
      using incomplete = new Tree();
      for (const type of toys) {
        incomplete.addFolder(type);
        incomplete[add](type);
      }
      expect(await incomplete.compileFile("lib/types.ts")).toMatch(
        /lib\/types\.ts.*"toy-(engine|key)"/s,
      );
    },
  );

  it("and each is in the functions of its place alone", () => {
    const pairs = Object.values(functionsOf).flatMap((pair) => Object.values(pair));
    expect(Object.keys(functions)).toEqual(expect.arrayContaining([...pairs, "settle"]));
    const text = (name: string) => readFileSync(join(tree.folder, "dist", `${name}.mjs`), "utf8");
    for (const name of ["rotate-database", "retire-database"]) {
      expect(text(name)).toContain("TOY_FAILED");
      expect(text(name)).not.toContain("TOY_KEY_REFUSED");
    }
    for (const name of ["rotate-api-key", "retire-api-key"]) {
      expect(text(name)).toContain("TOY_KEY_REFUSED");
      expect(text(name)).not.toContain("TOY_FAILED");
    }
  });

  it("and is deployed with its grants", { tags: "ci" }, async () => {
    const printed = await tree.run([
      "--input-type=module",
      "--eval",
      `import { readManifest } from "./build/manifest-plugin.ts";
       import { statementsOf } from "./infra/template.ts";
       const manifest = readManifest("rotation.yml", "production");
       console.log(JSON.stringify(statementsOf({ service: "q", stage: "production", manifest })));`,
    ]);
    const roles: Record<string, { actions: string[]; resources: string[] }[]> = JSON.parse(printed);
    const written = (name: string) =>
      roles[name]
        ?.filter(({ actions }) => actions.includes("secretsmanager:PutSecretValue"))
        .flatMap(({ resources }) => resources.map((arn) => arn.replace(/^.*:secret:/, "")));
    expect(written("rotate-database")).toEqual([`${loginId}-??????`]);
    expect(written("rotate-api-key")).toEqual([`${keyId}-??????`]);
  });

  it("and its mistakes are told like any other's", async () => {
    tree.write(
      "bad.yml",
      "secrets:\n  a: { type: toy-key, field: F, urls: [U] }\n  b: { type: toy-key }",
    );
    const printed = await tree.run(["cli/validate.ts", "--file", "bad.yml"]);
    expect(printed).toMatch(
      /bad\.yml:2: secrets\.a\.urls: belongs to type toy-engine, postgres, mariadb or \d+ others, but/,
    );
    expect(printed).toContain("bad.yml:3: secrets.b: no url:");
    expect(printed).toContain("bad.yml:3: secrets.b: no field:");
  });
});

describe("before it rotates", () => {
  const codes = async () => {
    const printed = await tree.run(["cli/validate.ts", "--live", "--json"], aws.env("person"));
    const { findings } = JSON.parse(printed) as { findings: { secret?: string; code: string }[] };
    return findings
      .filter(({ secret, code }) => secret && code !== "CONSUMERS")
      .map(({ secret, code }) => `${secret} ${code}`);
  };

  it("is checked where it is", { timeout: 60_000 }, async () => {
    expect(await codes()).toEqual([]);
    const { TOY_KEY = "" } = await currentOf(keyId);
    toy.keys.delete(TOY_KEY);
    toy.users.set("app", "another");
    expect((await codes()).toSorted()).toEqual([
      `${keyId} TOY_KEY_REFUSED`,
      `${loginId} CREDENTIALS_REFUSED`,
    ]);
    toy.keys.add(TOY_KEY);
    toy.users.set("app", "old-password");
  });
});

describe("the built functions, on the stand-in", () => {
  it("rotate a password and settle", async () => {
    expect(await rotate(loginId, "rotate-database", "a".repeat(32))).toMatchObject({
      succeeded: true,
    });
    const { password, username } = await currentOf(loginId);
    expect(username).toBe("app");
    expect(toy.users.get("app")).toBe(password);
    expect(password).not.toBe("old-password");
    await settled(loginId);
  }, 60_000);

  it("rotate a key and settle: the new one works, the old one is gone", async () => {
    const { TOY_KEY: old = "" } = await currentOf(keyId);
    expect(await rotate(keyId, "rotate-api-key", "b".repeat(32))).toMatchObject({
      succeeded: true,
    });
    await settled(keyId);
    const { TOY_KEY: key = "" } = await currentOf(keyId);
    expect(key).not.toBe(old);
    expect([...toy.keys]).toEqual([key]);
    expect(aws.notifications).toEqual([]);
  }, 60_000);

  it("retire and prove it by the function of the place, and no other", () => {
    const callers = (id: string) =>
      aws.calls
        .filter(
          ({ input, operation }) =>
            operation === "GetSecretValue" && String(input["SecretId"]).includes(id),
        )
        .map(({ principal }) => principal.replace(/-\d+$/, ""));
    expect(new Set(callers(loginId))).toEqual(
      new Set(["person", "operator", "rotate-database", "retire-database"]),
    );
    expect(new Set(callers(keyId))).toEqual(
      new Set(["person", "operator", "rotate-api-key", "retire-api-key"]),
    );
  });
});

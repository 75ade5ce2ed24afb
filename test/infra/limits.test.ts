import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { readManifest } from "../../build/manifest-plugin.ts";
import type { Value } from "../../infra/cloudformation.ts";
import { figures, limitsLine, limitsTable, requireWithinLimits } from "../../infra/figures.ts";
import { limits } from "../../infra/limits.ts";
import { resources, statementsOf } from "../../infra/template.ts";
import { zipSize } from "../../infra/zip-size.ts";
import { matches } from "./matches.ts";
import { Service } from "./service.ts";

const service = new Service("secrets: {}\n");
afterAll(() => service[Symbol.dispose]());

const text = (length: number) => "x".repeat(length);
const policy = (length: number) => text(length - 2);
const rule = (properties: Readonly<Record<string, Value>>) => ({
  Type: "AWS::Events::Rule",
  Properties: properties,
});
const lambda = (properties: Readonly<Record<string, Value>>) => ({
  Type: "AWS::Lambda::Function",
  Properties: properties,
});
const many = (count: number) => Array.from({ length: count }, () => "one");

/** By the limit, a resource that takes so much of it. */
const taking: Readonly<Record<string, (value: number) => object>> = {
  "characters of a role's inline policies": (value) => ({
    Type: "AWS::IAM::Role",
    Properties: { Policies: [{ PolicyDocument: policy(value) }] },
  }),
  "managed policies of a role": (value) => ({
    Type: "AWS::IAM::Role",
    Properties: { ManagedPolicyArns: many(value) },
  }),
  "characters of a managed policy": (value) => ({
    Type: "AWS::IAM::ManagedPolicy",
    Properties: { PolicyDocument: policy(value) },
  }),
  "characters of a KMS key's policy": (value) => ({
    Type: "AWS::KMS::Key",
    Properties: { KeyPolicy: policy(value) },
  }),
  "bytes of a function's environment": (value) =>
    lambda({ Environment: { Variables: policy(value) } }),
  "characters of a function's name": (value) => lambda({ FunctionName: text(value) }),
  "characters of a rule's pattern": (value) => rule({ EventPattern: policy(value) }),
  "targets of a rule": (value) => rule({ Targets: many(value) }),
  "characters of a rule's name": (value) => rule({ Name: text(value) }),
  "characters of a queue's name": (value) => ({
    Type: "AWS::SQS::Queue",
    Properties: { QueueName: text(value) },
  }),
  "characters of an alarm's description": (value) => ({
    Type: "AWS::CloudWatch::Alarm",
    Properties: { AlarmDescription: text(value) },
  }),
};

const check = (Resources: object) =>
  requireWithinLimits(figures({ Resources } as Parameters<typeof figures>[0]));

describe("a template", () => {
  it.each(Object.entries(taking))("may have as many %s as AWS takes, and no more", (name, made) => {
    const { most } = limits.find(({ limit }) => limit === name) ?? { most: 0 };
    expect(() => check({ It: made(most) })).not.toThrow();
    expect(() => check({ It: made(most + 1) })).toThrow(
      `It has ${most + 1} ${name}, and AWS takes ${most}: `,
    );
  });

  it("is checked against every limit that is listed", () => {
    const permissions = "bytes of a function's resource policy";
    expect(limits.map(({ limit }) => limit).toSorted()).toEqual(
      [...Object.keys(taking), permissions].toSorted(),
    );
  });

  it("may not give one function more permissions than its policy holds", () => {
    const own = lambda({ FunctionName: "own" });
    const permission = (_: unknown, index: number) => [
      `Permission${index}`,
      {
        Type: "AWS::Lambda::Permission",
        Properties: { FunctionName: { "Fn::GetAtt": ["Own", "Arn"] } },
      },
    ];
    const others = (count: number) => Object.fromEntries(Array.from({ length: count }, permission));
    expect(() => check({ Own: own, ...others(40) })).not.toThrow();
    expect(() => check({ Own: own, ...others(60) })).toThrow(
      "bytes of a function's resource policy",
    );
  });

  it("of 500 resources is taken, and of more it is not", () => {
    const all = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, { Type: "T" }]));
    expect(() => check(all(500))).not.toThrow();
    expect(() => check(all(501))).toThrow(
      "they make 501 resources of a template, and AWS takes 500: divide the secrets",
    );
  });

  it("of more than a megabyte is refused", () => {
    const large = { Type: "T", Properties: { text: text(1_048_576) } };
    expect(() => check({ Large: large })).toThrow("bytes of a template, and AWS takes 1048576");
  });

  it("names what has several such problems", () => {
    const all = { A: rule({ Name: text(65) }), B: rule({ Targets: many(6) }) };
    expect(() => check(all)).toThrow(/B has 6 targets.*\n.*A has 65 characters/);
  });
});

describe("the figures", () => {
  it("name the nearest limit in a line, and all of them in a table", () => {
    const all = figures(
      { Resources: { Long: rule({ Name: text(60) }) } as never },
      { settle: { zipped: 1000, unzipped: 5000 } },
    );
    expect(limitsLine(all)).toMatch(/nearest is 94 %: 60 of 64 characters of a rule's name/);
    expect(limitsTable(all)).toMatch(
      /^ *60 +of 64 +94 % {2}characters of a rule's name \(Long\)$/m,
    );
    expect(limitsTable(all)).toMatch(/^5000 +of 262144000 +0\.0 % {2}.* \(settle\)$/m);
    expect(limitsTable(all).split("\n")).toHaveLength(all.length);
  });

  it("count what is in an archive", () => {
    const file = join(service.folder, "a.zip");
    const bytes = zipSync({ "a.mjs": new Uint8Array(10_000), "b/c.mjs": new Uint8Array(5) });
    writeFileSync(file, bytes);
    expect(zipSize(file)).toEqual({ zipped: bytes.length, unzipped: 10_005 });
  });
});

it("secrets that no function rotates are named among many that one does", () => {
  const names = Array.from({ length: 300 }, (_, index) => `team/service-${index}/token`);
  const entries = [
    ...names.map((name) => `  ${name}: { type: generated, format: hex, field: token }\n`),
    "  team/stripe: { type: supplied, field: api_key }\n",
  ];
  const file = join(service.folder, "supplied.yml");
  writeFileSync(file, `secrets:\n${entries.join("")}`);
  const manifest = readManifest(file, "production", { warn() {} });
  const all = statementsOf({ service: "quarterturn", stage: "production", manifest });
  const own = (name: string, action: string) =>
    (all[name] ?? []).filter(
      ({ actions, resources }) =>
        actions.includes(`secretsmanager:${action}`) &&
        resources.some((each) => each.endsWith(":secret:team/stripe-??????")),
    );
  expect(own("retire-api-key", "GetSecretValue")).toHaveLength(1);
  expect(own("settle", "TagResource")).toHaveLength(1);
  expect(own("settle", "UpdateSecretVersionStage")).toHaveLength(1);
  for (const { condition } of own("settle", "TagResource"))
    expect(JSON.stringify(condition)).not.toContain("AllowRotationLambdaArn");
});

describe("10,000 secrets", { timeout: 120_000 }, () => {
  const names = Array.from(
    { length: 10_000 },
    (_, index) => `team-${index % 40}/service-${index}/db`,
  );
  const key = (index: number) => `arn:aws:kms:eu-central-1:123456789012:key/${index % 20}`;
  const entries = names.map(
    (name, index) =>
      `  ${name}: { kmsKey: "${key(index)}", credentials: [{ type: postgres, admin: admin/${index % 100} }] }\n`,
  );
  const file = join(service.folder, "many.yml");
  writeFileSync(file, `defaults: { clusters: [production] }\nsecrets:\n${entries.join("")}`);
  const manifest = readManifest(file, "production", { warn() {} });
  const deployment = { service: "quarterturn", stage: "production", manifest };

  it("fit into one template, whose resources do not grow with them", () => {
    const Resources = resources(deployment);
    expect(() => check(Resources)).not.toThrow();
    const one = { secrets: Object.fromEntries(Object.entries(manifest.secrets).slice(0, 1)) };
    const few = resources({ ...deployment, manifest: { ...manifest, ...one } });
    const without = (all: object) =>
      Object.entries(all).filter(([, { Type }]) => Type !== "AWS::IAM::ManagedPolicy").length;
    expect(without(Resources)).toBe(without(few));
    expect(JSON.stringify(Resources).length).toBeLessThan(100_000);
  });

  it("are named by beginnings of their names, and closed by a condition wherever a value or a label is touched", () => {
    const arn = (name: string) =>
      `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-AbCdEf`;
    const harmless = ["secretsmanager:DescribeSecret", "secretsmanager:ListSecrets"];
    for (const [name, statements] of Object.entries(statementsOf(deployment))) {
      const wide = statements.filter(({ resources }) =>
        resources.some((text) => text.includes(":secret:") && text.endsWith("*")),
      );
      for (const { actions, condition, why } of wide) {
        expect(why, name).toBeDefined();
        if (actions.every((action) => harmless.includes(action))) continue;
        const { StringEquals = {} } = condition ?? {};
        const key = actions.includes("secretsmanager:RotateSecret")
          ? "secretsmanager:RotationLambdaARN"
          : "secretsmanager:resource/AllowRotationLambdaArn";
        expect([StringEquals[key]].flat().join(), `${name} ${actions}`).toContain(
          "function:quarterturn-production-rotate-",
        );
      }
      const named = wide.filter(
        ({ resources }) => !resources.some((text) => text.endsWith(":secret:*")),
      );
      for (const { resources, actions } of named) {
        expect(
          resources.some((pattern) => matches(pattern, arn("other/db"))),
          `${actions}`,
        ).toBe(false);
        for (const secret of [names[0] ?? "", names[9999] ?? ""])
          expect(resources.some((pattern) => matches(pattern, arn(secret)))).toBe(true);
      }
    }
  });

  it("with more administrators than a role can name are refused, with what to do", {
    tags: "ci",
  }, () => {
    const own = names
      .slice(0, 1200)
      .map((name) => `  ${name}: { credentials: [{ type: postgres, admin: ${name}-admin }] }\n`);
    const file = join(service.folder, "admins.yml");
    writeFileSync(file, `secrets:\n${own.join("")}`);
    const refused = { ...deployment, manifest: readManifest(file, "production", { warn() {} }) };
    expect(() => resources(refused)).toThrow(
      /RotateDatabaseRole needs \d+ policies, and IAM allows 10 .*share an administrator/,
    );
  });
});

describe("many clusters", () => {
  it.each([5, 30, 300])("%i of them fit into the rule's pattern, or leave it", (count) => {
    const clusters = Array.from({ length: count }, (_, index) => `cluster-${index}-of-many`);
    const file = join(service.folder, "clusters.yml");
    writeFileSync(file, `secrets: { app: { strategy: in-place, clusters: [${clusters}] } }\n`);
    const manifest = readManifest(file, "production", { warn() {} });
    const Resources = resources({ service: "quarterturn", stage: "production", manifest });
    expect(() => check(Resources)).not.toThrow();
    const { EventPattern } = Resources["DeploymentChangedRule"]?.Properties ?? {};
    expect(JSON.stringify(EventPattern).includes("cluster-0-of-many")).toBe(count < 30);
  });
});

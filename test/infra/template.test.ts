import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../build/manifest-plugin.ts";
import type { Resource, Value } from "../../infra/cloudformation.ts";
import type { FunctionEntry } from "../../infra/function-entry.ts";
import { functions } from "../../infra/functions.ts";
import {
  functionsOf as functionsIn,
  outputs,
  resources,
  statementsOf,
} from "../../infra/template.ts";
import { functionsOf } from "../../lib/manifest/place.ts";
import { bundledPresets } from "../../lib/rotators/http/presets.ts";
import { readOccasion } from "../../lib/watch/occasion.ts";
import { matches } from "./matches.ts";
import { type PolicyStatement, statementsOfRole } from "./policy.ts";
import { Service, type Template } from "./service.ts";

const secretByArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:legacy-AbCdEf";
const keyOf = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;
const clusterByArn = "arn:aws:ecs:eu-central-1:123456789012:cluster/batch";

/** Something of everything that the template depends on. */
const manifest = `
defaults:
  clusters: [web]
secrets:
  app/plain:
    credentials: [{ type: postgres, admin: app/admin }]
  app/encrypted:
    schedule: cron(0 3 1 * ? *)
    window: 3h
    clusters: [web, "${clusterByArn}"]
    kmsKey: ${keyOf("own")}
    credentials: [{ type: postgres, admin: { secret: app/encrypted-admin, kmsKey: "${keyOf("admin")}" } }]
  ${secretByArn}:
    credentials: [{ type: postgres, strategy: in-place }]
  app/token:
    kmsKey: ${keyOf("token")}
    credentials: [{ type: generated, format: hex, field: TOKEN }]
`;

const facts = {
  "AWS::Partition": "aws",
  "AWS::Region": "eu-central-1",
  "AWS::AccountId": "123456789012",
};
const secretArn = (name: string) =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-??????`;
const adminArns = [secretArn("app/admin"), secretArn("app/encrypted-admin")];
/** What the functions of each place rotate. */
const rotatedArns = {
  network: [secretArn("app/plain"), secretArn("app/encrypted"), secretByArn],
  internet: [secretArn("app/token")],
};
/** The functions of each place, and what they may read. */
const places = [
  { ...functionsOf.network, rotated: rotatedArns.network, others: adminArns },
  { ...functionsOf.internet, rotated: rotatedArns.internet, others: [] },
];

const entries: Readonly<Record<string, FunctionEntry>> = functions;
const names = Object.keys(entries);
const network = [
  "--param",
  "subnetIds=subnet-0a1b2c3d,subnet-4e5f6a7b",
  "--param",
  "securityGroupIds=sg-0a1b2c3d",
];

let service: Service;
let template: Template;
beforeAll(async () => {
  service = new Service(manifest);
  const runbook = "runbook=https://wiki.example.com/runbook";
  await service.package(
    "--param",
    "alertEmail=on-call@example.com",
    "--param",
    runbook,
    ...network,
  );
  template = service.template();
}, 180_000);
afterAll(() => service?.[Symbol.dispose]());

const ofType = (type: string, from: Template = template): [string, Resource][] =>
  Object.entries(from.Resources).filter(([, { Type }]) => Type === type);

const only = (type: string): Resource => {
  const [[, resource] = [], ...others] = ofType(type);
  if (!resource || others.length > 0) throw new Error(`${others.length + 1} of ${type}`);
  return resource;
};

const functionResource = (name: string) => {
  const id = name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", "Dash");
  const found = template.Resources[`${id}LambdaFunction`];
  if (!found) throw new Error(`no function ${name}`);
  return found;
};

/** Which the framework refers to, as the template says. */
const roleOf = (name: string): string => {
  const { Role } = functionResource(name).Properties as { Role: { "Fn::GetAtt": string[] } };
  return String(Role["Fn::GetAtt"][0]);
};

const statements = (name: string) => statementsOfRole(template, roleOf(name), facts);
const allowed = (name: string) => statements(name).filter(({ Effect }) => Effect === "Allow");
const actionsOf = (name: string) => allowed(name).flatMap(({ Action }) => Action);
const problemsArn = (rest: string) =>
  `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/quarterturn/quarterturn-production/problems${rest}`;
const resourcesOf = (name: string, action: string) =>
  allowed(name)
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource);

describe("the functions", () => {
  it.each(names)("%s runs on Node 24 and arm64, and logs for 180 days", (name) => {
    const { Properties } = functionResource(name);
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      MemorySize: 512,
      Timeout: entries[name]?.timeout,
      Environment: {
        Variables: {
          ALERT_TOPIC_ARN: { Ref: "AlertTopic" },
          ENVIRONMENT: "production",
          RUNBOOK_URL: "https://wiki.example.com/runbook",
        },
      },
    });
    const groups = ofType("AWS::Logs::LogGroup").map(([, { Properties }]) => Properties);
    expect(groups).toContainEqual({
      LogGroupName: `/aws/lambda/${Properties["FunctionName"]}`,
      RetentionInDays: 180,
    });
  });

  it("have a role each", () => {
    expect(new Set(names.map(roleOf)).size).toBe(names.length);
    expect(
      ofType("AWS::IAM::Role")
        .map(([id]) => id)
        .toSorted(),
    ).toEqual(names.map(roleOf).toSorted());
  });

  it("are in the VPC where they reach databases, and nowhere else", () => {
    const inVpc = names.filter((name) => "VpcConfig" in functionResource(name).Properties);
    expect(inVpc).toEqual(["rotate-database", "retire-database"]);
    expect(functionResource("rotate-database").Properties["VpcConfig"]).toEqual({
      SubnetIds: ["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
      SecurityGroupIds: ["sg-0a1b2c3d"],
    });
    for (const name of names)
      expect(
        actionsOf(name).some((action) => action.startsWith("ec2:")),
        name,
      ).toBe(inVpc.includes(name));
  });

  it("may not themselves do what Lambda does to put them into the VPC", () => {
    for (const name of ["rotate-database", "retire-database"]) {
      const [denied] = statements(name).filter(({ Effect }) => Effect === "Deny");
      const ec2 = actionsOf(name).filter((action) => action.startsWith("ec2:"));
      expect(denied?.Action.toSorted()).toEqual(ec2.toSorted());
      expect(denied?.Condition).toEqual({
        ArnEquals: {
          "lambda:SourceFunctionArn": `arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-${name}`,
        },
      });
    }
  });

  it("settle knows which functions retire", () => {
    expect(functionResource("settle").Properties["Environment"]).toMatchObject({
      Variables: {
        RETIRE_DATABASE_FUNCTION: { Ref: "RetireDashdatabaseLambdaFunction" },
        RETIRE_API_KEY_FUNCTION: { Ref: "RetireDashapiDashkeyLambdaFunction" },
      },
    });
  });

  it.each([
    ["network", "{ strategy: in-place }"],
    ["internet", "{ type: generated, format: hex }"],
    [undefined, "{ exempt: { reason: r, until: 9999-01-01 } }"],
  ] as const)("of places that no secret has are not deployed: %s", (place, secret) => {
    const deployment = {
      service: "q",
      stage: "production",
      manifest: read(`secrets: { app: ${secret} }`),
    };
    const pair = place ? [functionsOf[place].rotate, functionsOf[place].retire] : [];
    const others = ["settle", "mirror", "schedule", "relay", "watch", "emergency"];
    expect(Object.keys(statementsOf(deployment))).toEqual([...pair, ...others]);
    const made = functionsIn(deployment);
    expect(Object.keys(made)).toEqual([...pair, ...others]);
    const { settle } = made as { settle: { environment: object } };
    const invoked = Object.keys(settle.environment).filter((key) => key.endsWith("_FUNCTION"));
    expect(invoked).toHaveLength(place ? 2 : 1);
    // `schedule` ends what the functions of a place rotated that no secret has any more.
    const { schedule, ...rest } = made;
    const { ScheduleRole, ...without } = resources(deployment);
    expect(JSON.stringify([schedule, ScheduleRole])).toContain("rotate-database");
    const text = JSON.stringify([rest, without, outputs(deployment)]);
    for (const { rotate } of places)
      expect(text.includes(rotate), rotate).toBe(pair.some((name) => name === rotate));
  });
});

describe("the roles", () => {
  it.each(["settle", "watch"])("let %s read no secret value, and use no secret's key", (name) => {
    const forbidden = /GetSecretValue|PutSecretValue|BatchGet|GetRandomPassword/;
    expect(actionsOf(name).filter((action) => forbidden.test(action))).toEqual([]);
    const keys = resourcesOf(name, "kms:Decrypt");
    expect(keys).toEqual(["${AlertKey.Arn}"]);
  });

  it("let only the functions that rotate and retire read values, each of its own secrets", () => {
    const readers = names.filter((name) =>
      actionsOf(name).includes("secretsmanager:GetSecretValue"),
    );
    expect(readers).toEqual(places.flatMap(({ rotate, retire }) => [rotate, retire]));
    for (const { rotate, retire, rotated, others } of places)
      for (const name of [rotate, retire])
        expect(resourcesOf(name, "secretsmanager:GetSecretValue").toSorted()).toEqual(
          [...rotated, ...others].toSorted(),
        );
  });

  it("let only the functions that rotate write, and only what is configured to be rotated by it", () => {
    const writers = names.filter((name) =>
      actionsOf(name).includes("secretsmanager:PutSecretValue"),
    );
    expect(writers).toEqual(places.map(({ rotate }) => rotate));
    for (const { rotate, rotated } of places) {
      const write = allowed(rotate).filter(({ Action }) =>
        Action.includes("secretsmanager:PutSecretValue"),
      );
      expect(write).toMatchObject([
        {
          Resource: rotated,
          Condition: {
            StringEquals: {
              "secretsmanager:resource/AllowRotationLambdaArn": `arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-${rotate}`,
            },
          },
        },
      ]);
    }
  });

  it("reach no secret but the manifest's, and of those only the ones of their place", () => {
    const reached = (name: string) =>
      allowed(name)
        .filter(({ Action }) => Action.some((action) => action.startsWith("secretsmanager:")))
        // The one takes no resource, and shows no value; the other is bound by the function that rotates.
        .filter(
          ({ Action }) =>
            !["secretsmanager:ListSecrets", "secretsmanager:RotateSecret"].includes(Action.join()),
        )
        .flatMap(({ Resource }) => Resource);
    for (const { rotate, retire, rotated, others } of places)
      for (const name of [rotate, retire])
        for (const each of reached(name)) expect([...rotated, ...others], name).toContain(each);
    const all = [...rotatedArns.network, ...rotatedArns.internet];
    for (const name of ["settle", "mirror", "watch"])
      for (const each of reached(name)) expect(all, name).toContain(each);
  });

  it("grant a secret's own key through Secrets Manager, for that secret alone", () => {
    const via = { "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com" };
    const key = (id: string, actions: string[], secret: string) => ({
      Effect: "Allow",
      Action: actions,
      Resource: [keyOf(id)],
      Condition: {
        StringEquals: via,
        StringLike: { "kms:EncryptionContext:SecretARN": [secretArn(secret)] },
      },
    });
    const readOwn = key("own", ["kms:Decrypt"], "app/encrypted");
    const readAdmin = key("admin", ["kms:Decrypt"], "app/encrypted-admin");
    const writeOwn = { ...readOwn, Action: ["kms:Decrypt", "kms:GenerateDataKey"] };
    expect(onKeys("rotate-database")).toEqual([writeOwn, readAdmin]);
    expect(onKeys("retire-database")).toEqual([readOwn, readAdmin]);
    const readToken = key("token", ["kms:Decrypt"], "app/token");
    const writeToken = { ...readToken, Action: ["kms:Decrypt", "kms:GenerateDataKey"] };
    expect(onKeys("rotate-api-key")).toEqual([writeToken]);
    expect(onKeys("retire-api-key")).toEqual([readToken]);
    expect(onKeys("settle")).toEqual([]);
  });

  const onKeys = (name: string): readonly PolicyStatement[] =>
    allowed(name).filter(({ Resource }) => Resource.some((each) => each.includes(":key/")));

  it("let settle move no label but Quarterturn's own, write no tag but its own, and only roll services (E3)", () => {
    const conditionOf = (action: string) =>
      allowed("settle").find(({ Action }) => Action.includes(action))?.Condition;
    expect(conditionOf("secretsmanager:UpdateSecretVersionStage")).toEqual({
      StringLike: {
        "secretsmanager:VersionStage": ["RETIRING", "RETIRING-*", "FROM-*", "PREPARED"],
      },
    });
    expect(conditionOf("secretsmanager:TagResource")).toEqual({
      "ForAllValues:StringEquals": {
        "aws:TagKeys": [
          "quarterturn:promoted",
          "quarterturn:left",
          "quarterturn:refused",
          "quarterturn:dead",
        ],
      },
      Null: { "aws:TagKeys": "false" },
    });
    expect(conditionOf("ecs:UpdateService")).toEqual({
      Null: { "ecs:task-definition": "true" },
      BoolIfExists: { "ecs:enable-execute-command": "false" },
    });
  });

  it("let settle roll services of the manifest's clusters, and invoke what mirrors and retires", () => {
    expect(resourcesOf("settle", "ecs:UpdateService")).toEqual([
      "arn:aws:ecs:eu-central-1:123456789012:service/web/*",
      "arn:aws:ecs:eu-central-1:123456789012:service/batch/*",
    ]);
    expect(resourcesOf("settle", "lambda:InvokeFunction")).toEqual([
      "arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-mirror",
      "arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-retire-database",
      "arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-retire-api-key",
    ]);
  });

  it("let watch have in-place rotations tried again as they are configured, and servers tried", () => {
    const retrying = allowed("watch").filter(({ Action }) =>
      Action.includes("secretsmanager:RotateSecret"),
    );
    expect(retrying).toEqual([
      expect.objectContaining({
        Resource: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:*"],
        Condition: {
          StringEquals: {
            "secretsmanager:resource/AllowRotationLambdaArn":
              "arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-rotate-database",
          },
          Null: { "secretsmanager:RotationLambdaARN": "true" },
          BoolIfExists: { "secretsmanager:ModifyRotationRules": "false" },
        },
      }),
    ]);
    expect(resourcesOf("watch", "lambda:InvokeFunction")).toEqual(
      ["rotate-database", "retire-database", "retire-api-key"].map(
        (name) =>
          `arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-${name}`,
      ),
    );
  });

  it("let mirror read what it mirrors, and write only where it mirrors to", () => {
    const mirrored = `secrets:
  plain: { strategy: in-place }
  clip-it: { strategy: in-place, mirror: { prefix: /clip-it/, parameters: { A: /a, B: b }, kmsKey: "${keyOf("p")}" } }`;
    const deployment = { service: "q", stage: "production", manifest: read(mirrored) };
    const all = statementsOf(deployment)["mirror"] ?? [];
    const on = (action: string) =>
      all.filter(({ actions }) => actions.includes(action)).flatMap(({ resources }) => resources);
    const arn = (rest: string) => `arn:\${AWS::Partition}:${rest}`;
    const at = "${AWS::Region}:${AWS::AccountId}";
    const parameters = ["a", "b", "clip-it/*"].map((name) => arn(`ssm:${at}:parameter/${name}`));
    expect(on("ssm:PutParameter")).toEqual(parameters);
    expect(on("ssm:GetParameters")).toEqual(parameters);
    expect(on("ssm:DescribeParameters")).toEqual(["*"]);
    const secret = [arn(`secretsmanager:${at}:secret:clip-it-??????`)];
    expect(on("secretsmanager:GetSecretValue")).toEqual(secret);
    expect(on("secretsmanager:PutSecretValue")).toEqual([]);
    expect(all.find(({ actions }) => actions.includes("kms:Encrypt"))).toEqual({
      actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
      resources: [keyOf("p")],
      condition: {
        StringEquals: { "kms:ViaService": "ssm.${AWS::Region}.amazonaws.com" },
        StringLike: { "kms:EncryptionContext:PARAMETER_ARN": parameters },
      },
    });
    // Of a manifest without a mirror it may nothing of the kind.
    expect(actionsOf("mirror").filter((action) => /^(ssm|secretsmanager):/.test(action))).toEqual(
      [],
    );
  });

  it("let each function remember what it tells itself, and settlement forget all of it", () => {
    const path =
      "arn:aws:ssm:eu-central-1:123456789012:parameter/quarterturn/quarterturn-production/problems";
    const on = (name: string, action: string) =>
      resourcesOf(name, `ssm:${action}`).filter((text) => text.includes("/problems"));
    for (const [name, ...domains] of [
      ["rotate-database", "rotation"],
      ["rotate-api-key", "rotation"],
    ] as const) {
      expect(on(name, "GetParametersByPath")).toEqual([`${path}/*`]);
      expect(on(name, "PutParameter")).toEqual(domains.map((domain) => `${path}/*/${domain}`));
      expect(on(name, "DeleteParameter")).toEqual([]);
    }
    for (const name of ["settle", "watch"])
      expect(on(name, "GetParametersByPath")).toEqual([path, `${path}/*`]);
    for (const action of ["PutParameter", "DeleteParameter"])
      expect(on("watch", action)).toEqual(
        ["rotation", "watch", "claims", "findings"].map((domain) => `${path}/*/${domain}`),
      );
    for (const action of ["PutParameter", "DeleteParameter"])
      expect(on("settle", action)).toEqual([`${path}/*`]);
    for (const name of names) {
      const variables = functionResource(name).Properties["Environment"];
      expect(variables).toMatchObject({
        Variables: { PROBLEMS_PATH: "/quarterturn/quarterturn-production/problems" },
      });
    }
  });

  it("name a wildcard only where it is explained", () => {
    const explained = Object.values(
      statementsOf({
        service: "quarterturn",
        stage: "production",
        manifest: read(manifest),
        network: {
          subnetIds: ["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
          securityGroupIds: ["sg-0a1b2c3d"],
        },
      }),
    )
      .flat()
      .filter(({ why }) => why)
      .flatMap(({ resources }) => resources.filter((text) => text.includes("*")));
    expect([...new Set(explained)].toSorted()).toEqual(
      [
        "*",
        ...["service/*", "service/web/*", "task/*"].map(
          (resource) => `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
        ),
        "arn:aws:ecs:eu-central-1:123456789012:service/batch/*",
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*",
        "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*",
        ...[
          "*",
          "*/rotation",
          "*/watch",
          "*/claims",
          "*/findings",
          "*/schedules",
          "*/emergency",
        ].map((rest) => problemsArn(`/${rest}`)),
        ...names.map(
          (name) =>
            `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/quarterturn-production-${name}:log-stream:*`,
        ),
      ].toSorted(),
    );
    const made = names.flatMap((name) => statementsOfRole(template, roleOf(name)));
    const wildcards = made.flatMap(({ Resource }) => Resource).filter((text) => text.includes("*"));
    expect(new Set(wildcards)).toEqual(new Set(explained));
    expect(made.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual(
      [],
    );
  });

  it("name 200 secrets by the beginnings of their names, within IAM's limits", () => {
    const names = Array.from({ length: 200 }, (_, index) => `team/service-${index}/database`);
    const entries = names.map(
      (name, index) =>
        `  ${name}: { kmsKey: "${keyOf("own")}", credentials: [{ type: postgres, admin: admin/${index} }] }`,
    );
    const manifest = read(`secrets:\n${entries.join("\n")}\n`);
    const Resources = resources({ service: "quarterturn", stage: "production", manifest });
    const managed = Object.values(Resources).filter(({ Type }) => Type.endsWith("ManagedPolicy"));
    expect(managed.length).toBeGreaterThan(3);
    for (const { Properties } of managed)
      expect(JSON.stringify(resolvedLong(Properties["PolicyDocument"])).length).toBeLessThanOrEqual(
        6144,
      );
    const role = Resources["RotateDatabaseRole"]?.Properties as { ManagedPolicyArns: Value[] };
    expect(role.ManagedPolicyArns.length).toBeLessThanOrEqual(10);
    const inAll = statementsOfRole({ Resources }, "RotateDatabaseRole", facts);
    for (const name of names) {
      const granted = inAll.filter(({ Action, Resource }) =>
        Resource.some(
          (pattern) =>
            Action.includes("secretsmanager:PutSecretValue") &&
            matches(pattern, secretArn(name).replace("??????", "AbCdEf")),
        ),
      );
      expect(granted).toHaveLength(1);
      expect(granted[0]?.Condition).toBeDefined();
    }
  });
});

function read(text: string, stage = "production") {
  const file = join(service.folder, "other.yml");
  writeFileSync(file, text);
  return readManifest(file, stage);
}

/** With the longest names that AWS has. */
const resolvedLong = (value: Value | undefined): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/\{"Fn::Sub":("[^"]*")\}/g, "$1")
      .replaceAll("${AWS::Partition}", "aws-us-gov")
      .replaceAll("${AWS::Region}", "ap-southeast-1")
      .replaceAll("${AWS::AccountId}", "123456789012"),
  );

describe("the schedules", () => {
  const custom = (from = template) => {
    const [[, resource] = []] = ofType("Custom::RotationSchedules", from);
    if (!resource) throw new Error("no custom resource");
    return resource;
  };
  const wantedOf = (text: string) => {
    const deployment = { service: "quarterturn", stage: "production", manifest: read(text) };
    return resources(deployment)["Schedules"]?.Properties["Wanted"];
  };

  it("take one resource, whatever the manifest names", () => {
    expect(ofType("AWS::SecretsManager::RotationSchedule")).toEqual([]);
    expect(custom().Properties).toMatchObject({
      ServiceToken: { "Fn::GetAtt": ["ScheduleLambdaFunction", "Arn"] },
    });
    expect(template.Outputs["Schedules"]?.Value).toEqual({
      "Fn::GetAtt": ["Schedules", "Summary"],
    });
  });

  it("are looked at by a deployment that changes one of them, and by no other", () => {
    const one = (more: string, name = "app") =>
      wantedOf(`secrets: { ${name}: { strategy: in-place${more} } }`);
    expect(one(", grace: 2h")).toBe(one(""));
    const all = [one(""), one(", schedule: rate(30 days)"), one(", window: 3h"), one("", "other")];
    const other = wantedOf("secrets: { app: { type: generated, format: hex } }");
    expect(new Set([...all, other]).size).toBe(5);
  });

  it("are set after Secrets Manager may invoke the functions, from this account only", () => {
    const rotators = {
      Database: "RotateDashdatabaseLambdaFunction",
      ApiKey: "RotateDashapiDashkeyLambdaFunction",
    };
    for (const [by, rotator] of Object.entries(rotators)) {
      expect(custom().DependsOn).toContain(`Rotate${by}Permission`);
      expect(template.Resources[`Rotate${by}Permission`]?.Properties).toEqual({
        FunctionName: { "Fn::GetAtt": [rotator, "Arn"] },
        Action: "lambda:InvokeFunction",
        Principal: "secretsmanager.amazonaws.com",
        SourceAccount: { Ref: "AWS::AccountId" },
      });
    }
  });

  it("are looked at every hour, but not while the stack is removed", () => {
    expect(template.Resources["SchedulesDueRule"]).toMatchObject({
      DependsOn: ["Schedules"],
      Properties: {
        ScheduleExpression: "rate(1 hour)",
        Targets: [{ Arn: { "Fn::GetAtt": ["ScheduleLambdaFunction", "Arn"] } }],
      },
    });
    expect(template.Resources["SchedulesDueRulePermission"]?.Properties).toMatchObject({
      Principal: "events.amazonaws.com",
      SourceArn: { "Fn::GetAtt": ["SchedulesDueRule", "Arn"] },
    });
  });

  it("are set by a function that can neither rotate, nor point a secret to a function of somebody else's", () => {
    const rotators = ["rotate-database", "rotate-api-key"].map(
      (name) => `arn:aws:lambda:eu-central-1:123456789012:function:quarterturn-production-${name}`,
    );
    const [rotate, ...others] = allowed("schedule").filter(({ Action }) =>
      Action.includes("secretsmanager:RotateSecret"),
    );
    expect(others).toEqual([]);
    expect(rotate).toMatchObject({
      Resource: [...rotatedArns.network, ...rotatedArns.internet],
      Condition: {
        StringEquals: { "secretsmanager:RotationLambdaARN": rotators },
        Bool: { "secretsmanager:RotateImmediately": "false" },
      },
    });
    for (const action of ["CancelRotateSecret", "TagResource", "UntagResource"])
      for (const { Condition } of allowed("schedule").filter(({ Action }) =>
        Action.includes(`secretsmanager:${action}`),
      ))
        expect(Condition?.["StringEquals"]).toEqual({
          "secretsmanager:resource/AllowRotationLambdaArn": rotators,
        });
    expect(
      actionsOf("schedule").filter((action) => /SecretValue|VersionStage/.test(action)),
    ).toEqual([]);
  });
});

describe("the alert topic", () => {
  it("is encrypted with a key that only the service that publishes may use", () => {
    expect(only("AWS::SNS::Topic").Properties["KmsMasterKeyId"]).toEqual({ Ref: "AlertKey" });
    const { KeyPolicy } = only("AWS::KMS::Key").Properties as unknown as {
      KeyPolicy: { Statement: { Principal: { Service?: string[] }; Action: string[] }[] };
    };
    const services = KeyPolicy.Statement.filter(({ Principal }) => Principal.Service);
    expect(services).toMatchObject([
      {
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      },
    ]);
  });

  it("takes alarms of this account, and nothing without TLS", () => {
    expect(only("AWS::SNS::TopicPolicy").Properties["PolicyDocument"]).toMatchObject({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
        },
        { Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
      ],
    });
  });

  it("has the address that was given, and says how to subscribe where none was", () => {
    const subscriptions = ofType("AWS::SNS::Subscription").map(([, { Properties }]) => Properties);
    expect(subscriptions).toEqual([
      {
        TopicArn: { Ref: "AlertTopic" },
        Protocol: "lambda",
        Endpoint: { "Fn::GetAtt": ["RelayLambdaFunction", "Arn"] },
      },
      { TopicArn: { Ref: "AlertTopic" }, Protocol: "email", Endpoint: "on-call@example.com" },
    ]);
    expect(template.Outputs["AlertTopicArn"]?.Value).toEqual({ Ref: "AlertTopic" });
  });

  it("invokes relay", () => {
    expect(template.Resources["RelayPermission"]?.Properties).toEqual({
      FunctionName: { "Fn::GetAtt": ["RelayLambdaFunction", "Arn"] },
      Action: "lambda:InvokeFunction",
      Principal: "sns.amazonaws.com",
      SourceArn: { Ref: "AlertTopic" },
    });
  });

  it("is passed on by relay alone, and the audit events by emergency, both in the service's name", () => {
    const types = { relay: "Quarterturn Alert", emergency: "Quarterturn Emergency" };
    const busOf = (name: string) =>
      allowed(name).filter(({ Action }) => Action.includes("events:PutEvents"));
    expect(Object.keys(functions).filter((name) => busOf(name).length > 0)).toEqual(
      Object.keys(types),
    );
    for (const [name, type] of Object.entries(types))
      expect(busOf(name)).toMatchObject([
        {
          Resource: ["arn:aws:events:eu-central-1:123456789012:event-bus/default"],
          Condition: {
            "ForAllValues:StringEquals": { "events:source": ["quarterturn"] },
            StringEquals: { "events:detail-type": type },
            Null: { "events:source": "false" },
          },
        },
      ]);
  });

  it("is none of those whose failures settlement tells of", () => {
    for (const name of ["retire-database", "retire-api-key", "mirror", "relay"])
      expect(resourcesOf(name, "sns:Publish")).toEqual([]);
  });

  it.each(["rotate-database", "rotate-api-key", "settle", "watch"])(
    "and its key may be used by the role of %s",
    (name) => {
      expect(resourcesOf(name, "sns:Publish")).toEqual(["${AlertTopic}"]);
      const [key] = allowed(name).filter(({ Resource }) => Resource.includes("${AlertKey.Arn}"));
      expect(key).toMatchObject({
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Condition: { StringEquals: { "kms:ViaService": "sns.eu-central-1.amazonaws.com" } },
      });
    },
  );
});

describe("settlement", () => {
  const queue = () => template.Resources["SettlementQueue"]?.Properties;

  it("is fed by a FIFO queue with an end", () => {
    const common = { FifoQueue: true, ContentBasedDeduplication: true, SqsManagedSseEnabled: true };
    expect(queue()).toMatchObject({
      ...common,
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": ["SettlementDeadLetters", "Arn"] },
        maxReceiveCount: 5,
      },
    });
    expect(template.Resources["SettlementDeadLetters"]?.Properties).toMatchObject(common);
    // No invocation outlives its message's turn, and a failure does not hold settlement up for long.
    const visible = Number(queue()?.["VisibilityTimeout"]);
    expect(visible).toBeGreaterThan(Number(functionResource("settle").Properties["Timeout"]));
    expect(visible).toBeLessThanOrEqual(600);
    expect(only("AWS::Lambda::EventSourceMapping").Properties).toMatchObject({
      EventSourceArn: { "Fn::GetAtt": ["SettlementQueue", "Arn"] },
      FunctionName: { Ref: "SettleLambdaFunction" },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  it("hears of moved labels, ended rotations, deployments, parameters and the clock, all in one group", () => {
    const rules = Object.fromEntries(
      ofType("AWS::Events::Rule").map(([id, { Properties }]) => [id, Properties]),
    );
    expect(rules["LabelMovedRule"]?.["EventPattern"]).toEqual({
      source: ["aws.secretsmanager"],
      "detail-type": ["Secret Label Updated"],
      detail: { labelUpdated: ["AWSCURRENT"] },
    });
    expect(rules["RotationSucceededRule"]?.["EventPattern"]).toEqual({
      source: ["aws.secretsmanager"],
      "detail-type": ["AWS Service Event via CloudTrail"],
      detail: { eventName: ["RotationSucceeded"] },
    });
    expect(rules["DeploymentChangedRule"]?.["EventPattern"]).toEqual({
      source: ["aws.ecs"],
      "detail-type": ["ECS Deployment State Change"],
      detail: { eventName: ["SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"] },
      resources: [
        "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:service/web/",
        "arn:aws:ecs:eu-central-1:123456789012:service/batch/",
      ].map((prefix) => ({ prefix: { "Fn::Sub": prefix } })),
    });
    expect(rules["ParameterChangedRule"]?.["EventPattern"]).toEqual({
      source: ["aws.ssm"],
      "detail-type": ["Parameter Store Change"],
    });
    expect(rules["TickRule"]).toMatchObject({ ScheduleExpression: "rate(5 minutes)" });
    const ids = [
      "LabelMoved",
      "RotationSucceeded",
      "DeploymentChanged",
      "ParameterChanged",
      "Tick",
    ].map((name) => `${name}Rule`);
    for (const id of ids)
      expect(rules[id]?.["Targets"]).toEqual([
        {
          Id: "queue",
          Arn: { "Fn::GetAtt": ["SettlementQueue", "Arn"] },
          SqsParameters: { MessageGroupId: "settlement" },
        },
      ]);
    expect(only("AWS::SQS::QueuePolicy").Properties["PolicyDocument"]).toMatchObject({
      Statement: [
        {
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Condition: {
            ArnEquals: { "aws:SourceArn": ids.map((id) => ({ "Fn::GetAtt": [id, "Arn"] })) },
          },
        },
        { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } },
      ],
    });
  });
});

describe("the outside path", () => {
  it("brings failed and abandoned rotations to watch, from that rule only", () => {
    expect(template.Resources["RotationFailedRule"]?.Properties).toMatchObject({
      EventPattern: {
        source: ["aws.secretsmanager"],
        "detail-type": ["AWS Service Event via CloudTrail"],
        detail: {
          eventName: [
            "RotationFailed",
            "RotationAbandoned",
            "TestRotationFailed",
            "TestRotationSucceeded",
          ],
        },
      },
      Targets: [{ Arn: { "Fn::GetAtt": ["WatchLambdaFunction", "Arn"] } }],
    });
    expect(template.Resources["RotationFailedRulePermission"]?.Properties).toMatchObject({
      Principal: "events.amazonaws.com",
      SourceArn: { "Fn::GetAtt": ["RotationFailedRule", "Arn"] },
    });
  });

  it("has watch look every hour, and tick every five minutes, which it tells apart", () => {
    const rateAndInput = (name: string) => {
      const { ScheduleExpression, Targets } = { ...template.Resources[name]?.Properties };
      const [target] = (Targets ?? []) as { Input?: string }[];
      return [ScheduleExpression, target?.Input];
    };
    expect(rateAndInput("HourlyLookRule")).toEqual(["rate(1 hour)", undefined]);
    const [rate, input] = rateAndInput("WatchTickRule");
    expect(rate).toBe("rate(5 minutes)");
    expect(readOccasion(JSON.parse(String(input)), new Date())).toEqual({ kind: "tick" });
    const scheduled = { source: "aws.events", "detail-type": "Scheduled Event" };
    expect(readOccasion(scheduled, new Date())).toMatchObject({ kind: "look" });
  });
});

describe("the alarms", () => {
  const watched = () =>
    ofType("AWS::CloudWatch::Alarm").map(([, { Properties }]) => {
      const queries = (Properties["Metrics"] ?? []) as { MetricStat?: { Metric: object } }[];
      const { Namespace, MetricName, Dimensions }: Record<string, unknown> = {
        ...Properties,
        ...queries.find(({ MetricStat }) => MetricStat)?.MetricStat?.Metric,
      };
      return {
        metric: `${Namespace} ${MetricName}`,
        of: JSON.stringify((Dimensions as { Value: Value }[])[0]?.Value),
        properties: Properties,
      };
    });

  it.each(names)("hear of errors and throttles of %s", (name) => {
    const id = Object.entries(template.Resources).find(
      ([, resource]) => resource === functionResource(name),
    )?.[0];
    const metrics = watched().flatMap(({ metric, of }) =>
      of === JSON.stringify({ Ref: id }) ? metric : [],
    );
    expect(metrics).toEqual(expect.arrayContaining(["AWS/Lambda Errors", "AWS/Lambda Throttles"]));
  });

  it("hear of every rule that cannot deliver, of dead letters, and of what waits or is dropped", () => {
    const rules = ofType("AWS::Events::Rule").map(([id]) => JSON.stringify({ Ref: id }));
    const undelivered = watched().filter(({ metric }) => metric === "AWS/Events FailedInvocations");
    expect(undelivered.map(({ of }) => of).toSorted()).toEqual(rules.toSorted());
    expect(watched().map(({ metric }) => metric)).toEqual(
      expect.arrayContaining([
        "AWS/SQS ApproximateNumberOfMessagesVisible",
        "AWS/SQS ApproximateAgeOfOldestMessage",
        "AWS/Lambda AsyncEventsDropped",
      ]),
    );
  });

  const breaching = {
    Statistic: "Sum",
    Threshold: 1,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "breaching",
    OKActions: [{ Ref: "AlertTopic" }],
  };

  it("speak when settle or watch has been silent for 15 minutes (B6)", () => {
    const silences = watched().filter(({ metric }) => metric === "AWS/Lambda Invocations");
    expect(silences.map(({ of }) => of)).toEqual([
      JSON.stringify({ Ref: "SettleLambdaFunction" }),
      JSON.stringify({ Ref: "WatchLambdaFunction" }),
    ]);
    for (const { properties } of silences)
      expect(properties).toMatchObject({ ...breaching, Period: 300, EvaluationPeriods: 3 });
  });

  it("speak when watch has not come to the end of a look for two hours and a quarter", () => {
    const looks = watched().find(({ metric }) => metric === "Quarterturn Looked");
    expect(looks?.properties).toMatchObject({
      ...breaching,
      Period: 900,
      EvaluationPeriods: 9,
      Dimensions: [
        { Name: "service", Value: "quarterturn" },
        { Name: "environment", Value: "production" },
      ],
    });
  });

  it("speak of the failures of rotate-* that these could not tell, and recover (F9)", () => {
    const alarm = template.Resources["RotateDatabaseErrorsAlarm"]?.Properties;
    const FunctionName = {
      Name: "FunctionName",
      Value: { Ref: "RotateDashdatabaseLambdaFunction" },
    };
    const of = (Namespace: string, MetricName: string, ...beside: object[]) => ({
      Period: 300,
      Stat: "Sum",
      Metric: { Namespace, MetricName, Dimensions: [...beside, FunctionName] },
    });
    expect(alarm?.["Metrics"]).toEqual([
      { Id: "late", Expression: "untold - DIFF(untold)" },
      { Id: "untold", Expression: "FILL(errors, 0) - FILL(told, 0)", ReturnData: false },
      { Id: "errors", ReturnData: false, MetricStat: of("AWS/Lambda", "Errors") },
      {
        Id: "told",
        ReturnData: false,
        MetricStat: of("Quarterturn", "FailuresTold", { Name: "service", Value: "quarterturn" }),
      },
    ]);
    expect(alarm).toMatchObject({ Threshold: 1, OKActions: [{ Ref: "AlertTopic" }] });
    expect(template.Resources["SettleErrorsAlarm"]?.Properties).toMatchObject({
      MetricName: "Errors",
    });
  });

  it("speak of each dead letter, though the ones before are still there (B7)", () => {
    const dead = watched().find(({ metric }) => metric.endsWith("MessagesVisible"));
    expect(dead?.properties).toMatchObject({
      Metrics: [
        { Id: "growth", Expression: "DIFF(FILL(value, 0))" },
        { Id: "value", ReturnData: false, MetricStat: { Stat: "Maximum", Period: 300 } },
      ],
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
    });
    expect(dead?.properties).not.toHaveProperty("OKActions");
  });

  it("on relay are silent when they are over: it would get each OK, and fail again", () => {
    const relays = watched().filter(({ of }) => of.includes("RelayLambdaFunction"));
    expect(relays.map(({ metric }) => metric).toSorted()).toEqual([
      "AWS/Lambda AsyncEventsDropped",
      "AWS/Lambda Errors",
      "AWS/Lambda Throttles",
    ]);
    for (const { properties } of relays) expect(properties).not.toHaveProperty("OKActions");
  });

  it("all reach the topic, and say what to do", () => {
    for (const { metric, properties } of watched()) {
      expect(properties["AlarmActions"]).toEqual([{ Ref: "AlertTopic" }]);
      const isSilence = ["AWS/Lambda Invocations", "Quarterturn Looked"].includes(metric);
      expect(properties["TreatMissingData"]).toBe(isSilence ? "breaching" : "notBreaching");
      const text = String(properties["AlarmDescription"]);
      expect(text).toMatch(
        /^What happened: .+\.\nIs production safe: (yes|not known)[ .:].+\.\nWhat to do: .*(See|Check|raise).+\.$/,
      );
      // Functions and rules by the names that they have in the account (F10).
      expect(text).not.toMatch(/[{}]/);
      for (const name of [...names, "tick", "watch-tick", "hourly-look"])
        expect(text, name).not.toMatch(
          new RegExp(`(^|rule |log of |throttles of |start |rotation to )${name}\\b`),
        );
    }
  });
});

describe("without parameters, on another stage", { tags: "ci" }, () => {
  it("is outside any VPC, with that stage's secrets and names, and says that nobody listens", async () => {
    using plain = new Service(
      "secrets:\n  app/only-production: { stages: [production], credentials: [{ type: postgres, strategy: in-place }] }\n" +
        "  app/${stage}: { credentials: [{ type: postgres, strategy: in-place }] }\n",
    );
    const { printed } = await plain.run("package", "--stage", "staging", "--verbose");
    expect(printed).toMatch(
      /Within all \d+ limits of AWS that are checked; nearest is \d+ %: \d+ of \d+ \w+/,
    );
    expect(printed).toMatch(/ of 500 +\d+ % {2}resources of a template\n/);
    expect(printed).toMatch(/ of 262144000 .* bytes of an unzipped package \(rotate-database\)/);
    const made = plain.template();
    const text = JSON.stringify(made);
    expect(text).not.toContain("VpcConfig");
    expect(text).not.toContain("ec2:");
    expect(text.replaceAll("Is production safe", "")).not.toContain("production");
    expect(text).toContain("secret:app/staging-??????");
    expect(ofType("AWS::SNS::Subscription", made)).toMatchObject([["RelaySubscription", {}]]);
    expect(JSON.stringify(made.Outputs["AlertSubscription"])).toContain("aws sns subscribe");
  }, 180_000);
});

describe("the function that rotates keys", () => {
  it("has time for the provider that takes the longest to accept a new one", () => {
    const spans = [...bundledPresets().values()].map(({ probe }) => probe.alive.within);
    const { timeout } = functions[functionsOf.internet.rotate];
    expect(Math.max(...spans)).toBeGreaterThan(60_000);
    expect(timeout * 1000).toBeGreaterThan(2 * Math.max(...spans));
  });
});

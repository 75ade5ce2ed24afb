import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { functions } from "../../infra/functions.ts";
import { subscribeFunction } from "../../lab/clients.ts";
import { adminSecretId, databaseSecretId } from "../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import { connectSettlement, createConsumerService } from "../../lab/settlement.ts";
import { startWorld, type World } from "../../lab/world.ts";
import type { AwsEvent, Call } from "../../standin/aws.ts";
import { until } from "../standin/ecs-fixtures.ts";
import { startCloudFormation } from "./cloudformation.ts";
import type { RequestContext } from "./conditions.ts";
import { allows, type Request, statementsOfRole } from "./policy.ts";
import { Service, type Template } from "./service.ts";

const names = Object.keys(functions);
const keySecretId = "packaged/key";
const token = "f".repeat(32);

/** In milliseconds: packaging takes seconds, and more where other tests run beside it. */
const patience = 180_000;

let postgres: PostgresServer;
let world: World;
let service: Service;
let template: Template;
/** ARNs of the packaged functions in the stand-in, by name. */
let packaged: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres();
  const mirror = { prefix: "/packaged/" };
  world = await startWorld({
    server: postgres,
    strategy: "alternating-users",
    name: "packaged",
    mirror,
  });
  const SecretString = JSON.stringify({ key: "a".repeat(64) });
  await world.client.send(new CreateSecretCommand({ Name: keySecretId, SecretString }));
  service = new Service(manifest());
  service.write("ca.pem", postgres.ca);
  await service.package();
  template = service.template();
  packaged = Object.fromEntries(names.map((name) => [name, deploy(name)]));
  await subscribeFunction(world.aws, packaged["relay"] ?? "");
}, patience);
afterAll(async () => {
  service?.[Symbol.dispose]();
  await world?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
});

/** The world's, with a secret that is rotated outside the VPC. */
function manifest(): string {
  const { secrets, ...rest } = JSON.parse(readFileSync(join(world.folder, "rotation.yml"), "utf8"));
  const key = { type: "generated", format: "hex", field: "key" };
  return JSON.stringify({ ...rest, secrets: { ...secrets, [keySecretId]: key } });
}

const propertiesOf = (name: string) => {
  const found = Object.values(template.Resources).find(
    ({ Type, Properties }) =>
      Type === "AWS::Lambda::Function" && Properties["FunctionName"] === functionName(name),
  );
  return found?.Properties as {
    Handler: string;
    Timeout: number;
    Environment: { Variables: Record<string, unknown> };
  };
};

const functionName = (name: string) => `quarterturn-production-${name}`;

const functionArn = (name: string) =>
  `arn:aws:lambda:${world.aws.region}:${world.aws.accountId}:function:${functionName(name)}`;

/** Unpacks the zip into a folder of its own and registers what the template says about it. */
function deploy(name: string): string {
  const { Handler, Timeout, Environment } = propertiesOf(name);
  const variables = {
    ALERT_TOPIC_ARN: topicArn(),
    MIRROR_FUNCTION: functionName("mirror"),
    SETTLE_FUNCTION: functionName("settle"),
    RETIRE_DATABASE_FUNCTION: functionName("retire-database"),
    RETIRE_API_KEY_FUNCTION: functionName("retire-api-key"),
    ROTATE_DATABASE_FUNCTION: functionArn("rotate-database"),
    ROTATE_API_KEY_FUNCTION: functionArn("rotate-api-key"),
    ENVIRONMENT: "production",
    PROBLEMS_PATH: "/quarterturn/quarterturn-production/problems",
  };
  const environment = Object.fromEntries(
    Object.entries(variables).filter(([key]) => key in Environment.Variables),
  );
  const bundle = join(service.unpack(name), Handler.replace(/\.handler$/, ".mjs"));
  const timeoutMs = Timeout * 1000;
  return world.aws.functions.register({ name: functionName(name), bundle, timeoutMs, environment });
}

const topicArn = () => `arn:aws:sns:${world.aws.region}:${world.aws.accountId}:alerts`;

const callsOf = (name: string): readonly Call[] =>
  world.aws.calls.filter(({ principal }) => principal.startsWith(`${functionName(name)}-`));

async function rotate(
  RotateImmediately: boolean,
  ClientRequestToken: string,
  { SecretId = databaseSecretId, by = "rotate-database" } = {},
): Promise<unknown> {
  await world.client.send(
    new RotateSecretCommand({
      SecretId,
      ClientRequestToken,
      RotationLambdaARN: packaged[by],
      RotationRules: { ScheduleExpression: "rate(90 days)" },
      RotateImmediately,
    }),
  );
  return world.aws.rotations.finished(SecretId, ClientRequestToken);
}

const describeSecret = (SecretId: string) =>
  world.client.send(new DescribeSecretCommand({ SecretId }));

const rotatedSecrets = [
  [databaseSecretId, "rotate-database"],
  [keySecretId, "rotate-api-key"],
] as const;

describe("what serverless packages, unpacked, each function in fresh processes", () => {
  it("sets the schedules for CloudFormation and rotates nothing", async () => {
    await using stack = await startCloudFormation();
    await stack.request("Create", packaged["schedule"] ?? "", world.aws);
    const Data = { Summary: expect.stringContaining("2 set") };
    expect(stack.answers).toMatchObject([
      { Status: "SUCCESS", PhysicalResourceId: "schedules", Data },
    ]);
    const tokens = world.aws.calls.flatMap(({ operation, input }) =>
      operation === "RotateSecret" ? [[input["SecretId"], input["ClientRequestToken"]]] : [],
    );
    expect(tokens).toHaveLength(2);
    for (const [secret, token] of tokens) {
      const tested = await world.aws.rotations.finished(String(secret), String(token));
      expect(tested.steps.map(({ step, error }) => ({ step, error }))).toEqual([
        { step: "testSecret" },
      ]);
    }
    for (const [secret, by] of rotatedSecrets)
      expect(await describeSecret(secret)).toMatchObject({
        RotationEnabled: true,
        RotationLambdaARN: functionArn(by),
        RotationRules: { ScheduleExpression: "rate(90 days)" },
      });
  });

  it("rotates, rolls the consumers and ends the old credential, by itself", async () => {
    const { aws, secretArn } = world;
    const visibilitySeconds = Number(
      template.Resources["SettlementQueue"]?.Properties["VisibilityTimeout"],
    );
    const timing = { delaySeconds: 0, visibilitySeconds };
    await connectSettlement(aws, packaged["settle"] ?? "", timing);
    const service = { cluster: "production", name: "web", tasks: 1, secretArn, server: postgres };
    await createConsumerService(aws, { ...service, pauseMs: 100 });
    const before = await world.secret();
    expect(await rotate(true, token)).toMatchObject({ succeeded: true });
    await until(async () => (await world.labels())["RETIRING"] === undefined);
    expect((await world.labels())["AWSCURRENT"]).toBe(token);
    expect(await world.accepts(await world.secret())).toBe(true);
    expect(await world.accepts(before)).toBe(false);
  });

  it("rotates and settles a generated value without the functions for databases", async () => {
    const { client } = world;
    const before = callsOf("retire-database").length;
    const on = { SecretId: keySecretId, by: "rotate-api-key" };
    expect(await rotate(true, token, on)).toMatchObject({ succeeded: true });
    await until(async () => {
      const { VersionIdsToStages = {} } = await client.send(
        new DescribeSecretCommand({ SecretId: keySecretId }),
      );
      return !Object.values(VersionIdsToStages).flat().includes("RETIRING");
    });
    const { SecretString: after = "" } = await client.send(
      new GetSecretValueCommand({ SecretId: keySecretId }),
    );
    expect(JSON.parse(after)).toEqual({ key: expect.stringMatching(/^(?!a{64})[0-9a-f]{64}$/) });
    expect(callsOf("retire-database")).toHaveLength(before);
  });

  it("ends what leaked, also of a secret whose schedule is off", async () => {
    await world.client.send(new CancelRotateSecretCommand({ SecretId: keySecretId }));
    const before = await world.secret();
    const request = { action: "leaked", secrets: [databaseSecretId, keySecretId], reason: "test" };
    const { payload } = await world.aws.functions.invoke(packaged["emergency"] ?? "", request);
    expect(payload).toMatchObject({ outcome: "started" });
    await until(async () => {
      const tags = await Promise.all(
        rotatedSecrets.map(async ([secret]) => (await describeSecret(secret)).Tags ?? []),
      );
      return tags.every((all) => all.some(({ Value = "" }) => Value.startsWith("done ")));
    });
    expect(await world.accepts(before)).toBe(false);
    expect(await describeSecret(keySecretId)).toMatchObject({ RotationEnabled: false });
    expect(await describeSecret(databaseSecretId)).toMatchObject({ RotationEnabled: true });
  });

  it("tells how far that is, without a failure", async () => {
    const request = { action: "status", secrets: [databaseSecretId] };
    const { payload } = await world.aws.functions.invoke(packaged["emergency"] ?? "", request);
    const dead = { action: "leaked", deadAt: expect.any(String), left: [] };
    expect(payload).toMatchObject({ outcome: "status", secrets: [dead] });
    expect(payload).toHaveProperty(
      "secrets.0.unread",
      "those that read parameters below /packaged/",
    );
  });

  it("moves AWSCURRENT back from a version that is refused", async () => {
    const { AWSCURRENT: current = "" } = await world.labels();
    await world.label("AWSCURRENT", current, token);
    const request = { action: "repair", secrets: [databaseSecretId], reason: "test" };
    const { payload } = await world.aws.functions.invoke(packaged["emergency"] ?? "", request);
    expect(payload).toMatchObject({ outcome: "started" });
    await until(async () => (await world.labels())["AWSCURRENT"] === current);
    await world.aws.idle();
    expect(await world.accepts(await world.secret())).toBe(true);
  });

  it("tells on-call of a rotation that failed unreported", async () => {
    const detail = {
      eventName: "RotationFailed",
      additionalEventData: { SecretId: world.secretArn },
      requestID: `Rotation-${world.secretArn}-${"a".repeat(32)}`,
      errorMessage: "Error when executing lambda during setSecret step",
    };
    const events: AwsEvent[] = [];
    using _ = world.aws.events.intercept((event) => {
      events.push(event);
      return [event];
    });
    const { payload } = await world.aws.functions.invoke(packaged["watch"] ?? "", { detail });
    expect(payload).toMatchObject({ secret: databaseSecretId, outcome: "told" });
    await world.aws.idle();
    expect(events.filter(({ source }) => source === "quarterturn")).toMatchObject([
      {
        "detail-type": "Quarterturn Alert",
        detail: { event_action: "trigger", secret: databaseSecretId, code: "ROTATION_FAILED" },
      },
    ]);
  });

  it("switches the schedules off for CloudFormation when the stack is removed", async () => {
    await using stack = await startCloudFormation();
    await stack.request("Delete", packaged["schedule"] ?? "", world.aws);
    expect(stack.answers).toMatchObject([{ Status: "SUCCESS" }]);
    for (const [secret] of rotatedSecrets)
      expect(await describeSecret(secret)).toMatchObject({ RotationEnabled: false });
  });

  it.each(names)("made no call that the role of %s does not allow", async (name) => {
    const { region, accountId } = world.aws;
    const facts = {
      "AWS::Partition": "aws",
      "AWS::Region": region,
      "AWS::AccountId": accountId,
      AlertTopic: topicArn(),
    };
    const id = `${name.replace(/(^|-)(.)/g, (_, _dash, letter) => letter.toUpperCase())}Role`;
    const statements = statementsOfRole(template, id, facts);
    const calls = callsOf(name);
    expect(calls.length).toBeGreaterThan(0);
    const secrets = {
      [databaseSecretId]: world.secretArn,
      [adminSecretId]: await arnOf(adminSecretId),
      [keySecretId]: await arnOf(keySecretId),
    };
    const asked = calls.flatMap((call) => requests(call, secrets));
    expect(asked.filter((request) => !allows(statements, request))).toEqual([]);
  });

  it("needed more than nothing of each service", () => {
    const services = (name: string) => [...new Set(callsOf(name).map(({ service }) => service))];
    expect(services("rotate-database").toSorted()).toEqual(["secretsmanager", "sns"]);
    expect(services("rotate-api-key").toSorted()).toEqual(["secretsmanager", "sns"]);
    expect(services("schedule").toSorted()).toEqual(["secretsmanager", "ssm"]);
    expect(services("relay")).toEqual(["events"]);
    expect(services("mirror").toSorted()).toEqual(["secretsmanager", "ssm"]);
    // It may see AWSCURRENT refused before that is repaired, and tell so.
    const settle = services("settle").filter((service) => service !== "sns");
    expect(settle.toSorted()).toEqual(["ecs", "lambda", "secretsmanager", "ssm"]);
    expect(services("emergency").toSorted()).toEqual([
      "ecs",
      "events",
      "lambda",
      "secretsmanager",
      "sns",
      "ssm",
    ]);
    expect(callsOf("settle").map(({ operation }) => operation)).toContain("UpdateService");
  });
});

const arnOf = async (SecretId: string) =>
  (await world.client.send(new DescribeSecretCommand({ SecretId }))).ARN ?? "";

/** The condition keys of a request (service authorization reference of Secrets Manager and of ECS). */
function contextOf(input: Readonly<Record<string, unknown>>): RequestContext {
  const keys: readonly (readonly [string, unknown])[] = [
    ["secretsmanager:VersionStage", input["VersionStage"]],
    ["secretsmanager:RotationLambdaARN", input["RotationLambdaARN"]],
    ["secretsmanager:RotateImmediately", input["RotateImmediately"]],
    ["ecs:task-definition", input["taskDefinition"]],
    ["ecs:enable-execute-command", input["enableExecuteCommand"]],
  ];
  const tagKeys = [
    ...((input["Tags"] ?? []) as { Key: string }[]).map(({ Key }) => Key),
    ...((input["TagKeys"] ?? []) as string[]),
  ];
  const rotator = rotatedSecrets.find(([secret]) => String(input["SecretId"]).includes(secret));
  return {
    ...Object.fromEntries(
      keys.flatMap(([key, value]) => (value === undefined ? [] : [[key, [String(value)]]])),
    ),
    ...(tagKeys.length > 0 && { "aws:TagKeys": tagKeys }),
    ...(rotator && {
      "secretsmanager:resource/AllowRotationLambdaArn": [functionArn(rotator[1])],
    }),
    "kms:ViaService": [`sns.${world.aws.region}.amazonaws.com`],
  };
}

/** What IAM would be asked for a call: the action, and each resource that the request names. */
function requests(
  { service, operation, input }: Call,
  secrets: Readonly<Record<string, string>>,
): readonly Request[] {
  const { region, accountId } = world.aws;
  const action = `${service}:${operation === "Invoke" ? "InvokeFunction" : operation}`;
  const arn = (resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  const context = contextOf(input);
  const on = (...resources: string[]) =>
    resources.map((resource) => ({ action, resource, context }));
  const text = (key: string) => String(input[key]);
  const list = (key: string) => (input[key] ?? []) as string[];
  const full = (kind: string, id: string) =>
    id.startsWith("arn:") ? id : arn(`${kind}/${text("cluster")}/${id}`);
  switch (service) {
    case "secretsmanager":
      return on(secrets[text("SecretId")] ?? text("SecretId"));
    case "sns":
      return on(text("TopicArn"));
    case "events":
      return list("Entries").map((entry) => {
        const { Source, DetailType }: Record<string, unknown> = { ...Object(entry) };
        const keys = {
          "events:source": [String(Source)],
          "events:detail-type": [String(DetailType)],
        };
        return { action, resource: arn("event-bus/default"), context: keys };
      });
    case "ssm": {
      const named = [input["Name"], input["Path"]].filter((name) => name !== undefined);
      const names = named.length > 0 ? named.map(String) : list("Names");
      return operation === "DescribeParameters"
        ? on("*")
        : on(...names.map((parameter) => arn(`parameter${parameter}`)));
    }
    case "lambda":
      return on(arn(`function:${text("FunctionName")}`));
    default:
      if (operation === "ListTasks") return on(arn("container-instance/any"));
      if (input["services"]) return on(...list("services").map((id) => full("service", id)));
      if (input["tasks"]) return on(...list("tasks").map((id) => full("task", id)));
      if (input["service"]) return on(full("service", text("service")));
      return on("*");
  }
}

describe("the packages", { timeout: patience }, () => {
  it("are the same bytes wherever and whenever they are made", { tags: "ci" }, async () => {
    using other = new Service(manifest());
    other.write("ca.pem", postgres.ca);
    await other.package();
    for (const name of names) expect(service.zip(name).equals(other.zip(name)), name).toBe(true);
  });

  it("are small enough", () => {
    for (const name of names)
      expect(service.zip(name).length, name).toBeLessThanOrEqual(400 * 1024);
  });

  it("hold nothing but their function", () => {
    const files = names.map((name) => Object.keys(unzipSync(service.zip(name))));
    expect(files).toEqual(names.map((name) => [`functions/${name}.mjs`]));
  });
});

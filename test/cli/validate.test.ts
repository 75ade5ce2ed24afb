import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import {
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  DeleteSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { progressLine } from "../../cli/progress.ts";
import { adminSecretId, type DatabaseSecret } from "../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import { AwsError } from "../../standin/aws.ts";
import { clientConfig } from "../standin/fixtures.ts";
import { ValidationWorld } from "./validation-world.ts";

vi.setConfig({ testTimeout: 60_000 });

let server: PostgresServer;
let world: ValidationWorld;
/** As it was put up. */
let good: DatabaseSecret;
beforeAll(async () => {
  server = await startPostgres();
  world = await ValidationWorld.open(server);
  good = await world.production.world.secret();
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

const rotationFile = () => join(world.production.world.folder, "rotation.yml");
const newPassword = () => randomBytes(18).toString("base64url");
const refuse = (operation: string, type = "AccessDeniedException") =>
  world.production.world.aws.intercept({
    before(call) {
      if (call.operation === operation && call.principal === "person")
        throw new AwsError(type, "no");
    },
  });

describe("the manifest alone", () => {
  it("is printed as a table of what will rotate", async () => {
    expect(await world.runAlone([])).toEqual({
      code: 0,
      stderr: "",
      stdout: `rotation.yml, stage production: 1 secret to rotate
  secret                       credentials  strategy           schedule       clusters
  production/database/primary  postgres     alternating-users  rate(90 days)  production

OK: 0 errors, 0 warnings, 0 notes; checked: the manifest alone (see --live).
`,
    });
    expect(world.operations()).toEqual([]);
  });

  it("is one JSON object", async () => {
    const stages = { staging: null };
    const file = world.manifest({ [world.name]: world.credential() }, { stages });
    const { code, stdout, stderr } = await world.run([
      "--json",
      "--file",
      file,
      "--stage",
      "staging",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      file,
      stage: "staging",
      live: false,
      ok: true,
      errors: 0,
      findings: [],
      secrets: [{ secret: world.name, strategy: ["alternating-users"], schedule: "rate(90 days)" }],
    });
  });

  it("is told with every problem, each at its line", async () => {
    const file = world.manifest({ a: { credentials: [] }, b: { ...world.credential(), more: 1 } });
    const { code, stdout, stderr } = await world.run(["--file", file]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toContain(`${file}, stage production: not usable`);
    expect(stdout).toMatch(/error {4}\S+a-b\.yml:1: secrets\.a\.credentials: /);
    expect(stdout).toMatch(/error {4}\S+a-b\.yml:1: secrets\.b\S*: /);
    expect(stdout).toContain("NOT OK: 2 errors");
    const json = JSON.parse((await world.run(["--file", file, "--json", "--live"])).stdout);
    expect(json).toMatchObject({ ok: false, errors: 2, secrets: [] });
    expect(world.operations()).toEqual([]);
  });

  it("is told with what is probably not meant, and with exemptions that have ended", async () => {
    const exempt = (until: string) => ({ exempt: { reason: "moving away", until } });
    const secrets = { "app-AbCdEf": world.credential(), old: exempt("2024-03-01") };
    const { code, stdout } = await world.run(["--json", "--file", world.manifest(secrets)]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).findings).toEqual([
      { severity: "warning", code: "MANIFEST_WARNING", line: 1, what: expect.any(String) },
      expect.objectContaining({ severity: "error", code: "EXEMPTION_EXPIRED", secret: "old" }),
    ]);
    const later = world.manifest({ [world.name]: world.credential(), old: exempt("9999-03-01") });
    expect(await world.run(["--file", later])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        "note     old: It does not rotate until 9999-03-01: moving away [EXEMPT]",
      ),
    });
  });

  it.each<[string, string[], string]>([
    ["a file that is not there", ["--file", "none.yml"], 'No such file: "none.yml".'],
    ["a folder", ["--file", "lib"], 'No such file: "lib".'],
    ["a stage that is none", ["--stage", "a b"], '"a b" is not a valid stage name.'],
    ["a topic without --live", ["--topic", "x"], "--topic needs --live."],
    ["what is no topic", ["--live", "--topic", "x"], '"x" is not the ARN of an SNS topic'],
    ["an unknown option", ["--fix"], "Unknown option '--fix'"],
  ])("takes %s for a mistake", async (_, options, message) => {
    const { code, stdout, stderr } = await world.run(options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("prints its usage", async () => {
    const { code, stdout } = await world.runAlone(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("npm run validate -- [options]");
  });
});

describe("a world in which nothing is wrong", () => {
  it("is told so, with who consumes", async () => {
    const { stdout, ...ran } = await world.runAlone([
      "--live",
      "--topic",
      world.topic,
      "--file",
      rotationFile(),
    ]);
    expect(ran).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(
      "note     production/database/primary: Rolled after each rotation: 1 consumer (service production/web). rotation.yml says that these are all (consumers: complete), so the old credential is retired as soon as they have the new one. [CONSUMERS]",
    );
    expect(stdout).toContain(
      "OK: 0 errors, 0 warnings, 1 note; checked: the manifest and the account.",
    );
    expect(await world.live()).toMatchObject({ code: 0, found: [] });
  });

  it("without a topic named is told that it was not looked at", async () => {
    const { code, stdout } = await world.run(["--live", "--file", rotationFile()]);
    expect(code).toBe(0);
    expect(stdout).toContain("[TOPIC_NOT_NAMED]");
    const ALERT_TOPIC_ARN = world.topic;
    const named = await world.run(["--live", "--file", rotationFile()], { ALERT_TOPIC_ARN });
    expect(named.stdout).toContain("0 warnings");
  });
});

describe("the account cannot be looked at", () => {
  it("without credentials: nothing was checked, which is no pass", async () => {
    const env = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    const { code, found, told } = await world.live(undefined, env);
    expect(code).toBe(1);
    expect(found).toContain("error NOTHING_CHECKED");
    expect(found.filter((each) => each.startsWith("error"))).toHaveLength(1);
    expect(told.find((each) => each.code === "NOTHING_CHECKED")?.what).toContain("Credentials");
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      "without credentials",
      { AWS_ACCESS_KEY_ID: "" },
      /^Set up credentials: .*get-caller-identity/,
    ],
    [
      "at an address where nobody is",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      /^Check the network/,
    ],
    [
      "at what is no address",
      { AWS_ENDPOINT_URL: "nonsense" },
      /^Check the network.*AWS_ENDPOINT_URL/,
    ],
  ])("%s: every remedy is about that, and allows nothing", async (_, env, remedy) => {
    const { told } = await world.live(undefined, env);
    const open = told.filter(({ code }) => /COULD_NOT_CHECK|NOTHING_CHECKED/.test(code));
    expect(open.length).toBeGreaterThan(3);
    for (const each of open) expect(each.remedy).toMatch(remedy);
  });

  it.each(["Frankfurt", "eu-central-1/x", "eu-central-1 "])(
    "in a Region that is none is a mistake: %j",
    async (AWS_REGION) => {
      const { code, stdout, stderr } = await world.run(["--live"], { AWS_REGION });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(`"${AWS_REGION}" is not an AWS Region (such as eu-central-1).`);
    },
  );

  it("without a Region is a mistake", async () => {
    const env = { AWS_REGION: "", AWS_DEFAULT_REGION: "" };
    const { code, stdout, stderr } = await world.run(["--live"], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("No AWS Region. Set AWS_REGION");
  });

  it.each<[string, string, number, string[]]>([
    ["the secret", "DescribeSecret", 1, ["warning COULD_NOT_CHECK", "error NOTHING_CHECKED"]],
    ["its value", "GetSecretValue", 0, ["warning COULD_NOT_CHECK"]],
    ["clusters", "ListClusters", 0, ["warning COULD_NOT_CHECK"]],
    ["a cluster", "ListTasks", 0, ["warning COULD_NOT_CHECK"]],
    ["a task definition", "DescribeTaskDefinition", 0, ["warning COULD_NOT_CHECK"]],
    ["trails", "DescribeTrails", 0, ["warning COULD_NOT_CHECK"]],
    ["a trail", "GetEventSelectors", 0, ["warning COULD_NOT_CHECK"]],
    ["the topic", "ListSubscriptionsByTopic", 0, ["warning COULD_NOT_CHECK"]],
  ])("access to %s is denied: no pass, and the rest goes on", async (_, operation, code, found) => {
    using _denied = refuse(operation);
    const ran = await world.live();
    expect(ran).toMatchObject({ code, found });
    const [open] = ran.told;
    expect(open?.what).toMatch(/^Could not check .*, because: .*AccessDenied/);
    expect(open?.remedy).toMatch(/^Allow /);
  });
});

describe("the database", () => {
  it("is down: could not be checked, and how to check it otherwise", async () => {
    await server.stop();
    try {
      const { code, found, told } = await world.live();
      expect({ code, found }).toEqual({ code: 0, found: ["warning COULD_NOT_CHECK"] });
      expect(told[0]?.what).toBe(
        `Could not check whether AWSCURRENT logs in as user ${good.username} on 127.0.0.1:${good.port}, because: No answer from 127.0.0.1:${good.port} (connection refused).`,
      );
      expect(told[0]?.remedy).toBe(
        `Run this where the database can be reached (on a host or a CI runner in its VPC), or have the deployed function check: aws secretsmanager rotate-secret --secret-id ${world.name} --no-rotate-immediately`,
      );
    } finally {
      await server.start();
    }
  });

  it("that never answers keeps nobody from the rest", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    await world.create("app/silent", { ...good, port, connection_string: undefined });
    const inPlace = { type: "postgres", strategy: "in-place", ca: "ca.pem" };
    const { code, found, told } = await world.live(
      world.manifest({ "app/silent": { credentials: [inPlace] }, "app/none": world.credential() }),
    );
    silent.close();
    expect({ code, found }).toEqual({
      code: 1,
      found: ["warning COULD_NOT_CHECK", "error SECRET_MISSING"],
    });
    expect(told[0]?.what).toMatch(/No answer from 127\.0\.0\.1:\d+ \(timed out\)\.$/);
  });

  it("shows a certificate of nobody who is trusted", async () => {
    const file = world.manifest({ [world.name]: world.credential({ ca: "system" }) });
    expect(await world.live(file)).toMatchObject({ code: 1, found: ["error TLS_FAILED"] });
  });

  it("refuses the administrator a right, and the remedy cures it", async () => {
    const admin = (await world.read(adminSecretId))["username"];
    await server.query(`REVOKE "${good.username}" FROM "${admin}"`);
    const { code, found, told } = await world.live();
    expect({ code, found }).toEqual({ code: 1, found: ["error PERMISSION_DENIED"] });
    const grant = /GRANT [^;]+/.exec(told[0]?.remedy ?? "")?.[0] ?? "";
    await server.query(grant);
    expect((await world.live()).found).toEqual([]);
  });
});

describe("a secret", () => {
  const file = (name: string, more: object = {}) =>
    world.manifest({ [name]: { ...world.credential(), ...more } });

  it.each<[string, (value: DatabaseSecret) => object | string, string]>([
    [
      "holds a wrong password",
      ({ connection_string: url, ...value }) => {
        const password = newPassword();
        return { ...value, password, connection_string: url.replace(value.password, password) };
      },
      "CREDENTIALS_REFUSED",
    ],
    ["is no JSON", () => newPassword(), "SECRET_NOT_JSON"],
    ["has no host", ({ host: _, connection_string: __, ...value }) => value, "FIELD_MISSING"],
    [
      "has an empty password",
      ({ connection_string: url, ...value }) => ({
        ...value,
        password: "",
        connection_string: String(url).replace(/:[^:@]+@/, "@"),
      }),
      "FIELD_INVALID",
    ],
    [
      "has a URL for a host",
      (value) => ({ ...value, host: value.connection_string }),
      "FIELD_INVALID",
    ],
    ["is of another engine", (value) => ({ ...value, engine: "mysql" }), "ENGINE_MISMATCH"],
    [
      "belongs to another server than its administrator",
      ({ connection_string: url, ...value }) => ({
        ...value,
        host: "localhost",
        connection_string: String(url).replace(/@[^:/]+/, "@localhost"),
      }),
      "ADMIN_UNUSABLE",
    ],
  ])("%s", async (_, change, expected) => {
    const name = `app/${randomUUID()}`;
    await world.create(name, change(good));
    const { code, found, told } = await world.live(
      world.manifest({
        [name]: { ...world.credential({ type: undefined }), clusters: ["production"] },
      }),
    );
    expect(code).toBe(1);
    expect(found).toContain(`error ${expected}`);
    expect(told.every(({ secret }) => secret === name)).toBe(true);
  });

  it("holds a generated value, or something else where the one before is to be kept", async () => {
    const key = { type: "generated", format: "hex", field: "jwt_secret", previous: "jwt_previous" };
    const manifest = (name: string) => world.manifest({ [name]: key });
    const hex = () => randomBytes(32).toString("hex");
    await world.create("app/key", { jwt_secret: hex() });
    expect(await world.live(manifest("app/key"))).toMatchObject({ code: 0 });

    await world.create("app/issued", { jwt_secret: newPassword() });
    const issued = await world.live(manifest("app/issued"));
    expect(issued).toMatchObject({ code: 1, found: ["error FORM_UNEXPECTED"] });
    const wanted = world.manifest({ "app/issued": { ...key, overwrite: true } });
    expect(await world.live(wanted)).toMatchObject({ code: 0 });

    await world.create("app/overwritten", {
      jwt_secret: hex(),
      jwt_previous: newPassword(),
    });
    const refused = await world.live(manifest("app/overwritten"));
    expect(refused).toMatchObject({ code: 1, found: ["error FIELD_INVALID"] });

    await world.create("app/plain", hex());
    const plain = { type: "generated", format: "hex" };
    expect(await world.live(world.manifest({ "app/plain": plain }))).toMatchObject({ code: 0 });
  });

  it("is not there; is going to be deleted; has another key", async () => {
    const missing = await world.live(file("app/none"));
    expect(missing).toMatchObject({ code: 1, found: ["error SECRET_MISSING"] });

    const KmsKeyId = `arn:aws:kms:eu-central-1:123456789012:key/${randomUUID()}`;
    await world.create("app/keyed", good, { KmsKeyId });
    const keyed = await world.live(file("app/keyed"));
    expect(keyed).toMatchObject({ code: 1, found: ["error KMS_KEY_DIFFERS"] });

    const { client } = world.production.world;
    await client.send(new DeleteSecretCommand({ SecretId: "app/keyed" }));
    const deleted = await world.live(file("app/keyed"));
    expect(deleted).toMatchObject({ code: 1, found: ["error SECRET_DELETED"] });
  });

  it("holds a login that another one holds, too", async () => {
    await world.create("app/twin", good);
    const secrets = { [world.name]: world.credential(), "app/twin": world.credential() };
    const { code, found, told } = await world.live(world.manifest(secrets));
    expect(code).toBe(1);
    expect(found).toEqual(["error SAME_LOGIN"]);
    expect(told[0]?.what).toContain(`is in ${world.name} and in app/twin`);
  });

  it("carries labels that another rotation left", async () => {
    await world.create("app/labels", good);
    const { client, aws } = world.production.world;
    const put = (label: string) =>
      client.send(
        new PutSecretValueCommand({
          SecretId: "app/labels",
          SecretString: "{}",
          VersionStages: [label],
        }),
      );
    await put("RETIRING");
    expect((await world.live(file("app/labels"))).found).toEqual(["error UNSETTLED"]);
    await put("AWSPENDING");
    expect((await world.live(file("app/labels"))).found).toEqual([
      "error PENDING_STUCK",
      "error UNSETTLED",
    ]);
    expect(aws.notifications).toEqual([]);
  });

  it("is rotated by another function", async () => {
    await world.create("app/elsewhere", good);
    const { client, aws, retireArn } = world.production.world;
    await client.send(
      new RotateSecretCommand({
        SecretId: "app/elsewhere",
        RotationLambdaARN: retireArn,
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediately: false,
      }),
    );
    await aws.idle();
    const { code, found, told } = await world.live(file("app/elsewhere"));
    expect(code).toBe(0);
    expect(found).toContain("warning ROTATED_ELSEWHERE");
    expect(told[0]?.what).toContain(retireArn);
  });
});

describe("consumers", () => {
  const all = { desiredCount: 0 };
  let file: string;
  let arn: string;
  beforeAll(async () => {
    arn = world.production.world.secretArn;
    file = rotationFile();
  });
  const remove = (service: string, cluster = "production") =>
    world.production.ecs.deleteService({ cluster, service, force: true });

  it("in place: whose connections will fail, and what to do", async () => {
    const inPlace = world.manifest({
      [world.name]: {
        credentials: [
          { type: "postgres", strategy: "in-place", urls: ["connection_string"], ca: "ca.pem" },
        ],
      },
    });
    const { code, told } = await world.live(inPlace);
    expect(code).toBe(0);
    expect(told).toEqual([
      {
        severity: "warning",
        code: "INJECTED_IN_PLACE",
        secret: world.name,
        what: "in-place with injected consumers: new connections of 1 consumer (service production/web) fail from each rotation until they are replaced.",
        remedy: expect.stringContaining("Name an admin secret for alternating-users"),
      },
    ]);
  });

  it.each<[string, string, object, object]>([
    ["pinned", "error PINNED_REFERENCE", { secrets: [{ name: "DB", valueFrom: ":::v1" }] }, all],
    [
      "without the user",
      "error USERNAME_NOT_READ",
      { secrets: [{ name: "DB", valueFrom: ":password::" }] },
      all,
    ],
    [
      "of CodeDeploy",
      "warning CONTROLLER_CANNOT_BE_FORCED",
      {},
      { deploymentController: { type: "CODE_DEPLOY" } },
    ],
  ])("%s", async (name, expected, container, service) => {
    const serviceName = name.replaceAll(" ", "-");
    const { secrets } = container as { secrets?: { name: string; valueFrom: string }[] };
    const own = secrets?.map((each) => ({ ...each, valueFrom: arn + each.valueFrom }));
    await world.production.serve(serviceName, own ? { secrets: own } : {}, service);
    try {
      const { found, told } = await world.live(file);
      expect(found).toEqual([expected]);
      expect(told[0]?.what).toContain(`production/${serviceName}`);
    } finally {
      await remove(serviceName);
    }
  });

  it("outside the clusters, and a cluster that is not there", async () => {
    await world.production.ecs.createCluster({ clusterName: "batch" });
    await world.production.serve("reports", {}, { cluster: "batch", ...all });
    try {
      expect((await world.live(file)).found).toEqual(["error REFERENCE_OUTSIDE"]);
      const secrets = { [world.name]: world.credential() };
      const both = world.manifest(secrets, {
        defaults: { clusters: ["batch", "production", "gone"] },
      });
      const { code, found, told } = await world.live(both);
      expect({ code, found }).toEqual({ code: 1, found: ["error CLUSTER_MISSING"] });
      expect(told[0]?.what).toContain("lists the cluster gone");
    } finally {
      await remove("reports", "batch");
    }
  });
});

describe("the outside path", () => {
  it("has a trail that is stopped, or does not record failed rotations", async () => {
    const { trails } = world;
    const found = async () => (await world.live()).found;
    const select = (selectors: object) =>
      trails.send(new PutEventSelectorsCommand({ TrailName: "all", ...selectors }));
    const management = (...more: object[]) => ({
      AdvancedEventSelectors: [
        { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }, ...more] },
      ],
    });
    await trails.send(new StopLoggingCommand({ Name: "all" }));
    expect(await found()).toEqual(["error NO_TRAIL"]);
    await trails.send(new StartLoggingCommand({ Name: "all" }));
    await select({
      EventSelectors: [{ ReadWriteType: "ReadOnly", IncludeManagementEvents: true }],
    });
    expect(await found()).toEqual(["error NO_TRAIL"]);
    await select(management({ Field: "readOnly", Equals: ["true"] }));
    expect(await found()).toEqual(["error NO_TRAIL"]);
    await select(management({ Field: "eventSource", NotEquals: ["kms.amazonaws.com"] }));
    expect(await found()).toEqual([]);
  });

  it("has a topic that nobody hears, or none", async () => {
    const sns = new SNSClient(clientConfig(world.production.world.aws, "operator"));
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "unheard" }));
    sns.destroy();
    const of = async (topic: string) => {
      const options = ["--live", "--json", "--topic", topic, "--file", rotationFile()];
      const { code, stdout } = await world.run(options);
      return {
        code,
        codes: JSON.parse(stdout).findings.map((each: { code: string }) => each.code),
      };
    };
    expect(await of(TopicArn)).toEqual({ code: 1, codes: ["CONSUMERS", "NOBODY_LISTENS"] });
    expect(await of(`${TopicArn}-gone`)).toEqual({
      code: 1,
      codes: ["CONSUMERS", "TOPIC_NOT_FOUND"],
    });
  });
});

describe("after all of it", () => {
  it("everything is good again, and as it was", async () => {
    expect(await world.live()).toMatchObject({ code: 0, found: [] });
    expect(world.canaries.size).toBeGreaterThan(3);
  });

  it("nothing was called but what docs/validate.md asks permission for", () => {
    const documented = [...readFileSync("docs/validate.md", "utf8").matchAll(/"(\w+:\w+)"/g)];
    const needed = documented.map(([, action]) => action).filter((each) => each !== "kms:Decrypt");
    expect(world.operations()).toEqual(needed.toSorted());
    expect(world.operations().filter((each) => !/:(Describe|Get|List)/.test(each))).toEqual([]);
  });
});

it("changes nothing, in the account and on the server, by either strategy", async () => {
  const untouched = await world.everything();
  await world.live();
  await world.live(
    world.manifest({
      [world.name]: { credentials: [{ type: "postgres", strategy: "in-place", ca: "ca.pem" }] },
    }),
  );
  expect(await world.everything()).toBe(untouched);
});

describe("progress", () => {
  it.each([
    [true, "\r\x1b[K1 of 3 secrets checked …\r\x1b[K"],
    [false, ""],
  ])("is a line on a terminal alone (%s)", (isTTY, expected) => {
    const written: string[] = [];
    const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    const line = progressLine({ isTTY, write });
    line.show(1, 3);
    line.clear();
    expect(written.join("")).toBe(expected);
  });
});

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { IAM } from "@aws-sdk/client-iam";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readManifest } from "../../build/manifest-plugin.ts";
import { resources } from "../../infra/template.ts";
import { createTopic } from "../../lab/clients.ts";
import { Host } from "../../lab/host.ts";
import { startCluster } from "../../lab/idle-service.ts";
import { smtpPassword } from "../../lib/rotators/iam/smtp.ts";
import { Secret } from "../../lib/secret/secret.ts";
import { AwsError, type Call } from "../../standin/aws.ts";
import { allows, statementsOfRole } from "../infra/policy.ts";
import type { Template } from "../infra/service.ts";
import { clientConfig } from "../standin/fixtures.ts";

const secretId = "production/api-keys/aws";
const user = "apps/uploads";
const UserName = "uploads";
const manifest = {
  defaults: { clusters: ["production"], consumers: "complete" },
  secrets: {
    [secretId]: {
      credentials: [
        {
          type: "iam",
          user,
          adopt: true,
          ses: [{ region: "eu-central-1", password: "SMTP_PASSWORD", username: "SMTP_USERNAME" }],
        },
      ],
    },
  },
};

let host: Host;
let arns: Awaited<ReturnType<Host["deploy"]>>;
beforeAll(async () => {
  // Slow enough to be met, and answers that change back for a while.
  host = await Host.start({
    accessKeys: { activationMs: 700, revocationMs: 400, flickerMs: 300 },
  });
  const topicArn = await createTopic(host.aws);
  arns = await host.deploy({ manifest, ca: "", topicArn });
}, 120_000);
afterAll(() => host?.[Symbol.asyncDispose]());

interface Value {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
  readonly SMTP_USERNAME: string;
  readonly SMTP_PASSWORD: string;
  readonly BUCKET: string;
}

const valueWith = (id = "", secret = ""): Value => ({
  AWS_ACCESS_KEY_ID: id,
  AWS_SECRET_ACCESS_KEY: secret,
  SMTP_USERNAME: id,
  SMTP_PASSWORD: smtpPassword(new Secret(secret), "eu-central-1").reveal(),
  BUCKET: "media",
});

const admin = () => ({
  iam: new IAM(clientConfig(host.aws, "administrator")),
  secrets: new SecretsManager(clientConfig(host.aws, "administrator")),
});

/** The secret with a first key that a person has made, which works already. */
beforeEach(async () => {
  const { aws } = host;
  await aws.reset();
  await createTopic(aws);
  (await startCluster(aws)).destroy();
  const { iam, secrets } = admin();
  await iam.createUser({ UserName, Path: "/apps/" });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  const value = valueWith(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey);
  await secrets.createSecret({ Name: secretId, SecretString: JSON.stringify(value) });
  await sleep(1100);
});

/** What the role of each function allows, as deployed for this manifest. */
function roleOf(name: "rotate-api-key" | "retire-api-key") {
  const file = join(host.folder, "rotation.yml");
  const template = resources({
    service: "quarterturn",
    stage: "production",
    manifest: readManifest(file, "production"),
  });
  const id = { "rotate-api-key": "RotateApiKeyRole", "retire-api-key": "RetireApiKeyRole" }[name];
  const facts = { "AWS::Partition": "aws", "AWS::AccountId": host.aws.accountId };
  return statementsOfRole({ Resources: template as Template["Resources"] }, id, facts);
}

/** As IAM sees a call of one of its own operations (service authorization reference). */
function requestOf({ operation, input }: Call) {
  const tags = (input["Tags"] as { Key: string }[] | undefined)?.map(({ Key }) => Key);
  const keys = tags ?? (input["TagKeys"] as string[] | undefined);
  return {
    action: `iam:${operation}`,
    resource: `arn:aws:iam::${host.aws.accountId}:user/${user}`,
    context: keys ? { "aws:TagKeys": keys } : {},
  };
}

afterEach(() => {
  for (const name of ["rotate-api-key", "retire-api-key"] as const) {
    const asked = host.aws.calls
      .filter(({ service, principal }) => service === "iam" && principal.startsWith(name))
      .map(requestOf);
    if (name === "rotate-api-key") expect(asked.length).toBeGreaterThan(2);
    const role = roleOf(name);
    expect(asked.filter((request) => !allows(role, request))).toEqual([]);
  }
});

afterEach(() => {
  const { calls, notifications } = host.aws;
  const others = calls.filter(({ service }) => service !== "secretsmanager");
  const all =
    told.splice(0).join("\n") + JSON.stringify([notifications, others.map(({ input }) => input)]);
  expect(all.length).toBeGreaterThan(1000);
  expect(secrets.size).toBeGreaterThan(1);
  for (const value of secrets) expect(all.includes(value), "a key is in what was told").toBe(false);
  secrets.clear();
});

async function current(): Promise<Value> {
  const { SecretString = "" } = await admin().secrets.getSecretValue({ SecretId: secretId });
  const value: Value = JSON.parse(SecretString);
  secrets.add(value.AWS_SECRET_ACCESS_KEY).add(value.SMTP_PASSWORD);
  return value;
}

const labels = async () => {
  const { VersionIdsToStages = {} } = await admin().secrets.describeSecret({ SecretId: secretId });
  return Object.fromEntries(
    Object.entries(VersionIdsToStages).flatMap(([id, all]) => all.map((label) => [label, id])),
  );
};

/** What was printed, told, tagged or asked: everything but the secret's own values must hold no part of a key. */
const told: string[] = [];

/** Every value that is one. */
const secrets = new Set<string>();

async function rotate(token: string, RotateImmediately = true) {
  await admin().secrets.rotateSecret({
    RotateImmediately,
    SecretId: secretId,
    ClientRequestToken: token,
    RotationLambdaARN: arns["rotate-api-key"],
    RotationRules: { AutomaticallyAfterDays: 90 },
  });
  const outcome = await host.aws.rotations.finished(secretId, token);
  told.push(...outcome.steps.flatMap(({ log, error }) => [log, JSON.stringify(error)]));
  return outcome;
}

async function retire(action: string, version: string) {
  const request = { action, secret: secretId, version };
  const { log, error, payload } = await host.aws.functions.invoke(arns["retire-api-key"], request);
  told.push(log, JSON.stringify([error, payload]));
  return payload;
}

const ids = async () => {
  const { AccessKeyMetadata = [] } = await admin().iam.listAccessKeys({ UserName });
  return AccessKeyMetadata.map(({ AccessKeyId }) => AccessKeyId);
};

const use = ({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }: Value) => {
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
  };
  return new STS({ ...clientConfig(host.aws), credentials, maxAttempts: 1 }).getCallerIdentity();
};

/** A consumer that reads AWSCURRENT before each call. */
function startConsumer() {
  const stop = new AbortController();
  const seen = { calls: 0, keys: new Set<string>(), failures: [] as string[] };
  const running = (async () => {
    while (!stop.signal.aborted) {
      const value = await current();
      seen.calls += 1;
      seen.keys.add(value.AWS_ACCESS_KEY_ID);
      await use(value).catch(({ name }) => seen.failures.push(name));
      await sleep(20);
    }
  })();
  return {
    async stop() {
      stop.abort();
      await running;
      return seen;
    },
  };
}

describe("the built functions, on an access key of an IAM user", () => {
  it("replace it with all that is derived from it, and no call of a consumer fails", {
    timeout: 60_000,
  }, async () => {
    const old = await current();
    const consumer = startConsumer();
    expect(await rotate(randomUUID())).toMatchObject({ succeeded: true });
    await sleep(500);
    const { calls, keys, failures } = await consumer.stop();
    const next = await current();
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(20);
    expect([...keys]).toEqual([old.AWS_ACCESS_KEY_ID, next.AWS_ACCESS_KEY_ID]);
    expect(next).toEqual(valueWith(next.AWS_ACCESS_KEY_ID, next.AWS_SECRET_ACCESS_KEY));
    expect(await ids()).toEqual([old.AWS_ACCESS_KEY_ID, next.AWS_ACCESS_KEY_ID]);
    const { Tags } = await admin().iam.listUserTags({ UserName });
    expect(Tags).toEqual([
      { Key: next.AWS_ACCESS_KEY_ID, Value: expect.stringMatching(/^qt-aws-[a-z2-7]{10}-/) },
    ]);
    // It was used a moment ago, as far as AWS can tell.
    const { RETIRING = "" } = await labels();
    expect(await retire("retireUnused", RETIRING)).toMatchObject({
      outcome: "done",
      refused: false,
      waiting: expect.stringContaining(`the old key ${old.AWS_ACCESS_KEY_ID} was used at`),
    });
    expect(await use(old)).toMatchObject({ Account: host.aws.accountId });
  });

  it("end one that leaked, with its sessions, as soon as it is replaced", {
    timeout: 60_000,
  }, async () => {
    const old = await current();
    const { Credentials } = await new STS({
      ...clientConfig(host.aws),
      credentials: {
        accessKeyId: old.AWS_ACCESS_KEY_ID,
        secretAccessKey: old.AWS_SECRET_ACCESS_KEY,
      },
    }).getSessionToken();
    const thief = new SecretsManager({
      ...clientConfig(host.aws),
      credentials: {
        accessKeyId: String(Credentials?.AccessKeyId),
        secretAccessKey: String(Credentials?.SecretAccessKey),
        sessionToken: String(Credentials?.SessionToken),
      },
    });
    expect(await thief.listSecrets()).toBeDefined();
    expect(await rotate(`leaked-${randomUUID()}`)).toMatchObject({ succeeded: true });
    const { RETIRING = "" } = await labels();
    await retire("retireLeaked", RETIRING);
    const next = await current();
    expect(await ids()).toEqual([next.AWS_ACCESS_KEY_ID]);
    await expect(thief.listSecrets()).rejects.toMatchObject({ name: "AccessDeniedException" });
    await sleep(800);
    await expect(use(old)).rejects.toMatchObject({ name: "InvalidClientTokenId" });
    expect(await use(next)).toMatchObject({ Arn: expect.stringContaining(`:user/${user}`) });
  });

  it("leave AWSCURRENT and a foreign key alone where there is no room", {
    timeout: 60_000,
    tags: "ci",
  }, async () => {
    const { iam } = admin();
    const { AccessKey } = await iam.createAccessKey({ UserName });
    const before = await current();
    const { succeeded, steps } = await rotate(randomUUID());
    expect(succeeded).toBe(false);
    expect(steps.map(({ step, error }) => [step, error?.errorType]).at(-1)).toEqual([
      "createSecret",
      "KEYS_FULL",
    ]);
    expect(await current()).toEqual(before);
    expect(await ids()).toEqual([before.AWS_ACCESS_KEY_ID, AccessKey?.AccessKeyId]);
  });

  it("finish a rotation whose key was created while its reply was lost", {
    timeout: 60_000,
    tags: "ci",
  }, async () => {
    let lost = 0;
    using _ = host.aws.intercept({
      after({ operation }) {
        if (operation !== "CreateAccessKey" || lost > 0) return undefined;
        lost += 1;
        return "lose";
      },
    });
    const old = await current();
    expect(await rotate(randomUUID())).toMatchObject({ succeeded: true });
    expect(lost).toBe(1);
    const next = await current();
    expect(await ids()).toEqual([old.AWS_ACCESS_KEY_ID, next.AWS_ACCESS_KEY_ID]);
    expect(await use(next)).toMatchObject({ Account: host.aws.accountId });
  });

  it("tell before the first rotation that a right is missing, and change nothing", {
    timeout: 60_000,
    tags: "ci",
  }, async () => {
    const before = [await current(), await ids()];
    expect(await rotate(randomUUID(), false)).toMatchObject({ succeeded: true });
    using _ = host.aws.intercept({
      before({ operation, principal }) {
        if (operation === "DeleteAccessKey" && principal.startsWith("rotate-"))
          throw new AwsError("AccessDenied", "not allowed", 403);
      },
    });
    const { succeeded, steps } = await rotate(randomUUID(), false);
    expect(succeeded).toBe(false);
    expect(steps.at(-1)?.error).toMatchObject({
      errorType: "ADMIN_KEY_REFUSED",
      errorMessage: expect.stringContaining("iam:DeleteAccessKey"),
    });
    expect([await current(), await ids()]).toEqual(before);
  });
});

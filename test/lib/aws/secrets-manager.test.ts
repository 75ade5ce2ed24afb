import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../../lab/postgres/free-port.ts";
import { SecretsManagerStore } from "../../../lib/aws/secrets-manager.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { type Aws, AwsError, type Interceptor, startAws } from "../../../standin/aws.ts";
import { everyRendering } from "../../rendering.ts";
import { createSecret, labels, sdkClient } from "../../standin/fixtures.ts";

let aws: Aws;
let client: SecretsManagerClient;
let store: SecretsManagerStore;
let secret: Awaited<ReturnType<typeof createSecret>>;
const value = `canary-${randomUUID()}`;
const soon = () => AbortSignal.timeout(10_000);

beforeAll(async () => {
  aws = await startAws();
  client = sdkClient(aws);
  store = new SecretsManagerStore(() => client);
});
afterAll(async () => {
  client.destroy();
  await aws[Symbol.asyncDispose]();
});
beforeEach(async () => {
  secret = await createSecret(client, value);
});

/** A further version with these labels. */
async function put(VersionStages: string[], input: object = { SecretString: value }) {
  const ClientRequestToken = randomUUID();
  await client.send(
    new PutSecretValueCommand({
      SecretId: secret.name,
      ClientRequestToken,
      VersionStages,
      ...input,
    }),
  );
  return ClientRequestToken;
}
const removeLabel = (label: string, from: string) =>
  client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secret.name,
      VersionStage: label,
      RemoveFromVersionId: from,
    }),
  );
const pendingOf = (token: string, text: string) => ({
  secretId: secret.arn,
  token,
  text: new Secret(text),
  labels: ["AWSPENDING"],
});

describe("describe", () => {
  it.each(["name", "arn"] as const)("tells names and labels, by %s", async (by) => {
    const pending = await put(["AWSPENDING", "MINE"]);
    expect(await store.describe(secret[by], soon())).toEqual({
      arn: secret.arn,
      name: secret.name,
      rotationEnabled: undefined,
      owningService: undefined,
      createdAt: expect.any(Date),
      changedAt: expect.any(Date),
      tags: new Map(),
      versions: new Map([
        [secret.version, ["AWSCURRENT"]],
        [pending, ["AWSPENDING", "MINE"]],
      ]),
    });
  });

  it("leaves versions out that have no label", async () => {
    const pending = await put(["AWSPENDING"]);
    await removeLabel("AWSPENDING", pending);
    const { versions } = await store.describe(secret.arn, soon());
    expect([...versions.keys()]).toEqual([secret.version]);
  });
});

describe("read", () => {
  it("gives a version's value as a Secret", async () => {
    const read = await store.read(secret.arn, secret.version, soon());
    expect(read).toEqual(new Secret(value));
  });

  it("gives AWSCURRENT's value with its version id", async () => {
    await put(["AWSPENDING"], { SecretString: "another" });
    const current = { versionId: secret.version, text: new Secret(value) };
    expect(await store.current(secret.arn, soon())).toEqual(current);
    expect(await store.current(`test/${randomUUID()}`, soon())).toBeUndefined();
  });

  it("gives nothing where the value is not there, or not visible yet", async () => {
    expect(await store.read(secret.arn, randomUUID(), soon())).toBeUndefined();
  });

  it("refuses a binary value", async () => {
    const version = await put(["AWSPENDING"], { SecretBinary: Buffer.from(value) });
    await expect(store.read(secret.arn, version, soon())).rejects.toMatchObject({
      code: "SECRET_BINARY",
      message: expect.stringContaining(version),
    });
  });
});

describe("putPending", () => {
  it("gives the version its value and AWSPENDING, and leaves AWSCURRENT alone", async () => {
    const token = randomUUID();
    expect(await store.putPending(pendingOf(token, "next"), soon())).toBe("created");
    expect(await store.read(secret.arn, token, soon())).toEqual(new Secret("next"));
    expect(await labels(client, secret.name)).toEqual({
      [secret.version]: ["AWSCURRENT"],
      [token]: ["AWSPENDING"],
    });
  });

  it("gives the version other labels with it", async () => {
    const token = randomUUID();
    const pending = { ...pendingOf(token, "next"), labels: ["AWSPENDING", "MINE"] };
    await store.putPending(pending, soon());
    expect(await labels(client, secret.name)).toMatchObject({ [token]: ["AWSPENDING", "MINE"] });
  });

  it("says that another value is there already, and keeps that one", async () => {
    const token = randomUUID();
    await store.putPending(pendingOf(token, "first"), soon());
    expect(await store.putPending(pendingOf(token, "second"), soon())).toBe("exists");
    expect(await store.read(secret.arn, token, soon())).toEqual(new Secret("first"));
  });

  it("takes the same value again", async () => {
    const token = randomUUID();
    await store.putPending(pendingOf(token, "same"), soon());
    expect(await store.putPending(pendingOf(token, "same"), soon())).toBe("created");
  });

  it("passes the RotationToken on", async () => {
    const [token, rotationToken] = [randomUUID(), randomUUID()];
    const pending = {
      ...pendingOf(token, "next"),
      rotationToken: new Secret<string>(rotationToken),
    };
    await store.putPending(pending, soon());
    expect(aws.calls.at(-1)?.input).toMatchObject({ RotationToken: rotationToken });
  });

  it("sends none where there is none", async () => {
    await store.putPending(pendingOf(randomUUID(), "next"), soon());
    expect(aws.calls.at(-1)?.input).not.toHaveProperty("RotationToken");
  });
});

describe("moveLabel", () => {
  it("moves AWSCURRENT from the version that has it", async () => {
    const to = await put(["AWSPENDING"]);
    const move = { secretId: secret.arn, label: "AWSCURRENT", from: secret.version, to };
    expect(await store.moveLabel(move, soon())).toBe("moved");
    expect(await labels(client, secret.name)).toEqual({
      [secret.version]: ["AWSPREVIOUS"],
      [to]: ["AWSCURRENT", "AWSPENDING"],
    });
  });

  it("says that the label is elsewhere, and moves nothing", async () => {
    const [to, somebodyElses] = [await put(["AWSPENDING"]), await put(["AWSCURRENT"])];
    const move = { secretId: secret.arn, label: "AWSCURRENT", from: secret.version, to };
    expect(await store.moveLabel(move, soon())).toBe("elsewhere");
    expect(await labels(client, secret.name)).toMatchObject({ [somebodyElses]: ["AWSCURRENT"] });
  });

  it("attaches a label that sits nowhere, and again", async () => {
    const move = { secretId: secret.arn, label: "RETIRING", to: secret.version };
    expect(await store.moveLabel(move, soon())).toBe("moved");
    expect(await store.moveLabel(move, soon())).toBe("moved");
    expect(await labels(client, secret.name)).toEqual({
      [secret.version]: ["AWSCURRENT", "RETIRING"],
    });
  });

  it("does not attach a label that sits elsewhere", async () => {
    await put(["RETIRING"]);
    const move = { secretId: secret.arn, label: "RETIRING", to: secret.version };
    expect(await store.moveLabel(move, soon())).toBe("elsewhere");
  });
});

describe("unlabelled", () => {
  it("lists versions without a label only, newest first", async () => {
    const made: string[] = [];
    for (let i = 0; i < 3; i++) {
      made.push(await put(["AWSPENDING"]));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await store.unlabelled(secret.arn, soon())).toEqual([made[1], made[0]]);
  });

  it("lists all of them over several pages", async () => {
    for (let i = 0; i < 105; i++) await put(["AWSPENDING"]);
    const listed = await store.unlabelled(secret.arn, soon());
    expect(new Set(listed).size).toBe(104);
  });
});

/** Every call of the port, on the secret of the test. */
const calls: readonly [string, (signal: AbortSignal) => Promise<unknown>][] = [
  ["DescribeSecret", (signal) => store.describe(secret.arn, signal)],
  ["GetSecretValue", (signal) => store.read(secret.arn, secret.version, signal)],
  ["PutSecretValue", (signal) => store.putPending(pendingOf(randomUUID(), value), signal)],
  [
    "UpdateSecretVersionStage",
    (signal) => store.moveLabel({ secretId: secret.arn, label: "X", to: secret.version }, signal),
  ],
  ["ListSecretVersionIds", (signal) => store.unlabelled(secret.arn, signal)],
];

const answer = (error: AwsError): Interceptor => ({
  before() {
    throw error;
  },
});

describe.each(calls)("a failure of %s", (operation, call) => {
  it.each<[string, AwsError, boolean, string]>([
    [
      "that is a denial names the permission",
      new AwsError("AccessDeniedException", `not authorized: ${value}`),
      false,
      "AccessDeniedException (HTTP 400, request",
    ],
    [
      "of the key names the key",
      new AwsError("EncryptionFailure", `key of ${value}`),
      false,
      "KMS key",
    ],
    [
      "that is a throttle is worth another attempt",
      new AwsError("ThrottlingException", `rate of ${value}`),
      true,
      "ThrottlingException",
    ],
    [
      "of a quota is not cured by waiting",
      new AwsError("LimitExceededException", value),
      false,
      "20 staging labels",
    ],
    [
      "of the service is worth another attempt",
      new AwsError("InternalServiceError", value, 500),
      true,
      "(HTTP 500, request",
    ],
  ])("%s, and not the service's own words", async (_, error, retryable, part) => {
    using __ = aws.intercept(answer(error));
    const thrown = await call(soon()).catch((caught: unknown) => caught);
    expect(thrown).toMatchObject({
      code: "AWS_CALL_FAILED",
      retryable,
      message: expect.stringContaining(`secretsmanager:${operation} on ${secret.arn} failed: `),
    });
    expect(thrown).toHaveProperty("message", expect.stringContaining(part));
    expect(everyRendering(thrown)).not.toContain(value);
  });

  it("is the deadline when the signal aborts", async () => {
    using _ = aws.intercept({ before: () => new Promise(() => {}) });
    const start = performance.now();
    await expect(call(AbortSignal.timeout(100))).rejects.toMatchObject({ code: "DEADLINE" });
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe("a secret that is not there", () => {
  const nowhere = () => `test/${randomUUID()}`;
  it.each<[string, (name: string) => Promise<unknown>]>([
    ["DescribeSecret", (name) => store.describe(name, soon())],
    [
      "PutSecretValue",
      (name) => store.putPending({ ...pendingOf(randomUUID(), value), secretId: name }, soon()),
    ],
    ["ListSecretVersionIds", (name) => store.unlabelled(name, soon())],
  ])("is told by %s", async (operation, call) => {
    const name = nowhere();
    await expect(call(name)).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      retryable: false,
      message: expect.stringMatching(
        `${operation} on ${name} failed: ResourceNotFoundException .*Region`,
      ),
    });
  });

  it("and one that is to be deleted is told, too", async () => {
    await client.send(new DeleteSecretCommand({ SecretId: secret.name }));
    const put = store.putPending(pendingOf(randomUUID(), value), soon());
    await expect(put).rejects.toMatchObject({
      message: expect.stringContaining("InvalidRequestException"),
    });
  });
});

describe("an endpoint that is not there", () => {
  const far = (endpoint: string, credentials = true) =>
    new SecretsManagerStore(
      () =>
        new SecretsManagerClient({
          endpoint,
          region: "eu-central-1",
          maxAttempts: 1,
          credentials: credentials
            ? { accessKeyId: "test", secretAccessKey: randomUUID() }
            : async () => {
                throw Object.assign(new Error("none"), { name: "CredentialsProviderError" });
              },
        }),
    );

  it.each<[string, () => Promise<string>, string]>([
    ["is refused", async () => `http://127.0.0.1:${await freePort()}`, "ECONNREFUSED"],
    ["has no name", async () => "http://secrets.quarterturn.invalid", "ENOTFOUND|EAI_AGAIN"],
  ])("is told when it %s", async (_, endpoint, code) => {
    const call = far(await endpoint()).describe(secret.arn, soon());
    await expect(call).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      retryable: true,
      message: expect.stringMatching(`(${code}).*interface endpoint`),
    });
  });

  it("differs from credentials that are not there", async () => {
    const call = far(aws.endpoint, false).describe(secret.arn, soon());
    await expect(call).rejects.toMatchObject({
      message: expect.stringMatching("CredentialsProviderError.*execution role"),
    });
  });
});

describe("a reply that is lost", () => {
  it("leaves a write undecided: it may have taken place", async () => {
    const token = randomUUID();
    using _ = aws.intercept({ after: () => "lose" });
    await expect(store.putPending(pendingOf(token, "next"), soon())).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      retryable: true,
    });
    _[Symbol.dispose]();
    expect(await store.read(secret.arn, token, soon())).toEqual(new Secret("next"));
  });
});

describe("a secret without a version", () => {
  it("has no labels", async () => {
    const Name = `test/${randomUUID()}`;
    await client.send(new CreateSecretCommand({ Name }));
    expect((await store.describe(Name, soon())).versions).toEqual(new Map());
  });
});

/** @module-tag ci */
/** The real `aws` command line against the stand-in, told by AWS_ENDPOINT_URL alone. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { awsCliEnvironment, missingAwsCli } from "../../lab/aws-cli.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { type Aws, startAws } from "../../standin/aws.ts";
import { describeNeeding } from "../needing.ts";
import { rotationFunction, temporaryBundle } from "./fixtures.ts";

/** Each command takes a third of a second: every run tries one service of each protocol. */
const other = { timeout: 60_000, tags: "ci" } as const;

describeNeeding(missingAwsCli(), "the aws command line", {}, () => {
  let aws: Aws;
  let functionArn: string;
  let env: Record<string, string>;
  const disposables = new AsyncDisposableStack();

  beforeAll(async () => {
    const home = await mkdtemp(join(tmpdir(), "quarterturn-home-"));
    disposables.defer(() => rm(home, { recursive: true, force: true }));
    const bundle = disposables.use(await temporaryBundle(rotationFunction));
    aws = disposables.use(await startAws());
    functionArn = aws.functions.register({ name: "rotate", bundle: bundle.path });
    env = { ...awsCliEnvironment(home), ...aws.env("command-line") };
  });
  afterAll(() => disposables.disposeAsync());

  /** The output of a command, which has none where the operation answers nothing. */
  async function execute(...args: string[]): Promise<string> {
    const command = [...args, "--output", "json"];
    return (await promisify(execFile)("aws", command, { env })).stdout;
  }
  const run = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await execute(...args));
  const secretsmanager = (...args: string[]) => run("secretsmanager", ...args);
  const sns = (...args: string[]) => run("sns", ...args);
  /** Version 1 calls Amazon SQS itself, whatever AWS_ENDPOINT_URL says, where it is not told here. */
  const sqs = (...args: string[]) => run("sqs", ...args, "--endpoint-url", aws.endpoint);

  it("creates, rotates, reads, labels and cancels", { timeout: 60_000 }, async () => {
    const id = ["--secret-id", "cli/secret"];
    const created = await secretsmanager(
      "create-secret",
      "--name",
      "cli/secret",
      "--secret-string",
      "one",
    );
    expect(created).toMatchObject({ Name: "cli/secret", VersionId: expect.any(String) });
    const one = String(created["VersionId"]);

    const rotated = await secretsmanager(
      "rotate-secret",
      ...id,
      "--rotation-lambda-arn",
      functionArn,
      "--rotation-rules",
      "AutomaticallyAfterDays=90",
    );
    const two = String(rotated["VersionId"]);
    expect(await aws.rotations.finished("cli/secret", two)).toMatchObject({ succeeded: true });
    expect(await secretsmanager("describe-secret", ...id)).toMatchObject({
      RotationEnabled: true,
      RotationRules: { AutomaticallyAfterDays: 90 },
      VersionIdsToStages: { [one]: ["AWSPREVIOUS"], [two]: ["AWSCURRENT"] },
      LastRotatedDate: expect.anything(),
    });
    const byLabel = ["get-secret-value", ...id, "--version-stage"];
    expect(await secretsmanager(...byLabel, "AWSPREVIOUS")).toMatchObject({ SecretString: "one" });
    expect(await secretsmanager(...byLabel, "AWSCURRENT")).toMatchObject({ SecretString: "one+" });

    const three = randomUUID();
    const put = ["put-secret-value", ...id, "--secret-string", "three"];
    await secretsmanager(...put, "--version-stages", "BLUE", "--client-request-token", three);
    await secretsmanager(
      "update-secret-version-stage",
      ...id,
      "--version-stage",
      "AWSCURRENT",
      "--remove-from-version-id",
      two,
      "--move-to-version-id",
      three,
    );
    const listed = await secretsmanager("list-secret-version-ids", ...id, "--include-deprecated");
    expect(
      (listed["Versions"] as { VersionId: string; VersionStages?: string[] }[]).map((version) => [
        version.VersionId,
        version.VersionStages,
      ]),
    ).toEqual([
      [one, undefined],
      [two, ["AWSPREVIOUS"]],
      [three, ["AWSCURRENT", "BLUE"]],
    ]);

    await secretsmanager("cancel-rotate-secret", ...id);
    expect(await secretsmanager("describe-secret", ...id)).toMatchObject({
      RotationEnabled: false,
    });
    await expect(secretsmanager("describe-secret", "--secret-id", "missing")).rejects.toThrow(
      "ResourceNotFoundException",
    );
  });

  it("creates a topic, subscribes, publishes and reads attributes", {
    timeout: 60_000,
    tags: "ci",
  }, async () => {
    const key = "KmsMasterKeyId=alias/aws/sns";
    const topicArn = `arn:aws:sns:${aws.region}:${aws.accountId}:on-call`;
    expect(await sns("create-topic", "--name", "on-call", "--attributes", key)).toEqual({
      TopicArn: topicArn,
    });
    const topic = ["--topic-arn", topicArn];
    expect(
      await sns(
        "subscribe",
        ...topic,
        "--protocol",
        "email",
        "--notification-endpoint",
        "on-call@example.com",
      ),
    ).toEqual({ SubscriptionArn: "pending confirmation" });
    const token = aws.confirmationToken(topicArn, "on-call@example.com");
    await sns("confirm-subscription", ...topic, "--token", token);
    const published = await sns(
      "publish",
      ...topic,
      "--subject",
      "Rotation failed",
      "--message",
      "a <b> & c",
      "--message-attributes",
      "severity={DataType=String,StringValue=critical}",
    );
    expect(aws.notifications).toEqual([
      {
        topicArn,
        subject: "Rotation failed",
        message: "a <b> & c",
        attributes: { severity: "critical" },
        messageId: published["MessageId"],
      },
    ]);
    expect(await sns("get-topic-attributes", ...topic)).toMatchObject({
      Attributes: {
        TopicArn: topicArn,
        KmsMasterKeyId: "alias/aws/sns",
        SubscriptionsConfirmed: "1",
        SubscriptionsPending: "0",
      },
    });
    await expect(sns("publish", "--topic-arn", `${topicArn}-2`, "--message", "x")).rejects.toThrow(
      "An error occurred (NotFound) when calling the Publish operation: Topic does not exist",
    );
  });

  it("puts and reads parameters, as Clip-It's guide has it", other, async () => {
    const ssm = (...args: string[]) => run("ssm", ...args);
    const name = "/clip-it/openai-api-key";
    const put = ["put-parameter", "--name", name, "--type", "SecureString", "--value"];
    expect(await ssm(...put, "one")).toEqual({ Version: 1, Tier: "Standard" });
    await expect(ssm(...put, "two")).rejects.toThrow("(ParameterAlreadyExists)");
    expect(await ssm(...put, "two", "--overwrite")).toEqual({ Version: 2, Tier: "Standard" });
    const read = ["get-parameter", "--name", name];
    const query = ["--query", "Parameter.Value"];
    expect(await ssm(...read, "--with-decryption", ...query)).toBe("two");
    expect(await ssm(...read, ...query)).not.toBe("two");
    const list = (filter: string) =>
      ssm(
        "describe-parameters",
        "--parameter-filters",
        filter,
        "--query",
        "Parameters[*].[Name,Type]",
      );
    // The guide's own filter asks for a parameter of that very name.
    expect(await list("Key=Name,Values=/clip-it/")).toEqual([]);
    const listed = [[name, "SecureString"]];
    expect(await list("Key=Name,Option=BeginsWith,Values=/clip-it/")).toEqual(listed);
    expect(await list("Key=Path,Values=/clip-it")).toEqual(listed);
    const byPath = ["get-parameters-by-path", "--path", "/clip-it", "--with-decryption"];
    expect(await ssm(...byPath)).toMatchObject({ Parameters: [{ Name: name, Value: "two" }] });
    await expect(ssm("get-parameter", "--name", "/clip-it/none")).rejects.toThrow(
      "(ParameterNotFound)",
    );
  });

  it("creates, uses, disables and deletes an access key", other, async () => {
    const iam = (...args: string[]) => run("iam", ...args);
    const user = ["--user-name", "uploads"];
    await iam("create-user", ...user);
    const { AccessKey } = await iam("create-access-key", ...user);
    const { AccessKeyId, SecretAccessKey } = AccessKey as Record<string, string>;
    const key = {
      ...env,
      AWS_ACCESS_KEY_ID: String(AccessKeyId),
      AWS_SECRET_ACCESS_KEY: String(SecretAccessKey),
    };
    const whoAmI = async () => {
      const command = ["sts", "get-caller-identity", "--output", "json"];
      const { stdout } = await promisify(execFile)("aws", command, { env: key });
      return JSON.parse(stdout);
    };
    const patience = { within: 10_000, every: 100 };
    const identity = await eventually("the key", patience, () => whoAmI().catch(() => undefined));
    expect(identity).toMatchObject({ Arn: `arn:aws:iam::${aws.accountId}:user/uploads` });
    await execute("iam", "tag-user", ...user, "--tags", `Key=${AccessKeyId},Value=uploads of 2026`);
    expect(await iam("list-user-tags", ...user)).toEqual({
      Tags: [{ Key: AccessKeyId, Value: "uploads of 2026" }],
    });
    const id = [...user, "--access-key-id", String(AccessKeyId)];
    await execute("iam", "update-access-key", ...id, "--status", "Inactive");
    expect(await iam("list-access-keys", ...user)).toMatchObject({
      AccessKeyMetadata: [{ AccessKeyId, Status: "Inactive" }],
    });
    expect(await iam("get-access-key-last-used", "--access-key-id", String(AccessKeyId))).toEqual({
      UserName: "uploads",
      AccessKeyLastUsed: expect.objectContaining({ ServiceName: "sts", Region: aws.region }),
    });
    await execute("iam", "delete-access-key", ...id);
    await expect(execute("iam", "delete-access-key", ...id)).rejects.toThrow("(NoSuchEntity)");
  });

  it("sends an event by a rule and a queue to a function, and invokes it", {
    timeout: 60_000,
    tags: "ci",
  }, async () => {
    await using bundle = await temporaryBundle(
      "const seen = []; export const handler = async (event) => (seen.push(event), { seen });",
    );
    const name = "reader";
    aws.functions.register({ name, bundle: bundle.path, timeoutMs: 5000 });
    const fifo = "FifoQueue=true,ContentBasedDeduplication=true";
    const { QueueUrl } = await sqs(
      "create-queue",
      "--queue-name",
      "cli.fifo",
      "--attributes",
      fifo,
    );
    const queue = ["--queue-url", String(QueueUrl)];
    const { Attributes } = await sqs(
      "get-queue-attributes",
      ...queue,
      "--attribute-names",
      "QueueArn",
    );
    const { QueueArn: arn } = Attributes as Record<string, string>;
    await run("events", "put-rule", "--name", "cli", "--event-pattern", '{"source":["cli"]}');
    const target = { Id: "queue", Arn: arn, SqsParameters: { MessageGroupId: "cli" } };
    await run("events", "put-targets", "--rule", "cli", "--targets", JSON.stringify([target]));
    const entry = { Source: "cli", DetailType: "Test", Detail: '{"n":1}' };
    await run("events", "put-events", "--entries", JSON.stringify([entry]));
    await aws.idle();
    const received = await sqs("receive-message", ...queue, "--visibility-timeout", "0");
    const [message] = received["Messages"] as { Body: string }[];
    expect(JSON.parse(String(message?.Body))).toMatchObject({ source: "cli", detail: { n: 1 } });
    const mapping = ["--event-source-arn", String(arn), "--function-name", name];
    await run("lambda", "create-event-source-mapping", ...mapping);
    await aws.idle();
    const payload = join(String(env["HOME"]), "payload.json");
    await writeFile(payload, '{"asked":true}');
    const invoke = ["invoke", "--function-name", name, "--payload", `fileb://${payload}`];
    const answer = join(String(env["HOME"]), "answer.json");
    expect(await run("lambda", ...invoke, answer)).toEqual({
      StatusCode: 200,
      ExecutedVersion: "$LATEST",
    });
    const { seen } = JSON.parse(await readFile(answer, "utf8"));
    expect(seen).toMatchObject([{ Records: [{ body: message?.Body }] }, { asked: true }]);
    await expect(sqs("get-queue-url", "--queue-name", "missing")).rejects.toThrow(
      "(AWS.SimpleQueueService.NonExistentQueue)",
    );
  });
});

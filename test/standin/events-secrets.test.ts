/**
 * The events of Secrets Manager, to the function that reads them: rule, FIFO queue, mapping.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/secret-event-notifications.html and
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html.
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateEventSourceMappingCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeSecretCommand, RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, expect, it } from "vitest";
import { type AwsEvent, startAws } from "../../standin/aws.ts";
import {
  clientConfig,
  createSecret,
  rotationFunction,
  sdkClient,
  temporaryBundle,
} from "./fixtures.ts";

const aws = await startAws({ rotation: { attempts: 2, retryDelayMs: 10 } });
const client = sdkClient(aws);
const rotating = await temporaryBundle(rotationFunction);
const recording = await temporaryBundle(`
  import { appendFileSync } from "node:fs";
  export async function handler({ Records }) {
    for (const { body } of Records) appendFileSync(process.env.RECORD, body + "\\n");
  }`);
const record = `${recording.path}.record`;
await sendSecretEventsTo("settle");
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  await rotating[Symbol.asyncDispose]();
  await recording[Symbol.asyncDispose]();
});

async function sendSecretEventsTo(name: string): Promise<void> {
  const functionArn = aws.functions.register({
    name,
    bundle: recording.path,
    timeoutMs: 5000,
    environment: { RECORD: record },
  });
  const [events, sqs, lambda] = [
    new EventBridgeClient(clientConfig(aws)),
    new SQSClient(clientConfig(aws)),
    new LambdaClient(clientConfig(aws)),
  ];
  const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true" };
  await sqs.send(new CreateQueueCommand({ QueueName: "secrets.fifo", Attributes }));
  const Arn = `arn:aws:sqs:${aws.region}:${aws.accountId}:secrets.fifo`;
  const EventPattern = JSON.stringify({ source: ["aws.secretsmanager"] });
  await events.send(new PutRuleCommand({ Name: "secrets", EventPattern }));
  const Targets = [{ Id: "queue", Arn, SqsParameters: { MessageGroupId: "all" } }];
  await events.send(new PutTargetsCommand({ Rule: "secrets", Targets }));
  const mapping = { EventSourceArn: Arn, FunctionName: functionArn };
  await lambda.send(new CreateEventSourceMappingCommand(mapping));
}

/** What the function got of this secret, once all is quiet. */
async function events(secret: { arn: string }): Promise<AwsEvent[]> {
  await aws.idle();
  const lines = (await readFile(record, "utf8")).trim().split("\n");
  const all: AwsEvent[] = lines.map((line) => JSON.parse(line));
  return all.filter((event) => JSON.stringify(event).includes(secret.arn));
}

/** The label, or the name of the CloudTrail event. */
function names(all: AwsEvent[]): unknown[] {
  return all.map(({ detail }) => detail["labelUpdated"] ?? detail["eventName"]);
}

async function rotate(SecretId: string, FAIL = ""): Promise<string> {
  const name = `rotate-${randomUUID()}`;
  const environment = { FAIL, SLOW: FAIL === "" ? "setSecret" : "" };
  const RotationLambdaARN = aws.functions.register({ name, bundle: rotating.path, environment });
  const ClientRequestToken = randomUUID();
  await client.send(new RotateSecretCommand({ SecretId, ClientRequestToken, RotationLambdaARN }));
  return ClientRequestToken;
}

it("a rotation that fails is told at each attempt, with the step", async () => {
  const secret = await createSecret(client);
  const token = await rotate(secret.name, "testSecret");
  const all = await events(secret);
  expect(names(all)).toEqual(["AWSCURRENT", "RotationStarted", "RotationFailed", "RotationFailed"]);
  expect(all.at(-1)?.detail["errorMessage"]).toMatch(
    /^Error when executing lambda arn:aws:lambda:\S+ during testSecret step$/,
  );
  expect((await aws.rotations.finished(secret.name, token)).succeeded).toBe(false);
});

it("nothing is under way when idle resolves, not even a rotation", async () => {
  const secret = await createSecret(client);
  await rotate(secret.name);
  await aws.idle();
  const described = await client.send(new DescribeSecretCommand({ SecretId: secret.name }));
  expect(Object.values(described.VersionIdsToStages ?? {}).flat()).not.toContain("AWSPENDING");
});

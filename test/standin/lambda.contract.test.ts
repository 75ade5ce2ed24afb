/**
 * What the stand-in for AWS Lambda's API must do, driven by the real SDK client over the wire.
 * "API_…" is at https://docs.aws.amazon.com/lambda/latest/api/, the other pages at
 * https://docs.aws.amazon.com/lambda/latest/dg/. How functions run: functions.test.ts.
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { afterAll, describe, expect, it } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { clientConfig, temporaryBundle } from "./fixtures.ts";

/** Notes what it gets in RECORD; does what the event, or the body of a message, tells it to. */
const source = `
import { appendFileSync } from "node:fs";
const failedOnce = new Set();
export async function handler(event, { awsRequestId: requestId }) {
  const start = Date.now();
  const orders = (event.Records ?? []).map((record) => record.body);
  if (orders.some((order) => order.startsWith("slow"))) await new Promise((r) => setTimeout(r, 200));
  appendFileSync(process.env.RECORD, JSON.stringify({ event, requestId, start, end: Date.now() }) + "\\n");
  if (event.fail || orders.some((order) => order.startsWith("fail"))) throw new RangeError("told to");
  if (event.answer !== undefined) return event.answer;
  const bad = (event.Records ?? []).filter(({ body }) => body.startsWith("report"));
  return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}`;
const bundle = await temporaryBundle(source);
const aws = await startAws({ lambda: { asyncRetryDelaysMs: [10, 20], batchRetryDelayMs: 50 } });
const lambda = new LambdaClient(clientConfig(aws));
const sqs = new SQSClient(clientConfig(aws));
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  await bundle[Symbol.asyncDispose]();
});

interface Run {
  event: SQSEvent & Record<string, unknown>;
  requestId: string;
  start: number;
  end: number;
}

/** A function of its own for a test. */
function register(timeoutMs = 2000) {
  const name = `test-${randomUUID()}`;
  const record = `${bundle.path}.${name}`;
  const environment = { RECORD: record };
  const arn = aws.functions.register({ name, bundle: bundle.path, timeoutMs, environment });
  const runs = async (): Promise<Run[]> => {
    const lines = await readFile(record, "utf8").catch(() => "");
    return lines
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  return { name, arn, runs };
}

/** The bodies of each batch. */
function batches(runs: Run[]): string[][] {
  return runs.map(({ event }) => event.Records.map(({ body }) => body));
}

async function queue(attributes: Record<string, string> = {}) {
  const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true", ...attributes };
  const QueueName = `${randomUUID()}.fifo`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const arn = `arn:aws:sqs:${aws.region}:${aws.accountId}:${QueueName}`;
  const send = (MessageBody: string, MessageGroupId = "group") =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId }));
  const left = async () => {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
    const { Attributes: all = {} } = await sqs.send(command);
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } =
      all;
    return Number(visible) + Number(hidden);
  };
  return { arn, send, left };
}

function map(
  EventSourceArn: string,
  FunctionName: string,
  more: Partial<CreateEventSourceMappingCommandInput> = {},
) {
  const input = { EventSourceArn, FunctionName, ...more };
  return lambda.send(new CreateEventSourceMappingCommand(input));
}

async function invoke(FunctionName: string, event: object, more: Partial<InvokeCommandInput> = {}) {
  const Payload = JSON.stringify(event);
  const { Payload: bytes, ...answer } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload, ...more }),
  );
  return { ...answer, text: Buffer.from(bytes ?? []).toString() };
}

describe("Invoke (API_Invoke)", () => {
  it("answers with what the function returns, by name and by ARN", async () => {
    const { name, arn } = register();
    const expected = { StatusCode: 200, ExecutedVersion: "$LATEST", text: '{"ä":1}' };
    expect(await invoke(name, { answer: { ä: 1 } })).toMatchObject(expected);
    const byArn = await invoke(arn, { answer: { ä: 1 } });
    expect(byArn).toMatchObject(expected);
    expect(byArn.FunctionError).toBeUndefined();
  });

  it("answers an asynchronous invocation at once, and tries it three times", async () => {
    const { name, runs } = register();
    const answer = await invoke(name, { fail: true }, { InvocationType: "Event" });
    expect(answer).toMatchObject({ StatusCode: 202, text: "" });
    await aws.idle();
    expect(await runs()).toHaveLength(3);
    expect(new Set((await runs()).map(({ requestId }) => requestId)).size).toBe(1);
    await invoke(name, {}, { InvocationType: "Event" });
    await aws.idle();
    expect(await runs()).toHaveLength(4);
  });

  it("is recorded with its principal", async () => {
    const { name } = register();
    const client = new LambdaClient(clientConfig(aws, "settle-1"));
    await client.send(new InvokeCommand({ FunctionName: name, Payload: '{"answer":1}' }));
    expect(aws.calls.at(-1)).toMatchObject({
      service: "lambda",
      operation: "Invoke",
      principal: "settle-1",
      input: { FunctionName: name, Payload: '{"answer":1}' },
    });
  });

  it("refuses what is no JSON, and what the stand-in does not know", async () => {
    const { name } = register();
    await expect(invoke(name, {}, { Payload: "{" })).rejects.toMatchObject({
      name: "InvalidRequestContentException",
    });
    for (const more of [{ InvocationType: "DryRun" as const }, { Qualifier: "live" }]) {
      await expect(invoke(name, {}, more)).rejects.toMatchObject({
        name: "InvalidParameterValueException",
      });
    }
  });
});

describe("an event source mapping (API_CreateEventSourceMapping, services-sqs-parameters.html)", () => {
  it("is shown with its settings until it is deleted", async () => {
    const { name, arn } = register();
    const { arn: EventSourceArn } = await queue();
    const settings = {
      BatchSize: 5,
      FunctionResponseTypes: ["ReportBatchItemFailures" as const],
      ScalingConfig: { MaximumConcurrency: 2 },
    };
    const { UUID, State } = await map(EventSourceArn, name, settings);
    expect(State).toBe("Creating");
    const list = async () =>
      (await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: name })))
        .EventSourceMappings;
    const shown = { UUID, EventSourceArn, FunctionArn: arn, State: "Enabled", ...settings };
    expect(await list()).toMatchObject([{ ...shown, LastModified: expect.any(Date) }]);
    await expect(map(EventSourceArn, arn)).rejects.toMatchObject({
      name: "ResourceConflictException",
    });
    const remove = new DeleteEventSourceMappingCommand({ UUID });
    expect((await lambda.send(remove)).State).toBe("Deleting");
    expect(await list()).toEqual([]);
    await expect(lambda.send(remove)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("needs a queue, a function, and a visibility timeout that outlasts the function", async () => {
    const { name } = register(5000);
    const { arn } = await queue({ VisibilityTimeout: "4" });
    await expect(map(arn, name)).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message: "Queue visibility timeout: 4 seconds is less than Function timeout: 5 seconds",
    });
    await expect(map(`${arn}x`, name)).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
    await expect(map(arn, "unknown")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    for (const more of [{ BatchSize: 11 }, { ScalingConfig: { MaximumConcurrency: 1 } }]) {
      await expect(map(arn, name, more)).rejects.toMatchObject({
        name: "InvalidParameterValueException",
      });
    }
  });
});

describe("messages (with-sqs.html)", () => {
  it("reach the function as SQS's records, and are deleted", async () => {
    const { name, runs } = register();
    const { arn, send, left } = await queue();
    await map(arn, name);
    const sent = await send("hello");
    await aws.idle();
    const [run] = await runs();
    expect(run?.event).toEqual({
      Records: [
        {
          messageId: sent.MessageId,
          receiptHandle: expect.any(String),
          body: "hello",
          attributes: {
            ApproximateReceiveCount: "1",
            SentTimestamp: expect.any(String),
            SequenceNumber: sent.SequenceNumber,
            MessageGroupId: "group",
            SenderId: expect.any(String),
            MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
            ApproximateFirstReceiveTimestamp: expect.any(String),
          },
          messageAttributes: {},
          md5OfBody: sent.MD5OfMessageBody,
          eventSource: "aws:sqs",
          eventSourceARN: arn,
          awsRegion: aws.region,
        },
      ],
    });
    expect(await left()).toBe(0);
  });

  it("are in as many batches at once as MaximumConcurrency says (services-sqs-scaling.html)", async () => {
    const { name, runs } = register();
    const { arn, send } = await queue();
    await map(arn, name, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    for (const group of "abcde") await send(`slow ${group}`, group);
    await aws.idle();
    const all = await runs();
    expect(all).toHaveLength(5);
    const atOnce = all.map(({ start }) => all.filter((o) => o.start <= start && o.end > start));
    expect(Math.max(...atOnce.map(({ length }) => length))).toBe(2);
  });

  it("of a batch that fails come back, and go to the dead-letter queue in the end", async () => {
    const { name, runs } = register();
    const dead = await queue();
    const redrive = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
    const { arn, send, left } = await queue({ RedrivePolicy: JSON.stringify(redrive) });
    await map(arn, name, { BatchSize: 1 });
    await send("fail");
    await send("good");
    await aws.idle();
    expect(batches(await runs())).toEqual([["fail"], ["fail"], ["good"]]);
    expect([await left(), await dead.left()]).toEqual([0, 1]);
  });

  it("come back when their visibility timeout ends, as on AWS", async () => {
    await using slow = await startAws({ pace: 1 });
    const record = `${bundle.path}.timing`;
    slow.functions.register({
      name: "timing",
      bundle: bundle.path,
      timeoutMs: 1000,
      environment: { RECORD: record },
    });
    const client = new SQSClient(clientConfig(slow));
    const redrive = { deadLetterTargetArn: "", maxReceiveCount: 2 };
    const make = async (QueueName: string, more: Record<string, string> = {}) => {
      const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true", ...more };
      await client.send(new CreateQueueCommand({ QueueName, Attributes }));
      return `arn:aws:sqs:${slow.region}:${slow.accountId}:${QueueName}`;
    };
    redrive.deadLetterTargetArn = await make("dead.fifo");
    const VisibilityTimeout = "1";
    const RedrivePolicy = JSON.stringify(redrive);
    const EventSourceArn = await make("work.fifo", { VisibilityTimeout, RedrivePolicy });
    await new LambdaClient(clientConfig(slow)).send(
      new CreateEventSourceMappingCommand({ EventSourceArn, FunctionName: "timing" }),
    );
    const QueueUrl = `${slow.endpoint}/${slow.accountId}/work.fifo`;
    const message = { QueueUrl, MessageBody: "fail", MessageGroupId: "g" };
    await client.send(new SendMessageCommand(message));
    await slow.idle();
    const lines = (await readFile(record, "utf8")).trim().split("\n");
    const [first, second] = lines.map((line) => JSON.parse(line) as Run);
    expect(lines).toHaveLength(2);
    // A process may take a while to start.
    expect(Number(second?.start) - Number(first?.start)).toBeGreaterThan(500);
  });

  it("come back alone where the function reports failures (services-sqs-errorhandling.html)", async () => {
    const { name, runs } = register();
    const dead = await queue();
    const redrive = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
    const { arn, send, left } = await queue({ RedrivePolicy: JSON.stringify(redrive) });
    for (const body of ["good", "report", "better"]) await send(body);
    await map(arn, name, { FunctionResponseTypes: ["ReportBatchItemFailures"] });
    await aws.idle();
    expect(batches(await runs())).toEqual([["good", "report", "better"], ["report"]]);
    expect([await left(), await dead.left()]).toEqual([0, 1]);
  });

  it("stay where they are without a mapping, or with one that is not enabled", async () => {
    const { name, runs } = register();
    const { arn, send, left } = await queue();
    await map(arn, name, { Enabled: false });
    await send("waits");
    await aws.idle();
    expect([await left(), (await runs()).length]).toEqual([1, 0]);
  });
});

it("answers in REST's own way what it does not know, and who does not say who it is", async () => {
  const call = (path: string, headers: Record<string, string>) =>
    new Promise<{ status: number | undefined; type: unknown }>((resolve, reject) => {
      request(`${aws.endpoint}${path}`, { method: "POST", headers })
        .on("response", (response) => {
          response.resume();
          resolve({ status: response.statusCode, type: response.headers["x-amzn-errortype"] });
        })
        .on("error", reject)
        .end("{}");
    });
  const authorization = "AWS4-HMAC-SHA256 Credential=somebody/20260101/x/lambda/aws4_request";
  expect(await call("/2015-03-31/layers", { authorization })).toEqual({
    status: 404,
    type: "UnknownOperationException",
  });
  expect(await call("/2015-03-31/functions/x/invocations", {})).toEqual({
    status: 403,
    type: "MissingAuthenticationTokenException",
  });
});

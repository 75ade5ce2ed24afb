/**
 * What the stand-in for Amazon SQS must do, driven by the real SDK client over the wire. "API_…" is
 * at https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/, the other pages at
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { clientConfig } from "./fixtures.ts";

const aws = await startAws();
const client = new SQSClient(clientConfig(aws));
afterEach(() => void vi.useRealTimers());
afterAll(() => aws[Symbol.asyncDispose]());

const FIFO = { FifoQueue: "true", ContentBasedDeduplication: "true" };
const MINUTE = 60_000;

/** A FIFO queue of its own for a test. */
async function fifo(attributes: Record<string, string> = {}): Promise<string> {
  return create(`${randomUUID()}.fifo`, { ...FIFO, ...attributes });
}

async function create(QueueName: string, Attributes: Record<string, string> = {}) {
  const created = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return String(created.QueueUrl);
}

function send(QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) {
  const input = { QueueUrl, MessageBody, MessageGroupId: "group", ...more };
  return client.send(new SendMessageCommand(input));
}

async function receive(QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) {
  const input = { QueueUrl, MaxNumberOfMessages: 10, ...more };
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(input));
  return Messages.map((message) => ({ ...message, handle: String(message.ReceiptHandle) }));
}

async function bodies(queueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) {
  return (await receive(queueUrl, more)).map(({ Body }) => Body);
}

const remove = (QueueUrl: string, ReceiptHandle: string) =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

const setVisibility = (QueueUrl: string, ReceiptHandle: string, VisibilityTimeout: number) =>
  client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));

async function attributes(QueueUrl: string, ...names: string[]) {
  const AttributeNames = names.length === 0 ? ["All"] : names;
  const input = { QueueUrl, AttributeNames } as ConstructorParameters<
    typeof GetQueueAttributesCommand
  >[0];
  return (await client.send(new GetQueueAttributesCommand(input))).Attributes ?? {};
}

/** The clock of the stand-in, without waiting. */
function pass(milliseconds: number): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: now + milliseconds });
}

describe("a queue (API_CreateQueue, API_GetQueueUrl, API_GetQueueAttributes)", () => {
  it("has a URL, an ARN and the documented defaults", async () => {
    const url = await create("settings.fifo", FIFO);
    expect(url).toBe(`${aws.endpoint}/${aws.accountId}/settings.fifo`);
    const found = await client.send(new GetQueueUrlCommand({ QueueName: "settings.fifo" }));
    expect(found.QueueUrl).toBe(url);
    expect(await attributes(url)).toMatchObject({
      ...FIFO,
      QueueArn: `arn:aws:sqs:${aws.region}:${aws.accountId}:settings.fifo`,
      VisibilityTimeout: "30",
      MessageRetentionPeriod: "345600",
      DelaySeconds: "0",
      ReceiveMessageWaitTimeSeconds: "0",
      MaximumMessageSize: "1048576",
      ApproximateNumberOfMessages: "0",
    });
    expect(await attributes(url, "VisibilityTimeout")).toEqual({ VisibilityTimeout: "30" });
  });

  it("is the same for the same name and attributes, and another for none", async () => {
    const url = await create("same.fifo", { ...FIFO, VisibilityTimeout: "5" });
    expect(await create("same.fifo", { ...FIFO, VisibilityTimeout: "5" })).toBe(url);
    await expect(create("same.fifo", { ...FIFO, VisibilityTimeout: "6" })).rejects.toMatchObject({
      name: "QueueNameExists",
      message: expect.stringContaining("VisibilityTimeout"),
    });
  });

  it.each([
    ["InvalidParameterValueException", "no-suffix", { FifoQueue: "true" }],
    ["InvalidParameterValueException", "standard.fifo", {}],
    ["InvalidParameterValueException", "sp ace", {}],
    ["InvalidAttributeName", "fifo-false", { FifoQueue: "false" }],
    ["InvalidAttributeName", "standard", { ContentBasedDeduplication: "true" }],
    ["InvalidAttributeName", "unknown", { Colour: "red" }],
    ["InvalidAttributeValue", "too-long", { VisibilityTimeout: "43201" }],
    ["InvalidAttributeValue", "fraction", { DelaySeconds: "0.5" }],
    ["InvalidParameterValueException", "redrive", { RedrivePolicy: "{}" }],
  ])("answers %s for %s %o", async (name, queueName, given) => {
    await expect(create(queueName, given)).rejects.toMatchObject({ name });
  });

  it("changes what SetQueueAttributes names", async () => {
    const url = await fifo({ VisibilityTimeout: "5" });
    const set = (Attributes: Record<string, string>) =>
      client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
    await set({ VisibilityTimeout: "7", Policy: "{}" });
    expect(await attributes(url)).toMatchObject({ VisibilityTimeout: "7", Policy: "{}", ...FIFO });
    await set({ Policy: "" });
    expect(await attributes(url)).not.toHaveProperty("Policy");
    await expect(set({ FifoQueue: "true" })).rejects.toMatchObject({
      name: "InvalidAttributeName",
    });
  });

  it("is gone once deleted, and its name is free after a minute (API_DeleteQueue)", async () => {
    const url = await create("short.fifo", FIFO);
    await client.send(new DeleteQueueCommand({ QueueUrl: url }));
    await expect(send(url, "late")).rejects.toMatchObject({
      name: "QueueDoesNotExist",
      Error: { Code: "AWS.SimpleQueueService.NonExistentQueue" },
    });
    await expect(create("short.fifo", FIFO)).rejects.toMatchObject({
      name: "QueueDeletedRecently",
    });
    pass(MINUTE);
    expect(await create("short.fifo", FIFO)).toBe(url);
  });

  it("can be purged once a minute, messages in flight included (API_PurgeQueue)", async () => {
    const url = await fifo();
    await send(url, "one");
    await send(url, "two", { MessageGroupId: "other" });
    await receive(url, { MaxNumberOfMessages: 1 });
    const purge = () => client.send(new PurgeQueueCommand({ QueueUrl: url }));
    await purge();
    expect(await attributes(url)).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
    await expect(purge()).rejects.toMatchObject({ name: "PurgeQueueInProgress" });
  });
});

describe("messages of a group (FIFO-queues-understanding-logic.html)", () => {
  it("come in their order, several in one receive", async () => {
    const url = await fifo();
    for (const body of ["1", "2", "3"]) await send(url, body);
    expect(await bodies(url, { MaxNumberOfMessages: 2 })).toEqual(["1", "2"]);
  });

  it("wait until those in flight are deleted; other groups do not", async () => {
    const url = await fifo();
    for (const body of ["1", "2"]) await send(url, body);
    await send(url, "other", { MessageGroupId: "other" });
    const [first] = await receive(url, { MaxNumberOfMessages: 1 });
    expect(first?.Body).toBe("1");
    expect(await bodies(url)).toEqual(["other"]);
    expect(await bodies(url)).toEqual([]);
    expect(await attributes(url)).toMatchObject({
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "2",
    });
    await remove(url, String(first?.handle));
    expect(await bodies(url)).toEqual(["2"]);
  });

  it("come as many as possible of one group first", async () => {
    const url = await fifo();
    await send(url, "a1", { MessageGroupId: "a" });
    await send(url, "b1", { MessageGroupId: "b" });
    await send(url, "a2", { MessageGroupId: "a" });
    expect(await bodies(url, { MaxNumberOfMessages: 2 })).toEqual(["a1", "a2"]);
  });

  it("come back in order when their visibility timeout ends", async () => {
    const url = await fifo({ VisibilityTimeout: "1" });
    for (const body of ["1", "2"]) await send(url, body);
    expect(await bodies(url)).toEqual(["1", "2"]);
    expect(await bodies(url)).toEqual([]);
    await sleep(1050);
    const again = await receive(url, { MessageSystemAttributeNames: ["All"] });
    expect(again.map(({ Body }) => Body)).toEqual(["1", "2"]);
    expect(again[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: "2" });
  });

  it("are delayed by the queue, not one by one (API_SendMessage)", async () => {
    const url = await fifo({ DelaySeconds: "3" });
    await send(url, "late");
    expect(await bodies(url)).toEqual([]);
    expect((await attributes(url))["ApproximateNumberOfMessagesDelayed"]).toBe("1");
    expect(await bodies(url, { WaitTimeSeconds: 5 })).toEqual(["late"]);
    await expect(send(url, "own delay", { DelaySeconds: 5 })).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
  });

  it("are lost when the retention period ends (API_CreateQueue)", async () => {
    const url = await fifo({ MessageRetentionPeriod: "60" });
    await send(url, "old");
    pass(MINUTE);
    expect(await bodies(url)).toEqual([]);
  });
});

describe("deduplication (FIFO-queues-exactly-once-processing.html, API_SendMessage)", () => {
  it("ends after five minutes", async () => {
    const url = await fifo();
    await send(url, "same");
    pass(5 * MINUTE - 1000);
    await send(url, "same");
    pass(2000);
    await send(url, "same");
    expect(await bodies(url)).toEqual(["same", "same"]);
  });

  it("goes by the given id rather than by the content", async () => {
    const url = await fifo();
    await send(url, "same");
    await send(url, "same", { MessageDeduplicationId: "two" });
    await send(url, "different", { MessageDeduplicationId: "two" });
    expect(await bodies(url)).toEqual(["same", "same"]);
  });

  it("needs an id where it does not go by content, and a group always", async () => {
    const url = await fifo({ ContentBasedDeduplication: "false" });
    await expect(send(url, "x")).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message:
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    });
    const groupless = new SendMessageCommand({ QueueUrl: await fifo(), MessageBody: "x" });
    await expect(client.send(groupless)).rejects.toMatchObject({
      name: "MissingRequiredParameterException",
      message: "The request must contain the parameter MessageGroupId.",
    });
  });
});

describe("ReceiveMessage (API_ReceiveMessage)", () => {
  it("tells the system attributes that are asked for", async () => {
    const url = await fifo();
    const sent = await send(url, "body", { MessageDeduplicationId: "id" });
    const [message] = await receive(url, { MessageSystemAttributeNames: ["All"] });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: "body",
      Attributes: {
        ApproximateReceiveCount: "1",
        MessageDeduplicationId: "id",
        MessageGroupId: "group",
        SequenceNumber: sent.SequenceNumber,
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
      },
    });
    await send(url, "bare", { MessageGroupId: "bare" });
    expect((await receive(url))[0]?.Attributes).toBeUndefined();
  });

  it("waits for a message, and no longer than it is told (sqs-long-polling.html)", async () => {
    const url = await fifo();
    const waiting = bodies(url, { WaitTimeSeconds: 20 });
    await sleep(50);
    await send(url, "at last");
    expect(await waiting).toEqual(["at last"]);
    const start = performance.now();
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual([]);
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  it.each([
    { MaxNumberOfMessages: 0 },
    { MaxNumberOfMessages: 11 },
    { WaitTimeSeconds: 21 },
    { VisibilityTimeout: 43_201 },
    { ReceiveRequestAttemptId: "not known here" },
  ])("refuses %o", async (more) => {
    const url = await fifo();
    await expect(receive(url, more)).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
  });
});

describe("receipt handles (sqs-queue-message-identifiers.html, API_DeleteMessage)", () => {
  it("delete once and again", async () => {
    const url = await fifo();
    await send(url, "x");
    const [message] = await receive(url);
    await remove(url, String(message?.handle));
    await remove(url, String(message?.handle));
    await expect(remove(url, "nonsense")).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
  });

  it("expire with the visibility timeout in a FIFO queue (API_ReceiveMessage)", async () => {
    const url = await fifo();
    await send(url, "x");
    const [first] = await receive(url, { VisibilityTimeout: 0 });
    const expired = { message: expect.stringContaining("The receipt handle has expired") };
    await expect(remove(url, String(first?.handle))).rejects.toMatchObject(expired);
    const [second] = await receive(url);
    await expect(remove(url, String(first?.handle))).rejects.toMatchObject(expired);
    await remove(url, String(second?.handle));
  });

  it("change the visibility of what is in flight (API_ChangeMessageVisibility)", async () => {
    const url = await fifo();
    await send(url, "x");
    const [message] = await receive(url);
    await setVisibility(url, String(message?.handle), 0);
    const [again] = await receive(url, { VisibilityTimeout: 1 });
    await setVisibility(url, String(again?.handle), 60);
    await sleep(1050);
    expect(await bodies(url)).toEqual([]);
    await remove(url, String(again?.handle));
    await expect(setVisibility(url, String(again?.handle), 5)).rejects.toMatchObject({
      name: "MessageNotInflight",
    });
  });
});

describe("batches (API_SendMessageBatch, API_DeleteMessageBatch)", () => {
  it("succeed and fail entry by entry", async () => {
    const url = await fifo();
    const entry = (Id: string, MessageBody: string) => ({ Id, MessageBody, MessageGroupId: "g" });
    const Entries = [entry("a", "1"), { Id: "b", MessageBody: "2" }, entry("c", "3")];
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
    expect(sent.Failed).toEqual([
      {
        Id: "b",
        Code: "MissingRequiredParameterException",
        Message: "The request must contain the parameter MessageGroupId.",
        SenderFault: true,
      },
    ]);
    const handles = (await receive(url)).map(({ handle }) => handle);
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: [...handles, "nonsense"].map((ReceiptHandle, index) => ({
          Id: String(index),
          ReceiptHandle,
        })),
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: "0" }, { Id: "1" }]);
    expect(deleted.Failed).toMatchObject([{ Id: "2", Code: "ReceiptHandleIsInvalid" }]);
  });

  it("need 1 to 10 entries with ids of their own", async () => {
    const url = await fifo();
    const batch = (ids: string[]) => {
      const Entries = ids.map((Id) => ({ Id, MessageBody: "x", MessageGroupId: "g" }));
      return client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    };
    await expect(batch([])).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    await expect(batch(["a", "a"])).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
    await expect(batch([..."abcdefghijk"])).rejects.toMatchObject({
      name: "TooManyEntriesInBatchRequest",
    });
  });
});

describe("dead-letter queues (sqs-dead-letter-queues.html)", () => {
  async function withDeadLetters() {
    const deadLetters = await fifo();
    const { QueueArn } = await attributes(deadLetters, "QueueArn");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 2 });
    return { deadLetters, url: await fifo({ RedrivePolicy }), RedrivePolicy };
  }

  it("get what was received too often; the group goes on", async () => {
    const { url, deadLetters } = await withDeadLetters();
    await send(url, "bad");
    await send(url, "good");
    for (let count = 0; count < 2; count += 1) {
      const options = { VisibilityTimeout: 0, MaxNumberOfMessages: 1 };
      expect(await bodies(url, options)).toEqual(["bad"]);
    }
    expect(await bodies(url)).toEqual(["good"]);
    const [dead] = await receive(deadLetters, { MessageSystemAttributeNames: ["All"] });
    expect(dead).toMatchObject({
      Body: "bad",
      Attributes: {
        ApproximateReceiveCount: "3",
        DeadLetterQueueSourceArn: (await attributes(url))["QueueArn"],
        MessageGroupId: "group",
      },
    });
  });

  it("must be there, and of the same type", async () => {
    const { RedrivePolicy } = await withDeadLetters();
    const refused = (reason: string) => ({
      name: "InvalidParameterValueException",
      message: expect.stringContaining(reason),
    });
    await expect(create(randomUUID(), { RedrivePolicy })).rejects.toMatchObject(
      refused("same type"),
    );
    const nowhere = RedrivePolicy.replace(/[^:]+\.fifo/, "nowhere.fifo");
    await expect(fifo({ RedrivePolicy: nowhere })).rejects.toMatchObject(refused("does not exist"));
  });
});

it("a standard queue knows neither order nor duplicates (standard-queues.html)", async () => {
  const url = await create(randomUUID());
  const post = (MessageBody: string, DelaySeconds?: number) =>
    client.send(new SendMessageCommand({ QueueUrl: url, MessageBody, DelaySeconds }));
  await post("same");
  await post("same");
  await post("late", 60);
  expect(await bodies(url, { MaxNumberOfMessages: 1 })).toEqual(["same"]);
  expect(await bodies(url)).toEqual(["same"]);
});

/**
 * What the stand-in for Amazon EventBridge must do, driven by the real SDK client over the wire.
 * "API_…" is at https://docs.aws.amazon.com/eventbridge/latest/APIReference/, the other pages at
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/.
 */
import { randomUUID } from "node:crypto";
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  type PutRuleCommandInput,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, describe, expect, it } from "vitest";
import { type AwsEvent, startAws } from "../../standin/aws.ts";
import { clientConfig, temporaryBundle } from "./fixtures.ts";

const aws = await startAws();
const client = new EventBridgeClient(clientConfig(aws));
const sqs = new SQSClient(clientConfig(aws));
afterAll(() => aws[Symbol.asyncDispose]());

const UUID = /^[0-9a-f-]{36}$/;

/** A FIFO queue of its own for a test, and the events that reach it. */
async function queue() {
  const QueueName = `${randomUUID()}.fifo`;
  const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true" };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const arn = `arn:aws:sqs:${aws.region}:${aws.accountId}:${QueueName}`;
  const target: Target = { Id: "queue", Arn: arn, SqsParameters: { MessageGroupId: "events" } };
  const events = async (): Promise<AwsEvent[]> => {
    await aws.idle();
    const MaxNumberOfMessages = 10;
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages });
    const { Messages = [] } = await sqs.send(receive);
    return Messages.map(({ Body = "" }) => JSON.parse(Body));
  };
  return { arn, target, events };
}

async function putRule(input: Partial<PutRuleCommandInput>, ...Targets: Target[]) {
  const Name = `rule-${randomUUID()}`;
  const { RuleArn } = await client.send(new PutRuleCommand({ Name, ...input }));
  if (Targets.length > 0) await client.send(new PutTargetsCommand({ Rule: Name, Targets }));
  return { name: Name, arn: String(RuleArn) };
}

const pattern = (EventPattern: object) => ({ EventPattern: JSON.stringify(EventPattern) });

async function putEvents(...entries: Partial<PutEventsRequestEntry>[]) {
  const whole = { Source: "app", DetailType: "Happened", Detail: '{"n":1}' };
  const Entries = entries.map((entry) => ({ ...whole, ...entry }));
  return client.send(new PutEventsCommand({ Entries }));
}

/** A source that only the test's own rule matches. */
async function route() {
  const source = `app.${randomUUID()}`;
  const { target, events } = await queue();
  const rule = await putRule(pattern({ source: [source] }), target);
  const send = (n: number) => putEvents({ Source: source, Detail: JSON.stringify({ n }) });
  const numbers = async () => (await events()).map(({ detail }) => detail["n"]);
  return { source, rule, send, events, numbers };
}

describe("a rule (API_PutRule, API_DescribeRule, API_ListRules, API_DeleteRule)", () => {
  it("is shown as it was put, and replaced as a whole", async () => {
    const { name, arn } = await putRule({ ...pattern({ source: ["a"] }), Description: "first" });
    expect(arn).toBe(`arn:aws:events:${aws.region}:${aws.accountId}:rule/${name}`);
    const describeRule = async () => {
      const { $metadata, ...rule } = await client.send(new DescribeRuleCommand({ Name: name }));
      return rule;
    };
    const shown = { Name: name, Arn: arn, EventBusName: "default" };
    expect(await describeRule()).toEqual({
      ...shown,
      EventPattern: '{"source":["a"]}',
      Description: "first",
      State: "ENABLED",
    });
    const ScheduleExpression = "rate(1 hour)";
    await client.send(new PutRuleCommand({ Name: name, ScheduleExpression, State: "DISABLED" }));
    expect(await describeRule()).toEqual({ ...shown, ScheduleExpression, State: "DISABLED" });
  });

  it("is listed by prefix, page by page", async () => {
    const prefix = `list-${randomUUID().slice(0, 8)}`;
    for (const end of ["1", "2", "3"])
      await putRule({ Name: prefix + end, ...pattern({ a: [1] }) });
    const list = (NextToken?: string) =>
      client.send(new ListRulesCommand({ NamePrefix: prefix, Limit: 2, NextToken }));
    const first = await list();
    const second = await list(first.NextToken);
    expect([first, second].map(({ Rules }) => Rules?.map(({ Name }) => Name))).toEqual([
      [`${prefix}1`, `${prefix}2`],
      [`${prefix}3`],
    ]);
    expect(second.NextToken).toBeUndefined();
  });

  it("can be deleted, again and again, once it has no targets", async () => {
    const { target } = await queue();
    const { name } = await putRule(pattern({ source: ["a"] }), target);
    const remove = () => client.send(new DeleteRuleCommand({ Name: name }));
    await expect(remove()).rejects.toMatchObject({ name: "ValidationException" });
    await client.send(new RemoveTargetsCommand({ Rule: name, Ids: ["queue"] }));
    await remove();
    await remove();
    await expect(client.send(new DescribeRuleCommand({ Name: name }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it.each([
    ["ValidationException", {}],
    ["ValidationException", { Name: "sp ace", ScheduleExpression: "rate(1 hour)" }],
    ["ValidationException", { ScheduleExpression: "rate(1 hours)" }],
    ["ValidationException", { ScheduleExpression: "every hour" }],
    ["ResourceNotFoundException", { ...pattern({ a: [1] }), EventBusName: "other" }],
    ["InvalidEventPatternException", { EventPattern: "{" }],
    ["InvalidEventPatternException", pattern({})],
    ["InvalidEventPatternException", pattern({ source: "a" })],
    ["InvalidEventPatternException", pattern({ source: [] })],
    ["InvalidEventPatternException", pattern({ source: [{ wildcard: "*" }] })],
    ["InvalidEventPatternException", pattern({ source: [{ exists: "yes" }] })],
  ])("answers %s for %o", async (name, input) => {
    await expect(putRule(input)).rejects.toMatchObject({ name });
  });

  it.each(["rate(1 minute)", "rate(5 days)", "cron(0 10 * * ? *)"])("takes %s", async (rate) => {
    await putRule({ ScheduleExpression: rate });
  });
});

describe("targets (API_PutTargets, API_Target)", () => {
  it("are five at most, and need a rule", async () => {
    const { target } = await queue();
    const many = [1, 2, 3, 4, 5, 6].map((n) => ({ ...target, Id: String(n) }));
    await expect(putRule(pattern({ a: [1] }), ...many)).rejects.toMatchObject({
      name: "ValidationException",
    });
    const homeless = new PutTargetsCommand({ Rule: "unknown", Targets: [target] });
    await expect(client.send(homeless)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("get the event: queues, topics and functions", async () => {
    const source = `app.${randomUUID()}`;
    const { target, events } = await queue();
    const sns = new SNSClient(clientConfig(aws));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: randomUUID() }));
    const topic = { Id: "topic", Arn: String(TopicArn) };
    await using echo = await temporaryBundle(`
      export async function handler(event) {
        const authorization = "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/x/sns/aws4_request";
        const body = new URLSearchParams({ Action: "Publish", Version: "2010-03-31",
          TopicArn: event.detail.topic, Message: "from the function: " + event.id });
        await fetch(process.env.AWS_ENDPOINT_URL, { method: "POST", headers: { authorization }, body });
      }`);
    const Arn = aws.functions.register({ name: randomUUID(), bundle: echo.path });
    await putRule(pattern({ source: [source] }), target, topic, { Id: "function", Arn });
    const Detail = JSON.stringify({ topic: TopicArn });
    const { Entries = [] } = await putEvents({ Source: source, Detail });
    const [event] = await events();
    expect(event?.id).toBe(Entries[0]?.EventId);
    const received = aws.notifications.filter(({ topicArn }) => topicArn === TopicArn);
    expect(received.map(({ message }) => message)).toEqual([
      JSON.stringify(event),
      `from the function: ${event?.id}`,
    ]);
  });

  it("get what an input transformer makes of it (eb-transform-target-input.html)", async () => {
    const source = `app.${randomUUID()}`;
    const { target, events } = await queue();
    const InputTransformer = {
      InputPathsMap: { text: "$.detail.text", deep: "$.detail.deep", type: "$.detail-type" },
      InputTemplate: '{"value": <text>, "in": "a <type> \\"<type>\\"", "all": {"deep": <deep>}}',
    };
    await putRule(pattern({ source: [source] }), { ...target, InputTransformer });
    const text = 'two\nlines and "quotes"';
    const Detail = JSON.stringify({ text, deep: { list: [1] } });
    await putEvents({ Source: source, DetailType: "Order", Detail });
    expect(await events()).toEqual([
      { value: text, in: 'a Order "Order"', all: { deep: { list: [1] } } },
    ]);
  });

  it.each([
    ["an unknown variable", {}, '{"a": <b>}'],
    ["a template that is no JSON", { a: "$.detail" }, '{"a": <a>'],
    ["a path with brackets", { a: "$.detail['a']" }, '{"a": <a>}'],
    ["a reserved name", { "AWS.a": "$.detail" }, "text"],
  ])("refuse %s in a transformer", async (_, InputPathsMap, InputTemplate) => {
    const { target } = await queue();
    const InputTransformer = { InputPathsMap, InputTemplate };
    await expect(
      putRule(pattern({ source: ["a"] }), { ...target, InputTransformer }),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("that are gone leave a trace in the harness", async () => {
    const source = `app.${randomUUID()}`;
    const { target } = await queue();
    const Arn = `${target.Arn?.replace(".fifo", "")}-gone.fifo`;
    await putRule(pattern({ source: [source] }), { ...target, Arn });
    await putEvents({ Source: source });
    await aws.idle();
    expect(aws.events.undelivered).toEqual([
      {
        event: expect.objectContaining({ source }),
        targetArn: Arn,
        reason: expect.stringContaining("QueueDoesNotExist"),
      },
    ]);
  });
});

describe("PutEvents (API_PutEvents)", () => {
  it("delivers in the structure of every event (overview-event-structure.html)", async () => {
    const { source, events } = await route();
    const { FailedEntryCount, Entries } = await putEvents({
      Source: source,
      DetailType: "Order",
      Detail: '{"deep":{"list":[1,2]}}',
      Resources: ["arn:one"],
      Time: new Date("2026-01-02T03:04:05Z"),
    });
    expect(FailedEntryCount).toBe(0);
    expect(await events()).toEqual([
      {
        version: "0",
        id: Entries?.[0]?.EventId,
        "detail-type": "Order",
        source,
        account: aws.accountId,
        time: "2026-01-02T03:04:05Z",
        region: aws.region,
        resources: ["arn:one"],
        detail: { deep: { list: [1, 2] } },
      },
    ]);
    expect(Entries?.[0]?.EventId).toMatch(UUID);
  });

  it("refuses, entry by entry, what AWS alone may send and what is malformed", async () => {
    const { source, numbers } = await route();
    const { FailedEntryCount, Entries } = await putEvents(
      { Source: "aws.secretsmanager" },
      { Source: source },
      { Detail: "[]" },
      { Detail: "{" },
      { DetailType: "" },
    );
    expect(FailedEntryCount).toBe(4);
    expect(
      Entries?.map(({ EventId, ErrorCode }) => ErrorCode ?? UUID.test(String(EventId))),
    ).toEqual([
      "NotAuthorizedForSourceException",
      true,
      "MalformedDetail",
      "MalformedDetail",
      "InvalidArgument",
    ]);
    expect(await numbers()).toEqual([1]);
  });

  it("takes 256 KB and ten entries in all", async () => {
    const Detail = JSON.stringify({ text: "x".repeat(262_144) });
    await expect(putEvents({ Detail })).rejects.toMatchObject({ name: "ValidationException" });
    const eleven = Array.from({ length: 11 }, () => ({}));
    await expect(putEvents(...eleven)).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("delivery", () => {
  it("passes over rules that are disabled or removed", async () => {
    const { source, rule, send, numbers } = await route();
    const EventPattern = JSON.stringify({ source: [source] });
    await client.send(new PutRuleCommand({ Name: rule.name, EventPattern, State: "DISABLED" }));
    await send(1);
    await aws.idle();
    await client.send(new PutRuleCommand({ Name: rule.name, EventPattern }));
    await send(2);
    expect(await numbers()).toEqual([2]);
  });

  it("of a schedule is the harness's to start (eb-create-rule-schedule.html)", async () => {
    const { target, events } = await queue();
    const { name, arn } = await putRule({ ScheduleExpression: "rate(1 hour)" }, target);
    aws.events.tick(name);
    expect(await events()).toMatchObject([
      { "detail-type": "Scheduled Event", source: "aws.events", resources: [arn], detail: {} },
    ]);
    expect(() => aws.events.tick("unknown")).toThrow("does not exist");
  });

  it("can be dropped, duplicated, forged, delayed and reordered", async () => {
    const { send, numbers } = await route();
    const held = Promise.withResolvers<void>();
    const change: Record<number, (event: AwsEvent) => AwsEvent[] | Promise<AwsEvent[]>> = {
      1: () => [],
      2: (event) => [event, { ...event, id: randomUUID() }],
      3: (event) => [{ ...event, detail: { n: 33 } }],
      4: (event) => held.promise.then(() => [event]),
    };
    {
      using _ = aws.events.intercept(
        (event) => change[Number(event.detail["n"])]?.(event) ?? [event],
      );
      for (const n of [1, 2, 3, 4, 5]) await send(n);
      setTimeout(held.resolve, 50);
      await aws.idle();
    }
    await send(1);
    expect(await numbers()).toEqual([2, 2, 33, 5, 4, 1]);
  });

  it("of the same event twice is one message of a FIFO queue", async () => {
    const { send, numbers } = await route();
    using _ = aws.events.intercept((event) => [event, event]);
    await send(1);
    expect(await numbers()).toEqual([1]);
  });

  it("is asynchronous, and takes what services send", async () => {
    const { target, events } = await queue();
    await putRule(pattern({ source: ["aws.test"] }), target);
    const seen: string[] = [];
    using _ = aws.events.intercept((event) => {
      seen.push(event.source);
      return [event];
    });
    const event = { "detail-type": "Test", source: "aws.test", resources: [], detail: { n: 1 } };
    aws.events.emit(event);
    expect(seen).toEqual([]);
    expect(await events()).toMatchObject([event]);
    expect(seen).toEqual(["aws.test"]);
  });

  it("keeps the order of events that nobody disturbs", async () => {
    const { send, numbers } = await route();
    for (let n = 0; n < 10; n += 1) await send(n);
    expect(await numbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

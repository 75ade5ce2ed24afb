/**
 * What the stand-in for Amazon SNS must do, driven by the real SDK client over the wire. Each
 * group names the page of the AWS documentation that says so; "API_…" and CommonErrors are at
 * https://docs.aws.amazon.com/sns/latest/api/, the others at
 * https://docs.aws.amazon.com/sns/latest/dg/.
 */
import { randomUUID } from "node:crypto";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  type MessageAttributeValue,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
  SubscribeCommand,
  type SubscribeCommandInput,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { afterAll, describe, expect, it } from "vitest";
import { type Aws, AwsError, messageFor, startAws } from "../../standin/aws.ts";
import { temporaryBundle } from "./fixtures.ts";

const aws = await startAws();
const client = snsClient(aws, "test");
afterAll(() => aws[Symbol.asyncDispose]());

const NO_TOPIC = {
  name: "NotFoundException",
  message: "Topic does not exist",
  Error: { Type: "Sender", Code: "NotFound" },
  $metadata: { httpStatusCode: 404 },
};
const UNKNOWN = `arn:aws:sns:${aws.region}:${aws.accountId}:unknown`;
const QUEUE = `arn:aws:sqs:${aws.region}:${aws.accountId}:queue`;

function snsClient({ endpoint, region, env }: Aws, principal: string, maxAttempts = 1): SNSClient {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = env(principal);
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return new SNSClient({ endpoint, region, maxAttempts, credentials });
}

/** A topic of its own for a test. */
async function createTopic(Attributes?: Record<string, string>): Promise<string> {
  const Name = `test-${randomUUID()}`;
  const created = await client.send(
    new CreateTopicCommand({ Name, ...(Attributes && { Attributes }) }),
  );
  return String(created.TopicArn);
}

async function attributes(TopicArn: string) {
  return (await client.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes;
}

async function subscribe(input: SubscribeCommandInput) {
  return (await client.send(new SubscribeCommand(input))).SubscriptionArn;
}

async function subscriptions(TopicArn: string) {
  return (await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions;
}

function publish(input: Partial<PublishCommandInput>) {
  return client.send(new PublishCommand({ Message: "text", ...input }));
}

function invalid(message: string) {
  return { name: "InvalidParameterException", message: `Invalid parameter: ${message}` };
}

describe("CreateTopic (API_CreateTopic)", () => {
  it("makes a topic whose ARN ends with its name", async () => {
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: "on-call" }));
    expect(TopicArn).toBe(`arn:aws:sns:${aws.region}:${aws.accountId}:on-call`);
  });

  it("answers with the same topic for the same name, unless the attributes differ", async () => {
    const arn = await createTopic({ KmsMasterKeyId: "alias/topic" });
    const Name = String(arn.split(":").at(-1));
    const again = (KmsMasterKeyId?: string) =>
      client.send(
        new CreateTopicCommand({ Name, ...(KmsMasterKeyId && { Attributes: { KmsMasterKeyId } }) }),
      );
    expect((await again()).TopicArn).toBe(arn);
    expect((await again("alias/topic")).TopicArn).toBe(arn);
    await expect(again("alias/other")).rejects.toMatchObject(
      invalid("Attributes Reason: Topic already exists with different attributes"),
    );
    expect(await attributes(arn)).toMatchObject({ KmsMasterKeyId: "alias/topic" });
  });

  it("takes a name of up to 256 letters, digits, hyphens and underscores", async () => {
    await client.send(new CreateTopicCommand({ Name: "aZ0_-".padEnd(256, "x") }));
    for (const Name of ["", "a topic", "ünicode", "a.fifo", "x".repeat(257)]) {
      await expect(client.send(new CreateTopicCommand({ Name })), Name).rejects.toMatchObject(
        invalid("Topic Name"),
      );
    }
  });

  it("refuses an attribute that a standard topic does not have", async () => {
    await expect(createTopic({ ContentBasedDeduplication: "true" })).rejects.toMatchObject(
      invalid("Attributes Reason: Unknown attribute ContentBasedDeduplication"),
    );
  });
});

describe("GetTopicAttributes (API_GetTopicAttributes)", () => {
  it("tells the owner, the numbers of subscriptions and what was set", async () => {
    const display = `<On-call> & "co", 'äöü'\r\n\t€ 𝄞`;
    const arn = await createTopic({ DisplayName: display });
    await subscribe({ TopicArn: arn, Protocol: "email", Endpoint: "a@example.com" });
    await subscribe({ TopicArn: arn, Protocol: "email", Endpoint: "b@example.com" });
    const sms = await subscribe({ TopicArn: arn, Protocol: "sms", Endpoint: "+4915112345678" });
    expect(await attributes(arn)).toEqual({
      TopicArn: arn,
      Owner: aws.accountId,
      DisplayName: display,
      SubscriptionsConfirmed: "1",
      SubscriptionsPending: "2",
      SubscriptionsDeleted: "0",
    });
    await client.send(new UnsubscribeCommand({ SubscriptionArn: sms }));
    expect(await attributes(arn)).toMatchObject({
      SubscriptionsConfirmed: "0",
      SubscriptionsDeleted: "1",
    });
  });

  it("refuses a topic that is not there, and what is no ARN of this Region", async () => {
    await expect(attributes(UNKNOWN)).rejects.toMatchObject(NO_TOPIC);
    await expect(attributes("on-call")).rejects.toMatchObject(
      invalid("TopicArn Reason: An ARN must have at least 6 elements, not 1"),
    );
    await expect(attributes(UNKNOWN.replace(aws.region, "mars-1"))).rejects.toMatchObject(
      invalid("TopicArn"),
    );
    await expect(
      client.send(new GetTopicAttributesCommand({ TopicArn: undefined })),
    ).rejects.toThrow(/^1 validation error detected: Value at 'TopicArn'/);
  });
});

describe("DeleteTopic (API_DeleteTopic)", () => {
  it("takes the subscriptions along and does not mind a topic that is not there", async () => {
    const arn = await createTopic();
    await subscribe({ TopicArn: arn, Protocol: "sqs", Endpoint: QUEUE });
    await client.send(new DeleteTopicCommand({ TopicArn: arn }));
    await client.send(new DeleteTopicCommand({ TopicArn: arn }));
    await expect(attributes(arn)).rejects.toMatchObject(NO_TOPIC);
    await expect(subscriptions(arn)).rejects.toMatchObject(NO_TOPIC);
  });
});

describe("ListTopics (API_ListTopics)", () => {
  it("lists at most 100 at once", async () => {
    await using crowded = await startAws();
    const sns = snsClient(crowded, "test");
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([]);
    for (let i = 0; i < 101; i += 1) await sns.send(new CreateTopicCommand({ Name: `t${i}` }));
    const first = await sns.send(new ListTopicsCommand({}));
    expect(first.Topics).toHaveLength(100);
    const last = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    expect(last.NextToken).toBeUndefined();
    expect(last.Topics).toEqual([
      { TopicArn: `arn:aws:sns:${crowded.region}:${crowded.accountId}:t100` },
    ]);
  });
});

describe("Subscribe (API_Subscribe)", () => {
  it.each([
    ["email", "on-call@example.com"],
    ["email-json", "on-call@example.com"],
    ["http", "http://example.com/hook"],
    ["https", "https://example.com/hook"],
    ["sqs", `arn:aws:sqs:${aws.region}:999999999999:of-another-account`],
  ])("waits for the owner of the endpoint to confirm: %s", async (Protocol, Endpoint) => {
    const TopicArn = await createTopic();
    expect(await subscribe({ TopicArn, Protocol, Endpoint })).toBe("pending confirmation");
    expect(await subscriptions(TopicArn)).toEqual([
      {
        SubscriptionArn: "PendingConfirmation",
        Owner: aws.accountId,
        Protocol,
        Endpoint,
        TopicArn,
      },
    ]);
    const known = await subscribe({ TopicArn, Protocol, Endpoint, ReturnSubscriptionArn: true });
    expect(known).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
  });

  it.each([
    ["sms", "+4915112345678"],
    ["sqs", QUEUE],
    ["lambda", `arn:aws:lambda:${aws.region}:${aws.accountId}:function:pager`],
  ])("needs no confirmation in the same account: %s", async (Protocol, Endpoint) => {
    const TopicArn = await createTopic();
    const SubscriptionArn = await subscribe({ TopicArn, Protocol, Endpoint });
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
    expect(await subscribe({ TopicArn, Protocol, Endpoint })).toBe(SubscriptionArn);
    expect(await subscriptions(TopicArn)).toEqual([
      { SubscriptionArn, Owner: aws.accountId, Protocol, Endpoint, TopicArn },
    ]);
  });

  it.each([
    ["pigeon", "coop-1", "Amazon SNS does not support this protocol string: pigeon"],
    ["email", "on-call", "Email address"],
    ["email", undefined, "Email address"],
    ["email", "a@example.com;b@example.com", "Email address"],
    ["https", "http://example.com", "Endpoint must match the specified protocol"],
    ["sqs", "https://sqs.example.com/queue", "SQS endpoint ARN"],
    ["lambda", QUEUE, "Lambda endpoint ARN"],
    ["sms", "call me", "Invalid SMS endpoint"],
  ])("refuses %s to %s", async (Protocol, Endpoint, message) => {
    const TopicArn = await createTopic();
    await expect(subscribe({ TopicArn, Protocol, Endpoint })).rejects.toMatchObject(
      invalid(message),
    );
  });

  it("refuses a topic that is not there", async () => {
    const input = { TopicArn: UNKNOWN, Protocol: "sqs", Endpoint: QUEUE };
    await expect(subscribe(input)).rejects.toMatchObject(NO_TOPIC);
  });
});

describe("ConfirmSubscription (API_ConfirmSubscription)", () => {
  it("takes the token that the endpoint was sent, for its own topic only", async () => {
    const Endpoint = "on-call@example.com";
    const TopicArn = await createTopic();
    const other = await createTopic();
    await subscribe({ TopicArn, Protocol: "email", Endpoint });
    const Token = aws.confirmationToken(TopicArn, Endpoint);
    expect(() => aws.confirmationToken(other, Endpoint)).toThrow("did not subscribe");
    const confirm = (topic: string, token: string) =>
      client.send(new ConfirmSubscriptionCommand({ TopicArn: topic, Token: token }));
    await expect(confirm(TopicArn, "guessed")).rejects.toMatchObject(invalid("Token"));
    await expect(confirm(other, Token)).rejects.toMatchObject(invalid("Token"));
    expect(await attributes(TopicArn)).toMatchObject({ SubscriptionsConfirmed: "0" });
    const { SubscriptionArn } = await confirm(TopicArn, Token);
    expect(await subscribe({ TopicArn, Protocol: "email", Endpoint })).toBe(SubscriptionArn);
    expect(await subscriptions(TopicArn)).toMatchObject([{ SubscriptionArn }]);
  });
});

describe("Unsubscribe (API_Unsubscribe)", () => {
  it("does not mind a subscription that is not there, but wants an ARN", async () => {
    const TopicArn = await createTopic();
    const SubscriptionArn = await subscribe({ TopicArn, Protocol: "sqs", Endpoint: QUEUE });
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    expect(await subscriptions(TopicArn)).toEqual([]);
    await expect(
      client.send(new UnsubscribeCommand({ SubscriptionArn: "PendingConfirmation" })),
    ).rejects.toMatchObject(
      invalid("SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"),
    );
  });
});

describe("Publish (API_Publish)", () => {
  it("keeps what was published, in order", async () => {
    const topicArn = await createTopic();
    const before = aws.notifications.length;
    const message = 'ALARM\n<secret> & "50%" + 1 = ü€𝄞';
    const first = await publish({
      TopicArn: topicArn,
      Subject: "Rotation failed: production/database – 'primary'",
      Message: message,
      MessageAttributes: {
        severity: { DataType: "String", StringValue: "critical" },
        attempts: { DataType: "Number", StringValue: "3" },
        secrets: { DataType: "String.Array", StringValue: '["a", "b"]' },
        digest: { DataType: "Binary", BinaryValue: Buffer.from("abc") },
      },
    });
    const second = await publish({ TargetArn: topicArn });
    expect(aws.notifications.slice(before)).toEqual([
      {
        topicArn,
        subject: "Rotation failed: production/database – 'primary'",
        message,
        attributes: { severity: "critical", attempts: "3", secrets: '["a", "b"]', digest: "YWJj" },
        messageId: first.MessageId,
      },
      { topicArn, message: "text", attributes: {}, messageId: second.MessageId },
    ]);
    expect(second.MessageId).not.toBe(first.MessageId);
  });

  it("gives each protocol its own text of a JSON structure, or the default", async () => {
    const TopicArn = await createTopic();
    const texts = { default: "all", sms: "short", email: 7, constructor: "no protocol" };
    await publish({ TopicArn, Message: JSON.stringify(texts), MessageStructure: "json" });
    await publish({ TopicArn, Message: JSON.stringify(texts) });
    const [structured, plain] = aws.notifications.slice(-2);
    if (!structured || !plain) throw new Error("two notifications expected");
    expect(structured.messageStructure).toBe("json");
    expect(messageFor(structured, "sms")).toBe("short");
    expect(messageFor(structured, "email")).toBe("all");
    expect(messageFor(structured, "https")).toBe("all");
    expect(plain).not.toHaveProperty("messageStructure");
    expect(messageFor(plain, "sms")).toBe(JSON.stringify(texts));
  });

  it("invokes the functions that subscribe, with their text (Lambda developer guide, with-sns)", async () => {
    const [TopicArn, heard] = [await createTopic(), await createTopic()];
    await using echo = await temporaryBundle(`
      export async function handler(event) {
        const authorization = "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/x/sns/aws4_request";
        const body = new URLSearchParams({ Action: "Publish", Version: "2010-03-31",
          TopicArn: "${heard}", Message: JSON.stringify(event) });
        await fetch(process.env.AWS_ENDPOINT_URL, { method: "POST", headers: { authorization }, body });
      }`);
    const Endpoint = aws.functions.register({ name: randomUUID(), bundle: echo.path });
    const gone = `arn:aws:lambda:${aws.region}:${aws.accountId}:function:gone`;
    await subscribe({ TopicArn, Protocol: "lambda", Endpoint: gone });
    const EventSubscriptionArn = await subscribe({ TopicArn, Protocol: "lambda", Endpoint });
    const { MessageId } = await publish({
      TopicArn,
      Subject: "Hello",
      Message: JSON.stringify({ default: "all", lambda: "for functions" }),
      MessageStructure: "json",
      MessageAttributes: { severity: { DataType: "String", StringValue: "critical" } },
    });
    await aws.idle();
    const received = aws.notifications.filter(({ topicArn }) => topicArn === heard);
    expect(received.map(({ message }) => JSON.parse(message))).toEqual([
      {
        Records: [
          {
            EventSource: "aws:sns",
            EventVersion: "1.0",
            EventSubscriptionArn,
            Sns: {
              Type: "Notification",
              MessageId,
              TopicArn,
              Subject: "Hello",
              Message: "for functions",
              Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
              MessageAttributes: { severity: { Type: "String", Value: "critical" } },
            },
          },
        ],
      },
    ]);
  });

  it("refuses another structure than json", async () => {
    const TopicArn = await createTopic();
    await expect(publish({ TopicArn, MessageStructure: "xml" })).rejects.toMatchObject(
      invalid("MessageStructure"),
    );
  });

  it("refuses a topic that is not there, and to go nowhere", async () => {
    const before = aws.notifications.length;
    await expect(publish({ TopicArn: UNKNOWN })).rejects.toMatchObject(NO_TOPIC);
    await expect(publish({ TargetArn: "on-call" })).rejects.toMatchObject(
      invalid("TargetArn Reason: An ARN must have at least 6 elements, not 1"),
    );
    await expect(publish({})).rejects.toMatchObject(
      invalid("TopicArn or TargetArn Reason: no value for required parameter"),
    );
    expect(aws.notifications).toHaveLength(before);
  });
});

describe("message attributes (sns-message-attributes.html)", () => {
  const text = { DataType: "String", StringValue: "text" };

  async function attach(name: string, attribute: MessageAttributeValue) {
    const TopicArn = await createTopic();
    return publish({ TopicArn, MessageAttributes: { [name]: attribute } });
  }
  const refused = {
    name: "InvalidParameterValueException",
    message: expect.stringContaining("message attribute"),
    $metadata: { httpStatusCode: 400 },
  };

  it("have a name of up to 256 characters, without AWS's prefixes", async () => {
    for (const name of ["a.b_c-D", "x".repeat(256)]) {
      await attach(name, text);
      expect(aws.notifications.at(-1)?.attributes).toEqual({ [name]: "text" });
    }
    for (const name of ["AWS.a", "amazon.a", ".a", "a.", "a..b", "a b", "x".repeat(257)]) {
      await expect(attach(name, text), name).rejects.toMatchObject(refused);
    }
  });

  it.each([
    { DataType: "Text", StringValue: "text" },
    { DataType: "String", StringValue: "" },
    { DataType: "String" },
    { DataType: "Binary", StringValue: "text" },
    { DataType: "Number", StringValue: "many" },
    { DataType: "String.Array", StringValue: "a, b" },
    { DataType: "String.Array", StringValue: '{ "a": 1 }' },
  ])("have a value of their type: not %j", async (attribute) => {
    await expect(attach("a", attribute)).rejects.toMatchObject(refused);
  });
});

describe("calls", () => {
  it("are recorded as the SDK was given them", async () => {
    const TopicArn = await createTopic();
    const MessageAttributes = { severity: { DataType: "String", StringValue: "info" } };
    await snsClient(aws, "alerts-1").send(
      new PublishCommand({ TopicArn, Message: "text", MessageAttributes }),
    );
    expect(aws.calls.at(-1)).toEqual({
      service: "sns",
      operation: "Publish",
      principal: "alerts-1",
      input: { TopicArn, Message: "text", MessageAttributes },
      requestId: expect.any(String),
    });
  });

  it("may be forbidden by an interceptor (API_Publish: AuthorizationError, 403)", async () => {
    const TopicArn = await createTopic();
    const before = aws.notifications.length;
    const message = `User: <x> is not authorized to perform: SNS:Publish on resource: ${TopicArn}`;
    using _ = aws.intercept({
      before({ service, operation }) {
        if (service !== "sns" || operation !== "Publish") return;
        throw new AwsError("AuthorizationError", message, 403);
      },
    });
    await expect(publish({ TopicArn })).rejects.toMatchObject({
      name: "AuthorizationErrorException",
      message,
      $metadata: { httpStatusCode: 403 },
    });
    expect(aws.notifications).toHaveLength(before);
  });

  it("may lose their reply: the SDK's retry publishes once more", async () => {
    const TopicArn = await createTopic();
    const before = aws.notifications.length;
    const lost: string[] = [];
    using _ = aws.intercept({
      after({ requestId }) {
        if (lost.length > 0) return;
        lost.push(requestId);
        return "lose";
      },
    });
    const input = new PublishCommand({ TopicArn, Message: "text" });
    const { MessageId } = await snsClient(aws, "test", 2).send(input);
    expect(aws.notifications.slice(before).map(({ messageId }) => messageId)).toEqual([
      expect.any(String),
      MessageId,
    ]);
  });
});

describe("the Query protocol (CommonErrors)", () => {
  const scope = `Credential=somebody/20260101/${aws.region}/sns/aws4_request`;

  function post(body: string, authorization = `AWS4-HMAC-SHA256 ${scope}`, headers = {}) {
    return fetch(aws.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        authorization,
        ...headers,
      },
      body,
    });
  }

  it.each([
    ["Action=ListTopics", 400, "InvalidAction"],
    ["Action=ListTopics&Version=2012-11-05", 400, "InvalidAction"],
    ["Action=toString&Version=2010-03-31", 400, "InvalidAction"],
    ["Version=2010-03-31", 400, "InvalidAction"],
    ["Action=ListTopics&Version=2010-03-31&A=1&A.member.1=2", 404, "MalformedQueryString"],
  ])("refuses %s", async (body, status, code) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("text/xml");
    expect(await response.text()).toMatch(
      new RegExp(
        `^<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>[^<]+</Message></Error><RequestId>[0-9a-f-]{36}</RequestId></ErrorResponse>$`,
      ),
    );
  });

  it("knows a service by the credential scope", async () => {
    const list = "Action=ListTopics&Version=2010-03-31";
    expect((await post(list)).status).toBe(200);
    const foreign = `AWS4-HMAC-SHA256 ${scope.replace("/sns/", "/secretsmanager/")}`;
    expect(await (await post(list, foreign)).text()).toContain("<Code>InvalidAction</Code>");
    const unsigned = await post(list, "");
    expect(unsigned.status).toBe(403);
    expect(await unsigned.text()).toContain("<Code>MissingAuthenticationToken</Code>");
  });

  it("serves no page in a browser", async () => {
    const list = "Action=ListTopics&Version=2010-03-31";
    expect((await post(list, undefined, { origin: aws.endpoint })).status).toBe(403);
  });

  it("cannot be made to write into the prototype of all objects", async () => {
    await post(
      "Action=ListTopics&Version=2010-03-31&__proto__.polluted=yes&a.__proto__.polluted=y",
    );
    expect({}).not.toHaveProperty("polluted");
    expect(Object.keys(aws.calls.at(-1)?.input ?? {})).toEqual(["__proto__", "a"]);
  });

  it("escapes what it answers with, and writes no character that XML forbids", async () => {
    const TopicArn = await createTopic();
    await expect(
      subscribe({ TopicArn, Protocol: '<a b="&amp;">\u0000\u001b]\n', Endpoint: "x" }),
    ).rejects.toMatchObject(
      invalid('Amazon SNS does not support this protocol string: <a b="&amp;">\uFFFD\uFFFD]\n'),
    );
  });
});

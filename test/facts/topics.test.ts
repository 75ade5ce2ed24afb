import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  type PublishCommandInput,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { topic } from "./fact.ts";

const snsApi = (page: string) => `https://docs.aws.amazon.com/sns/latest/api/API_${page}.html`;

async function createTopic(account: TestAccount): Promise<string> {
  const command = new CreateTopicCommand({ Name: account.name() });
  return (await account.clients.sns.send(command)).TopicArn ?? "";
}

const publish = ({ clients }: TestAccount, input: PublishCommandInput) =>
  clients.sns.send(new PublishCommand(input));

const refused = { name: "InvalidParameterException" };

topic("Publishing an alert", (fact) => {
  fact(
    "a text for each protocol is taken as JSON, and needs a default",
    { source: snsApi("Publish") },
    async (account) => {
      const TopicArn = await createTopic(account);
      const json = (Message: string) =>
        publish(account, { TopicArn, Message, MessageStructure: "json" });
      const { MessageId } = await json(JSON.stringify({ default: "{}", email: "a", sms: "b" }));
      expect(MessageId).toEqual(expect.any(String));
      for (const Message of ["no JSON", '["default"]', '{ "email": "text" }'])
        await expect(json(Message), Message).rejects.toMatchObject(refused);
    },
  );

  fact(
    "a subject has less than 100 characters, and no line break",
    { source: snsApi("Publish") },
    async (account) => {
      const TopicArn = await createTopic(account);
      const about = (Subject: string) => publish(account, { TopicArn, Message: "text", Subject });
      await about("x".repeat(99));
      for (const Subject of ["x".repeat(100), "two\nlines", "a\rb"])
        await expect(about(Subject), Subject).rejects.toMatchObject(refused);
    },
  );

  fact(
    "a message has 262,144 bytes at most, attributes included",
    { source: snsApi("Publish") },
    async (account) => {
      const TopicArn = await createTopic(account);
      const MessageAttributes = { a: { DataType: "String", StringValue: "é" } };
      const room = 262_144 - Buffer.byteLength("aStringé");
      const Message = "x".repeat(room);
      await publish(account, { TopicArn, Message, MessageAttributes });
      await expect(
        publish(account, { TopicArn, Message: `${Message}x`, MessageAttributes }),
      ).rejects.toMatchObject(refused);
    },
  );

  fact("a topic that is not there is NotFound", { source: snsApi("Publish") }, async (account) => {
    const { partition, region, accountId } = account;
    const TopicArn = `arn:${partition}:sns:${region}:${accountId}:${account.name()}`;
    const missing = { Error: { Code: "NotFound" } };
    await expect(publish(account, { TopicArn, Message: "text" })).rejects.toMatchObject(missing);
  });

  fact(
    "a subscription that is not confirmed is listed without an ARN, and a topic that is not there is NotFound",
    { source: snsApi("ListSubscriptionsByTopic") },
    async (account) => {
      const TopicArn = await createTopic(account);
      const { arn } = await account.inbox();
      const { sns } = account.clients;
      const list = async (TopicArn: string) =>
        (await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions;
      const subscribe = (Protocol: string, Endpoint: string) =>
        sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));
      expect(await list(TopicArn)).toEqual([]);
      // Nobody gets this one: example.com has no mailboxes (RFC 2606).
      await subscribe("email", "conformance@example.com");
      await subscribe("sqs", arn);
      const listed = await eventually("both", account.patience(2), async () => {
        const all = await list(TopicArn);
        return all?.length === 2 && all;
      });
      const seen = listed.map(({ Protocol, SubscriptionArn }) => [Protocol, SubscriptionArn]);
      expect(new Map(seen as [string, string][])).toEqual(
        new Map([
          ["email", "PendingConfirmation"],
          ["sqs", expect.stringMatching(/^arn:/)],
        ]),
      );
      await expect(list(`${TopicArn}-gone`)).rejects.toMatchObject({ Error: { Code: "NotFound" } });
    },
  );
});

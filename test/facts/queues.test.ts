import { randomUUID } from "node:crypto";
import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingRequest,
} from "@aws-sdk/client-lambda";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { letEventBridgeSend, TARGET } from "../../lab/conformance/event-inbox.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import type { Inbox } from "../../lab/conformance/inbox.ts";
import type { BatchSeen } from "../../lab/conformance/rotator.ts";
import { topic } from "./fact.ts";

const scaling = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html";
const errors = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html";
const sqsGuide = (page: string) =>
  `https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/${page}.html`;

const fifo = (account: TestAccount, more: Record<string, string> = {}) =>
  account.inbox(`${account.name()}.fifo`, {
    FifoQueue: "true",
    ContentBasedDeduplication: "true",
    VisibilityTimeout: "30",
    ...more,
  });

const send = (
  { clients }: TestAccount,
  { url }: Inbox,
  MessageBody: string,
  MessageGroupId = "a",
) => clients.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody, MessageGroupId }));

async function map(
  account: TestAccount,
  { arn }: Inbox,
  more: Partial<CreateEventSourceMappingRequest> = {},
) {
  const FunctionName = await account.rotator();
  return account.clients.lambda.send(
    new CreateEventSourceMappingCommand({ EventSourceArn: arn, FunctionName, ...more }),
  );
}

/** Waits for the batches whose messages end with the mark, until so many messages came. */
const batches = (account: TestAccount, mark: string, messages: number) =>
  eventually(`${messages} messages at the function`, account.patience(5), async () => {
    const all = await (await account.evidence()).all<Partial<BatchSeen>>();
    const own = all.filter(({ batch }) => batch?.some((body) => body.endsWith(mark)));
    const count = own.reduce((sum, { batch = [] }) => sum + batch.length, 0);
    return count >= messages && (own as BatchSeen[]).toSorted((a, b) => a.at - b.at);
  });

topic("A FIFO queue and its function", (fact) => {
  fact(
    "messages of one group come in order, and one batch at a time; those of another group meanwhile",
    { source: scaling, minutes: 7 },
    async (account) => {
      const mark = randomUUID();
      const queue = await fifo(account);
      await map(account, queue, { BatchSize: 1 });
      for (const name of ["slow 1", "slow 2", "slow 3"]) {
        await send(account, queue, `${name} ${mark}`);
      }
      await send(account, queue, `slow 4 ${mark}`, "b");
      const seen = await batches(account, mark, 4);
      const isOther = ({ batch }: BatchSeen) => batch[0]?.startsWith("slow 4") === true;
      const own = seen.filter((each) => !isOther(each));
      expect(own.flatMap(({ batch }) => batch.map((body) => body.slice(0, 6)))).toEqual([
        "slow 1",
        "slow 2",
        "slow 3",
      ]);
      for (const [index, { at }] of own.entries()) {
        expect(at).toBeGreaterThanOrEqual(own[index - 1]?.endedAt ?? 0);
      }
      const other = seen.find(isOther);
      return `the other group ${Number(other?.at) < Number(own.at(-1)?.endedAt) ? "ran meanwhile" : "waited"}`;
    },
  );

  fact(
    "messages that the function reports as failed come back, in order; those before them do not",
    { source: errors, minutes: 7 },
    async (account) => {
      const mark = randomUUID();
      const dead = await fifo(account);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
      const queue = await fifo(account, { RedrivePolicy });
      for (const name of ["good", "fail", "behind"]) await send(account, queue, `${name} ${mark}`);
      await map(account, queue, { FunctionResponseTypes: ["ReportBatchItemFailures"] });
      const seen = await batches(account, mark, 5);
      const bodies = seen.flatMap(({ batch }) => batch.map((body) => body.split(" ")[0]));
      expect(bodies.filter((body) => body === "good")).toHaveLength(1);
      expect(bodies.slice(0, 5)).toEqual(["good", "fail", "behind", "fail", "behind"]);
    },
  );

  fact(
    "a queue whose visibility timeout is shorter than the function's timeout is refused, and so is a concurrency of 1",
    { source: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html" },
    async (account) => {
      const short = await fifo(account, { VisibilityTimeout: "29" });
      await expect(map(account, short)).rejects.toMatchObject({
        name: "InvalidParameterValueException",
        message: expect.stringContaining(
          "Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds",
        ),
      });
      const queue = await fifo(account);
      for (const more of [{ BatchSize: 11 }, { ScalingConfig: { MaximumConcurrency: 1 } }]) {
        await expect(map(account, queue, more)).rejects.toThrow();
      }
    },
  );

  fact(
    "the same content is delivered once in five minutes, also when it is deleted meanwhile",
    { source: sqsGuide("FIFO-queues-exactly-once-processing") },
    async (account) => {
      const queue = await fifo(account);
      const first = await send(account, queue, '"same"');
      const again = await send(account, queue, '"same"', "b");
      expect(again.MessageId).toBe(first.MessageId);
      const got = () => queue.all<string>();
      await eventually("the message", account.patience(1), async () => (await got()).length > 0);
      await send(account, queue, '"same"');
      await send(account, queue, '"other"');
      await eventually("the other", account.patience(1), async () =>
        (await got()).includes("other"),
      );
      expect(await got()).toEqual(["same", "other"]);
    },
  );
});

topic("EventBridge and a FIFO queue", (fact) => {
  const source =
    "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_SqsParameters.html";

  /** A rule for events of one source of ours, and that source. */
  async function rule(account: TestAccount) {
    const Rule = account.name();
    const own = `test.${Rule}`;
    const EventPattern = JSON.stringify({ source: [own] });
    await account.clients.events.send(new PutRuleCommand({ Name: Rule, EventPattern }));
    return { Rule, own };
  }

  fact(
    "events reach the queue in the message group of the target, each once",
    { source, minutes: 7 },
    async (account) => {
      const queue = await fifo(account);
      await letEventBridgeSend(account.clients, queue);
      const { Rule, own } = await rule(account);
      const Targets = [{ Id: TARGET, Arn: queue.arn, SqsParameters: { MessageGroupId: "all" } }];
      const { events } = account.clients;
      const { FailedEntryCount } = await events.send(new PutTargetsCommand({ Rule, Targets }));
      expect(FailedEntryCount).toBe(0);
      const entry = { Source: own, DetailType: "Test", Detail: '{"same":true}' };
      // A rule needs a moment until it takes part.
      await eventually("an event", account.patience(5), async () => {
        await events.send(new PutEventsCommand({ Entries: [entry, entry] }));
        return (await queue.all()).length >= 2;
      });
      const ids = (await queue.all<{ id: string }>()).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  fact("a FIFO queue is no target without a message group", { source }, async (account) => {
    const queue = await fifo(account);
    const { Rule } = await rule(account);
    const Targets = [{ Id: TARGET, Arn: queue.arn }];
    await expect(
      account.clients.events.send(new PutTargetsCommand({ Rule, Targets })),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  fact(
    "nobody but AWS sends events whose source begins with aws.",
    { source: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html" },
    async (account) => {
      const entry = {
        Source: "aws.secretsmanager",
        DetailType: "Secret Label Updated",
        Detail: "{}",
      };
      const put = new PutEventsCommand({ Entries: [entry] });
      const answer = await account.clients.events.send(put);
      expect(answer.FailedEntryCount).toBe(1);
      expect(answer.Entries?.[0]?.ErrorCode).toBe("NotAuthorizedForSourceException");
    },
  );
});

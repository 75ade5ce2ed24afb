import {
  DeleteRuleCommand,
  ListRulesCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { DeleteTopicCommand, paginateListTopics } from "@aws-sdk/client-sns";
import { DeleteQueueCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import { TARGET } from "../event-inbox.ts";
import { begins, collect, type Leftovers } from "./kind.ts";

export const rules: Leftovers = {
  kind: "EventBridge rule",
  async find({ events }, NamePrefix) {
    const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix }));
    return Rules.flatMap(({ Name }) => Name ?? []);
  },
  async remove({ events }, Rule) {
    await events.send(new RemoveTargetsCommand({ Rule, Ids: [TARGET] }));
    await events.send(new DeleteRuleCommand({ Name: Rule }));
  },
};

export const queues: Leftovers = {
  kind: "SQS queue",
  async find({ sqs }, QueueNamePrefix) {
    return (await sqs.send(new ListQueuesCommand({ QueueNamePrefix }))).QueueUrls ?? [];
  },
  remove: ({ sqs }, QueueUrl) => sqs.send(new DeleteQueueCommand({ QueueUrl })),
};

export const topics: Leftovers = {
  kind: "SNS topic",
  find: async ({ sns }, prefix) =>
    (
      await collect(paginateListTopics({ client: sns }, {}), (page) =>
        (page.Topics ?? []).map(({ TopicArn }) => TopicArn),
      )
    ).filter(begins(prefix)),
  remove: ({ sns }, TopicArn) => sns.send(new DeleteTopicCommand({ TopicArn })),
};

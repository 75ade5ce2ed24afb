import { z } from "zod";
import type { Operations } from "../call.ts";
import { arnElements, invalid, operation, page } from "./operation.ts";
import type { Topic, TopicTable } from "./topic-table.ts";

/** Of a standard topic (API_CreateTopic), but for the delivery status logging of each protocol. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  "DeliveryPolicy",
  "DisplayName",
  "KmsMasterKeyId",
  "Policy",
  "SignatureVersion",
  "TracingConfig",
]);

export function topicOperations(topics: TopicTable): Operations {
  return {
    CreateTopic: createTopic(topics),
    DeleteTopic: deleteTopic(topics),
    GetTopicAttributes: getTopicAttributes(topics),
    ListTopics: listTopics(topics),
  };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
function createTopic(topics: TopicTable) {
  const shape = z.object({
    Name: z.string(),
    Attributes: z.record(z.string(), z.string()).optional(),
  });
  return operation(shape, ({ Name, Attributes = {} }) => {
    if (!/^[\w-]{1,256}$/.test(Name)) throw invalid("Topic Name");
    for (const name of Object.keys(Attributes)) {
      if (!ATTRIBUTES.has(name)) throw invalid(`Attributes Reason: Unknown attribute ${name}`);
    }
    const existing = topics.named(Name);
    if (existing === undefined) return { TopicArn: topics.add(Name, Attributes).arn };
    for (const [name, value] of Object.entries(Attributes)) {
      if (existing.attributes[name] === value) continue;
      throw invalid("Attributes Reason: Topic already exists with different attributes");
    }
    return { TopicArn: existing.arn };
  });
}

/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
function deleteTopic(topics: TopicTable) {
  return operation(z.object({ TopicArn: z.string() }), ({ TopicArn }) => {
    arnElements(TopicArn, "TopicArn");
    topics.remove(TopicArn);
    return {};
  });
}

/** https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
function getTopicAttributes(topics: TopicTable) {
  return operation(z.object({ TopicArn: z.string() }), ({ TopicArn }) => {
    const topic = topics.find(TopicArn);
    return {
      Attributes: new Map([
        ["DisplayName", ""],
        ...Object.entries(topic.attributes),
        ["TopicArn", topic.arn],
        ["Owner", topics.accountId],
        ["SubscriptionsConfirmed", count(topic, true)],
        ["SubscriptionsPending", count(topic, false)],
        ["SubscriptionsDeleted", String(topic.subscriptionsDeleted)],
      ]),
    };
  });
}

function count(topic: Topic, confirmed: boolean): string {
  const counted = [...topic.subscriptions.values()].filter((each) => each.confirmed === confirmed);
  return String(counted.length);
}

/** https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
function listTopics(topics: TopicTable) {
  return operation(z.object({ NextToken: z.string().optional() }), ({ NextToken }) => {
    const { items, ...more } = page(topics.all(), NextToken);
    return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), ...more };
  });
}

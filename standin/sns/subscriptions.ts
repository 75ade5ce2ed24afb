import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import type { Operations } from "../call.ts";
import { arnElements, invalid, operation, page } from "./operation.ts";
import type { Subscription, Topic, TopicTable } from "./topic-table.ts";

interface Protocol {
  endpoint: RegExp;
  /** The message of SNS for an invalid endpoint. */
  refusal: string;
  /** Whether the endpoint's owner has to confirm, even in the topic's own account. */
  asksOwner: boolean;
}

const web = { refusal: "Endpoint must match the specified protocol", asksOwner: true };
const email = { endpoint: /^[^@\s;]+@[^@\s;]+$/, refusal: "Email address", asksOwner: true };

/** Of API_Subscribe, but for application and firehose. */
const PROTOCOLS = new Map<string, Protocol>([
  ["http", { endpoint: /^http:\/\/[^\s]+$/, ...web }],
  ["https", { endpoint: /^https:\/\/[^\s]+$/, ...web }],
  ["email", email],
  ["email-json", email],
  ["sms", { endpoint: /^\+?[1-9]\d{1,14}$/, refusal: "Invalid SMS endpoint", asksOwner: false }],
  [
    "sqs",
    { endpoint: /^arn:aws:sqs:[\w-]+:\d{12}:./, refusal: "SQS endpoint ARN", asksOwner: false },
  ],
  [
    "lambda",
    {
      endpoint: /^arn:aws:lambda:[\w-]+:\d{12}:function:./,
      refusal: "Lambda endpoint ARN",
      asksOwner: false,
    },
  ],
]);

export function subscriptionOperations(topics: TopicTable): Operations {
  return {
    ConfirmSubscription: confirmSubscription(topics),
    ListSubscriptionsByTopic: listSubscriptionsByTopic(topics),
    Subscribe: subscribe(topics),
    Unsubscribe: unsubscribe(topics),
  };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
function subscribe(topics: TopicTable) {
  const shape = z.object({
    TopicArn: z.string(),
    Protocol: z.string(),
    Endpoint: z.string().default(""),
    ReturnSubscriptionArn: z.string().optional(),
  });
  return operation(shape, ({ TopicArn, Protocol, Endpoint, ReturnSubscriptionArn }) => {
    const topic = topics.find(TopicArn);
    const protocol = PROTOCOLS.get(Protocol);
    if (protocol === undefined) {
      throw invalid(`Amazon SNS does not support this protocol string: ${Protocol}`);
    }
    if (!protocol.endpoint.test(Endpoint)) throw invalid(protocol.refusal);
    const ofAnother = /^arn:/.test(Endpoint) && Endpoint.split(":")[4] !== topics.accountId;
    const confirmed = !protocol.asksOwner && !ofAnother;
    const subscription =
      existing(topic, Protocol, Endpoint) ?? add(topic, Protocol, Endpoint, confirmed);
    const shown = subscription.confirmed || ReturnSubscriptionArn === "true";
    return { SubscriptionArn: shown ? subscription.arn : "pending confirmation" };
  });
}

function existing(topic: Topic, protocol: string, endpoint: string): Subscription | undefined {
  return [...topic.subscriptions.values()].find(
    (each) => each.protocol === protocol && each.endpoint === endpoint,
  );
}

function add(topic: Topic, protocol: string, endpoint: string, confirmed: boolean): Subscription {
  const arn = `${topic.arn}:${randomUUID()}`;
  const token = randomBytes(48).toString("hex");
  const subscription = { arn, protocol, endpoint, token, confirmed };
  topic.subscriptions.set(arn, subscription);
  return subscription;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html */
function confirmSubscription(topics: TopicTable) {
  const shape = z.object({ TopicArn: z.string(), Token: z.string() });
  return operation(shape, ({ TopicArn, Token }) => {
    const topic = topics.find(TopicArn);
    const subscription = [...topic.subscriptions.values()].find(({ token }) => token === Token);
    if (subscription === undefined) throw invalid("Token");
    subscription.confirmed = true;
    return { SubscriptionArn: subscription.arn };
  });
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html */
function unsubscribe(topics: TopicTable) {
  return operation(z.object({ SubscriptionArn: z.string() }), ({ SubscriptionArn }) => {
    arnElements(SubscriptionArn, "SubscriptionArn");
    for (const topic of topics.all()) {
      if (topic.subscriptions.delete(SubscriptionArn)) topic.subscriptionsDeleted += 1;
    }
    return {};
  });
}

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
function listSubscriptionsByTopic(topics: TopicTable) {
  const shape = z.object({ TopicArn: z.string(), NextToken: z.string().optional() });
  return operation(shape, ({ TopicArn, NextToken }) => {
    const topic = topics.find(TopicArn);
    const { items, ...more } = page([...topic.subscriptions.values()], NextToken);
    const Subscriptions = items.map(({ arn, protocol, endpoint, confirmed }) => ({
      SubscriptionArn: confirmed ? arn : "PendingConfirmation",
      Owner: topics.accountId,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topic.arn,
    }));
    return { Subscriptions, ...more };
  });
}

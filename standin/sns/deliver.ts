import { attributeTypes, type MessageAttributes } from "./message-attributes.ts";
import { messageFor, type Notification } from "./notification.ts";
import type { Topic } from "./topic-table.ts";

/** Throws where there is no such function. */
export type StartFunction = (functionArn: string, payload: unknown) => void;

/**
 * Invokes the functions that subscribe to a topic, asynchronously. What cannot be delivered is dropped, as on AWS for an
 * endpoint that is gone (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html).
 */
export function deliverToFunctions(
  topic: Topic,
  notification: Notification,
  attributes: MessageAttributes,
  start: StartFunction,
): void {
  for (const { protocol, endpoint, confirmed, arn } of topic.subscriptions.values()) {
    if (protocol !== "lambda" || !confirmed) continue;
    try {
      start(endpoint, eventFor(notification, attributes, arn));
    } catch {}
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html, without signatures: a stand-in has no certificate. */
function eventFor(notification: Notification, attributes: MessageAttributes, arn: string) {
  const { topicArn, subject, messageId } = notification;
  const Sns = {
    Type: "Notification",
    MessageId: messageId,
    TopicArn: topicArn,
    Subject: subject ?? null,
    Message: messageFor(notification, "lambda"),
    Timestamp: new Date().toISOString(),
    MessageAttributes: attributeTypes(attributes),
  };
  return {
    Records: [{ EventVersion: "1.0", EventSubscriptionArn: arn, EventSource: "aws:sns", Sns }],
  };
}

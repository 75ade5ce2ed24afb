import type { Operations } from "../call.ts";
import type { StartFunction } from "./deliver.ts";
import type { Notification } from "./notification.ts";
import { publish } from "./publish.ts";
import { subscriptionOperations } from "./subscriptions.ts";
import { TopicTable } from "./topic-table.ts";
import { topicOperations } from "./topics.ts";

export interface Sns {
  operations: Operations;
  /** What was published, in order. */
  notifications: readonly Notification[];
  /** The token of the confirmation message to this endpoint. Throws if it never subscribed. */
  confirmationToken(topicArn: string, endpoint: string): string;
}

/**
 * Amazon SNS, in memory, with the documented behaviour of standard topics (test: sns.contract).
 * Messages are delivered to functions alone; all are in `notifications`.
 */
export function sns(
  account: { region: string; accountId: string },
  startFunction: StartFunction,
): Sns {
  const topics = new TopicTable(account);
  const notifications: Notification[] = [];
  return {
    operations: {
      ...topicOperations(topics),
      ...subscriptionOperations(topics),
      Publish: publish(topics, notifications, startFunction),
    },
    notifications,
    confirmationToken(topicArn, endpoint) {
      const subscriptions = [...topics.find(topicArn).subscriptions.values()];
      const found = subscriptions.find((each) => each.endpoint === endpoint);
      if (found === undefined) throw new Error(`${endpoint} did not subscribe to ${topicArn}.`);
      return found.token;
    },
  };
}

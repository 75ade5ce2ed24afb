import type { Alert } from "./alert.ts";

/** Where on-call hears of it. */
export interface AlertTopic {
  /** @throws AwsCallFailed, TopicMissing */
  publish(alert: Alert, signal: AbortSignal): Promise<void>;

  /**
   * Proves, without a message, that this function can reach the topic.
   * @returns how many confirmed subscriptions it has: those that hear an alert
   * @throws AwsCallFailed, TopicMissing
   */
  prove(signal: AbortSignal): Promise<number>;
}

import type { Alert } from "./alert.ts";

/** Where on-call hears of it. */
export interface AlertTopic {
  /** @throws AwsCallFailed, TopicMissing */
  publish(alert: Alert, signal: AbortSignal): Promise<void>;

  /**
   * Proves, without a message, that this function can reach the topic.
   * @returns whether it has a confirmed subscription
   * @throws AwsCallFailed, TopicMissing
   */
  prove(signal: AbortSignal): Promise<boolean>;
}

import type { Alert } from "./alert.ts";

/** The topic that on-call subscribes to. */
export interface AlertTopic {
  /** @throws AwsCallFailed, TopicMissing */
  publish(alert: Alert, signal: AbortSignal): Promise<void>;

  /**
   * Proves that this function can reach the topic, without sending a message.
   * @returns how many get alerts: the confirmed subscriptions but that of `relay`, which passes alerts on
   * @throws AwsCallFailed, TopicMissing
   */
  prove(signal: AbortSignal): Promise<number>;
}

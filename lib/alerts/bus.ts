/** What `source` of every event of ours says. */
export const eventSource = "quarterturn";

/** What rules find alerts, and emergencies, by: stable, and explained in docs/alerts.md. */
export const [alertDetailType, emergencyDetailType] = [
  "Quarterturn Alert",
  "Quarterturn Emergency",
];

/** The function that publishes every alert on the bus. */
export const relayFunction = "relay";

/** The default event bus of the account: pagers, chat and audit trails attach to it by a rule. */
export interface EventBus {
  /**
   * Publishes one event with the source `quarterturn`. Who listens may get it twice: EventBridge delivers at least once.
   * @param detailType stable, at most 128 characters
   * @param detail becomes JSON: identifiers only, no secret value
   * @throws AwsCallFailed, DeadlineReached; after either it may have been published all the same
   */
  put(detailType: string, detail: object, signal: AbortSignal): Promise<void>;
}

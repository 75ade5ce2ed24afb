/** "a 5 minute deduplication interval" (SQSDeveloperGuide/FIFO-key-terms.html) */
const INTERVAL_MS = 300_000;

interface Sent {
  id: string;
  sequence: string;
}

/**
 * The deduplication ids of a FIFO queue: "tracking the deduplication ID even after the message has
 * been received and deleted" (SQSDeveloperGuide/FIFO-key-terms.html).
 */
export class RecentlySent {
  readonly #byDeduplicationId = new Map<string, { sent: Sent; at: number }>();
  #sequence = 0;

  /** The id and sequence number of a message; those of the earlier one if it is a duplicate. */
  sent(deduplicationId: string, id: string, now: number): { sent: Sent; isNew: boolean } {
    const earlier = this.#byDeduplicationId.get(deduplicationId);
    if (earlier !== undefined && now - earlier.at < INTERVAL_MS) {
      return { sent: earlier.sent, isNew: false };
    }
    this.#sequence += 1;
    const sent = { id, sequence: String(this.#sequence).padStart(20, "0") };
    this.#byDeduplicationId.set(deduplicationId, { sent, at: now });
    return { sent, isNew: true };
  }
}

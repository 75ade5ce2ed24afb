import { settlementTiming } from "../../infra/settlement.ts";
import type { VirtualClock } from "./clock.ts";
import type { Functions } from "./functions.ts";

interface Message {
  readonly messageId: string;
  readonly body: string;
  received: number;
}

const delay = settlementTiming.delaySeconds * 1000;
const visibility = settlementTiming.visibilitySeconds * 1000;
const batchSize = 10;
const receives = 5;

/** The FIFO queue of settlement with one message group, and the event source mapping behind it. */
export class SettlementQueue {
  readonly #clock: VirtualClock;
  readonly #functions: Functions;
  #messages: Message[] = [];
  #blockedUntil = 0;
  #isPolling = false;
  #count = 0;

  constructor(clock: VirtualClock, functions: Functions) {
    this.#clock = clock;
    this.#functions = functions;
  }

  send(event: unknown, afterMs = 0): void {
    this.#count += 1;
    const message = { messageId: `m${this.#count}`, body: JSON.stringify(event), received: 0 };
    this.#clock.change(afterMs + delay, () => void this.#messages.push(message));
    this.#clock.work(afterMs + delay, () => this.#poll());
  }

  async #poll(): Promise<void> {
    const blockedFor = this.#blockedUntil - this.#clock.now;
    if (this.#isPolling || this.#messages.length === 0) return;
    if (blockedFor > 0) return this.#clock.work(blockedFor, () => this.#poll());
    this.#isPolling = true;
    const batch = this.#messages.splice(0, batchSize);
    const Records = batch.map(({ messageId, body }) => ({ messageId, body }));
    const ran = await this.#functions.settle({ Records });
    this.#isPolling = false;
    const failedIds =
      ran.kind === "done"
        ? ran.result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
        : batch.map(({ messageId }) => messageId);
    const failed = batch.filter(({ messageId }) => failedIds.includes(messageId));
    for (const message of failed) message.received += 1;
    this.#messages.unshift(...failed.filter(({ received }) => received < receives));
    if (failed.length > 0) this.#blockedUntil = this.#clock.now + visibility;
    if (this.#messages.length > 0) this.#clock.work(0, () => this.#poll());
  }
}

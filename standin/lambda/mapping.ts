import { randomUUID } from "node:crypto";
import type { Activity } from "../activity.ts";
import { AwsError } from "../aws-error.ts";
import type { Received } from "../sqs/message.ts";
import type { Queue } from "../sqs/queue.ts";
import { batchEvent, reportedFailures } from "./batch.ts";
import type { Functions } from "./model.ts";

export interface MappingSettings {
  functionArn: string;
  enabled: boolean;
  batchSize: number;
  reportsFailures: boolean;
  /** Undefined: no limit. */
  maximumConcurrency: number | undefined;
  /**
   * How long the messages of a failed batch stay hidden, in milliseconds.
   * @param leftMs of their visibility timeout
   */
  retryDelay(leftMs: number): number;
}

/**
 * Reads batches from a queue and invokes a function with each. If it succeeds, the messages are deleted;
 * if it fails, they come back when their visibility timeout ends
 * (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). The queue ensures
 * that each message group has one batch at a time.
 */
export class Mapping implements Disposable {
  readonly id = randomUUID();
  readonly createdAt = Date.now();
  readonly queue: Queue;
  readonly settings: MappingSettings;
  readonly #functions: Functions;
  readonly #activity: Activity;
  #subscription: Disposable | undefined;
  /** While there are messages. */
  #held: Disposable | undefined;
  #running = 0;

  constructor(queue: Queue, settings: MappingSettings, functions: Functions, activity: Activity) {
    this.queue = queue;
    this.settings = settings;
    this.#functions = functions;
    this.#activity = activity;
    if (!settings.enabled) return;
    this.#subscription = queue.subscribe(() => this.#read());
    this.#read();
  }

  /** Invocations go on; their messages come back. */
  [Symbol.dispose](): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }

  #read(): void {
    const { maximumConcurrency = Number.POSITIVE_INFINITY, batchSize } = this.settings;
    while (this.#subscription !== undefined && this.#running < maximumConcurrency) {
      const batch = this.queue.receive(batchSize);
      if (batch.length === 0) break;
      void this.#run(batch);
    }
    this.#hold();
  }

  async #run(batch: readonly Received[]): Promise<void> {
    const { functionArn, reportsFailures, retryDelay } = this.settings;
    const visibleAt = Date.now() + 1000 * this.queue.integer("VisibilityTimeout");
    this.#running += 1;
    const event = batchEvent(batch, this.queue.arn);
    const { error, payload } = await this.#functions.invoke(functionArn, event);
    this.#running -= 1;
    if (this.#subscription === undefined) return;
    const failures =
      reportsFailures || error ? reportedFailures(error ? "" : payload, batch) : null;
    for (const { id, handle } of batch) {
      if (!failures?.has(id)) settle(() => this.queue.delete(handle));
      else {
        const delay = retryDelay(Math.max(0, visibleAt - Date.now()));
        settle(() => this.queue.changeVisibility(handle, delay / 1000));
      }
    }
    this.#read();
  }

  #hold(): void {
    const { visible, inFlight, delayed } = this.queue.counts();
    const isEmpty = visible + inFlight + delayed === 0;
    if (this.#subscription !== undefined && !isEmpty) this.#held ??= this.#activity.begin();
    if (!isEmpty) return;
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }
}

/** Ignores a message whose visibility timeout has ended: it belongs to another batch by now. */
function settle(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { Clock } from "../clock.ts";
import {
  type Attributes,
  INTEGER_DEFAULTS,
  type IntegerAttribute,
  redrivePolicy,
} from "./attributes.ts";
import { available } from "./available.ts";
import { contentHash, type Message, parseHandle, type Received, received } from "./message.ts";
import { invalidValue, missing } from "./operation.ts";
import { RecentlySent } from "./recently-sent.ts";

export interface Outgoing {
  body: string;
  group?: string | undefined;
  deduplicationId?: string | undefined;
  /** Default: the queue's DelaySeconds. */
  delaySeconds?: number | undefined;
}

interface QueueHost {
  readonly clock: Clock;
  /** Another queue of this account. */
  byArn(arn: string): Queue | undefined;
}

/**
 * A queue and its messages. In a FIFO queue the next message of a group is received only after the one
 * in flight is deleted, however often that one is received
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html).
 */
export class Queue implements Disposable {
  readonly name: string;
  readonly arn: string;
  readonly createdAt = Date.now();
  readonly #accountId: string;
  readonly #host: QueueHost;
  #attributes: Attributes;
  #messages: Message[] = [];
  readonly #recent = new RecentlySent();
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(arn: string, attributes: Attributes, host: QueueHost) {
    this.arn = arn;
    const [accountId = "", name = ""] = arn.split(":").slice(-2);
    this.name = name;
    this.#accountId = accountId;
    this.#attributes = attributes;
    this.#host = host;
  }

  get isFifo(): boolean {
    return this.name.endsWith(".fifo");
  }

  /** Without defaults. */
  get attributes(): Attributes {
    return this.#attributes;
  }

  set attributes(attributes: Attributes) {
    this.#attributes = attributes;
  }

  integer(name: IntegerAttribute): number {
    return Number(this.#attributes[name] ?? INTEGER_DEFAULTS[name]);
  }

  /** `delayed`: not received yet, and still hidden. */
  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = Date.now();
    this.#forgetExpired(now);
    const hidden = this.#messages.filter(({ visibleAt }) => visibleAt > now);
    const delayed = hidden.filter(({ receiveCount }) => receiveCount === 0).length;
    const visible = this.#messages.length - hidden.length;
    return { visible, inFlight: hidden.length - delayed, delayed };
  }

  /** Calls the listener after every change that can add or remove a visible message, until disposed of. */
  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** A duplicate within the deduplication interval is accepted and not delivered. */
  send({ body, group, deduplicationId, delaySeconds }: Outgoing): {
    id: string;
    sequence?: string;
  } {
    const now = Date.now();
    const id = randomUUID();
    const delayMs = 1000 * (delaySeconds ?? this.integer("DelaySeconds"));
    const visibleAt = now + this.#host.clock.hurried(delayMs);
    if (!this.isFifo) {
      this.#add({ id, body, sentAt: now, visibleAt, receiveCount: 0 });
      return { id };
    }
    if (group === undefined) throw missing("MessageGroupId");
    const deduplication = deduplicationId ?? this.#contentDeduplication(body);
    const { sent, isNew } = this.#recent.sent(deduplication, id, now);
    if (isNew) {
      const fifo = { group, deduplicationId: deduplication, sequence: sent.sequence };
      this.#add({ id, body, sentAt: now, fifo, visibleAt, receiveCount: 0 });
    }
    return sent;
  }

  /** Hides the messages that it returns. One that was received too often goes to the dead-letter queue. */
  receive(most: number, visibilitySeconds = this.integer("VisibilityTimeout")): Received[] {
    const now = Date.now();
    this.#forgetExpired(now);
    const policy = redrivePolicy(this.#attributes["RedrivePolicy"]);
    const given: Received[] = [];
    for (const message of available(this.#messages, now)) {
      if (given.length === most) break;
      if (policy !== undefined && message.receiveCount >= policy.maxReceiveCount) {
        this.#bury(message, policy.deadLetterTargetArn);
        continue;
      }
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + 1000 * visibilitySeconds;
      given.push(received(message, this.#accountId));
    }
    this.#schedule(now);
    return given;
  }

  /** Succeeds if the message is gone already. FIFO queues refuse an expired handle. */
  delete(handle: string): void {
    const message = this.#byHandle(handle);
    if (message === undefined) return;
    this.#messages = this.#messages.filter((each) => each !== message);
    this.#changed();
  }

  changeVisibility(handle: string, seconds: number): void {
    const message = this.#byHandle(handle);
    const now = Date.now();
    if (message === undefined || message.visibleAt <= now) {
      throw new AwsError(
        "MessageNotInflight",
        `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      );
    }
    message.visibleAt = now + 1000 * seconds;
    this.#changed();
  }

  purge(): void {
    this.#messages = [];
    this.#changed();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #add(message: Message): void {
    this.#messages.push(message);
    this.#changed();
  }

  /** FIFO: "the enqueue timestamp resets" (SQSDeveloperGuide/sqs-dead-letter-queues.html). */
  #bury(message: Message, deadLetterTargetArn: string): void {
    const target = this.#host.byArn(deadLetterTargetArn);
    if (target === undefined) return;
    this.#messages = this.#messages.filter((each) => each !== message);
    const sentAt = this.isFifo ? Date.now() : message.sentAt;
    target.#add({ ...message, sourceArn: this.arn, sentAt });
  }

  #contentDeduplication(body: string): string {
    if (this.#attributes["ContentBasedDeduplication"] === "true") return contentHash(body);
    throw new AwsError(
      "InvalidParameterValueException",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }

  #byHandle(handle: string): Message | undefined {
    const parsed = parseHandle(handle);
    if (parsed === undefined) {
      throw new AwsError(
        "ReceiptHandleIsInvalid",
        `The input receipt handle "${handle}" is not a valid receipt handle.`,
      );
    }
    const message = this.#messages.find(({ id }) => id === parsed.id);
    if (message === undefined || !this.isFifo) return message;
    if (message.receiveCount === parsed.receive && message.visibleAt > Date.now()) return message;
    throw invalidValue("ReceiptHandle", handle, "The receipt handle has expired.");
  }

  #forgetExpired(now: number): void {
    const oldest = now - 1000 * this.integer("MessageRetentionPeriod");
    this.#messages = this.#messages.filter(({ sentAt }) => sentAt > oldest);
  }

  #changed(): void {
    this.#schedule(Date.now());
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Sets the timer for the next hidden message that becomes visible.
   * @param now when the messages were last read: one that became visible since then must not be missed
   */
  #schedule(now: number): void {
    clearTimeout(this.#timer);
    const hidden = this.#messages.map(({ visibleAt }) => visibleAt).filter((at) => at > now);
    if (hidden.length === 0) return;
    this.#timer = setTimeout(() => this.#changed(), Math.min(...hidden) - now).unref();
  }
}

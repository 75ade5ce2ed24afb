import { createHash } from "node:crypto";

/** Members of messages in FIFO queues. */
interface FifoFields {
  group: string;
  deduplicationId: string;
  sequence: string;
}

/** Times are epoch milliseconds. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  readonly fifo?: FifoFields;
  /** Of a dead letter: the queue that it comes from. */
  readonly sourceArn?: string;
  visibleAt: number;
  /** In all queues: "across all queues but not deleted" (API_ReceiveMessage). */
  receiveCount: number;
  firstReceivedAt?: number;
}

/** As ReceiveMessage and events for functions show it. */
export interface Received {
  id: string;
  handle: string;
  body: string;
  md5: string;
  attributes: Record<string, string>;
}

/** A handle names the message and the receive that it came from. */
function handleOf({ id, receiveCount }: Message): string {
  return Buffer.from(`${id} ${receiveCount}`).toString("base64");
}

/** Undefined if the text is not a handle. */
export function parseHandle(handle: string): { id: string; receive: number } | undefined {
  const text = Buffer.from(handle, "base64").toString();
  const [, id, receive] = /^([0-9a-f-]{36}) (\d+)$/.exec(text) ?? [];
  return id === undefined ? undefined : { id, receive: Number(receive) };
}

export function received(message: Message, accountId: string): Received {
  const { id, body } = message;
  const attributes = systemAttributes(message, accountId);
  return { id, handle: handleOf(message), body, md5: md5(body), attributes };
}

export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** "Amazon SQS uses a SHA-256 hash to generate the MessageDeduplicationId" (API_SendMessage) */
export function contentHash(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

/** SenderId is the account's here; on AWS that of the user or role. */
function systemAttributes(message: Message, accountId: string): Record<string, string> {
  const { fifo, sourceArn, sentAt, receiveCount, firstReceivedAt } = message;
  return {
    SenderId: accountId,
    SentTimestamp: String(sentAt),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ...(fifo && {
      SequenceNumber: fifo.sequence,
      MessageDeduplicationId: fifo.deduplicationId,
      MessageGroupId: fifo.group,
    }),
    ...(sourceArn !== undefined && { DeadLetterQueueSourceArn: sourceArn }),
  };
}

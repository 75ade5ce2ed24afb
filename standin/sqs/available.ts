import type { Message } from "./message.ts";

/**
 * The messages that can be received, in order: as many of one group as possible first, none of a group
 * with a message in flight, none ahead of a delayed one
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html).
 */
export function available(messages: readonly Message[], now: number): Message[] {
  const isHidden = ({ visibleAt }: Message) => visibleAt > now;
  const blocked = new Set<string>();
  for (const message of messages) {
    if (isHidden(message) && message.receiveCount > 0) blocked.add(groupOf(message));
  }
  const open = messages.filter((message) => {
    if (isHidden(message)) blocked.add(groupOf(message));
    return !blocked.has(groupOf(message));
  });
  return [...Map.groupBy(open, groupOf).values()].flat();
}

/** Each message of a standard queue is a group of its own. */
function groupOf({ id, fifo }: Message): string {
  return fifo?.group ?? id;
}

import type { Message } from "./message.ts";

/**
 * What can be received, in the order in which it is given: as many messages of one group as
 * possible first, none of a group that has one in flight, none ahead of one that is delayed
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

/** A message of a standard queue waits for nobody. */
function groupOf({ id, fifo }: Message): string {
  return fifo?.group ?? id;
}

import type { Operations } from "../call.ts";
import type { Clock } from "../clock.ts";
import { batchOperations } from "./batches.ts";
import { messageOperations } from "./messages.ts";
import { QueueTable } from "./queue-table.ts";
import { queueOperations } from "./queues.ts";

export interface Sqs extends Disposable {
  operations: Operations;
  queues: QueueTable;
}

/**
 * Amazon SQS, in memory, with the documented behaviour of FIFO and standard queues
 * (test: sqs.contract). `endpoint`: where queue URLs lead.
 */
export function sqs(
  account: { region: string; accountId: string },
  endpoint: () => string,
  clock: Clock,
): Sqs {
  const queues = new QueueTable(account, endpoint, clock);
  return {
    operations: {
      ...queueOperations(queues),
      ...messageOperations(queues),
      ...batchOperations(queues),
    },
    queues,
    [Symbol.dispose]: () => queues[Symbol.dispose](),
  };
}

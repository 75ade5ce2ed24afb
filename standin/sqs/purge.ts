import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { operation } from "./operation.ts";
import type { Queue } from "./queue.ts";
import type { QueueTable } from "./queue-table.ts";

/** API_PurgeQueue */
const PURGE_INTERVAL_MS = 60_000;

export function purgeQueue(queues: QueueTable) {
  const purgedAt = new WeakMap<Queue, number>();
  return operation(z.object({ QueueUrl: z.string() }), ({ QueueUrl }) => {
    const queue = queues.find(QueueUrl);
    if (Date.now() - (purgedAt.get(queue) ?? 0) < PURGE_INTERVAL_MS) {
      throw new AwsError(
        "PurgeQueueInProgress",
        `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
        403,
      );
    }
    purgedAt.set(queue, Date.now());
    queue.purge();
    return {};
  });
}

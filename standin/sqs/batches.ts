import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { send, sendFields } from "./messages.ts";
import { operation } from "./operation.ts";
import type { Queue } from "./queue.ts";
import type { QueueTable } from "./queue-table.ts";

const MAX_ENTRIES = 10;
const entryId = {
  Id: z.string().regex(/^[\w-]{1,80}$/, "it must have 1 to 80 letters, digits, hyphens"),
};

/** API_SendMessageBatch, API_DeleteMessageBatch: each entry succeeds or fails on its own. */
export function batchOperations(queues: QueueTable): Operations {
  return {
    SendMessageBatch: batch(queues, z.object({ ...entryId, ...sendFields }), send),
    DeleteMessageBatch: batch(
      queues,
      z.object({ ...entryId, ReceiptHandle: z.string() }),
      (queue, { ReceiptHandle }) => {
        queue.delete(ReceiptHandle);
        return {};
      },
    ),
  };
}

function batch<E extends z.ZodObject<typeof entryId>>(
  queues: QueueTable,
  entry: E,
  run: (queue: Queue, entry: z.infer<E>) => object,
) {
  const shape = z.object({ QueueUrl: z.string(), Entries: z.array(entry) });
  return operation(shape, ({ QueueUrl, Entries }) => {
    const queue = queues.find(QueueUrl);
    checkEntries(Entries.map(({ Id }) => String(Id)));
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const each of Entries) {
      const { Id } = each;
      try {
        Successful.push({ Id, ...run(queue, each) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const { type: Code, message: Message } = error;
        Failed.push({ Id, Code, Message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  });
}

function checkEntries(ids: readonly string[]): void {
  if (ids.length === 0) {
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (ids.length > MAX_ENTRIES) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${ids.length}.`,
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated === undefined) return;
  throw new AwsError("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
}

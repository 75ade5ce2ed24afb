import { GetQueueAttributesCommand, PurgeQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { DeadLetters } from "../emergency/ports.ts";
import { onDemand } from "../on-demand.ts";
import { callAws, meaning } from "./failures.ts";

/** @param QueueUrl of the queue; absent: there is none */
export function deadLetterQueue(QueueUrl: string | undefined): DeadLetters {
  const client = onDemand(() => new SQSClient({}));
  return {
    async count(signal) {
      if (!QueueUrl) return 0;
      const AttributeNames = ["ApproximateNumberOfMessages" as const];
      return callAws("sqs:GetQueueAttributes", QueueUrl, signal, (options) =>
        client()
          .send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }), options)
          .then(({ Attributes }) => Number(Attributes?.["ApproximateNumberOfMessages"] ?? 0))
          .catch(meaning("QueueDoesNotExist", 0)),
      );
    },

    async empty(signal) {
      if (!QueueUrl) return;
      await callAws("sqs:PurgeQueue", QueueUrl, signal, (options) =>
        client()
          .send(new PurgeQueueCommand({ QueueUrl }), options)
          .then(() => undefined)
          .catch(meaning("PurgeQueueInProgress", undefined)),
      );
    },
  };
}

import type { Operations } from "../call.ts";
import { send } from "../sqs/messages.ts";
import { type QueueTable, queueDoesNotExist } from "../sqs/queue-table.ts";
import type { Deliver } from "./bus.ts";
import { transformed } from "./transform.ts";

/**
 * Hands events to queues, topics and functions. Functions are invoked asynchronously
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html).
 */
export function deliverTo({
  queues,
  topics,
  functions,
}: {
  queues: QueueTable;
  topics: Operations;
  functions: { start(nameOrArn: string, payload: unknown): void };
}): Deliver {
  return ({ Arn, SqsParameters, InputTransformer }, event) => {
    const text = InputTransformer ? transformed(InputTransformer, event) : JSON.stringify(event);
    const service = Arn.split(":")[2];
    if (service === "lambda") functions.start(Arn, JSON.parse(text));
    else if (service === "sns") topics["Publish"]?.({ TopicArn: Arn, Message: text });
    else {
      const queue = queues.byArn(Arn);
      if (queue === undefined) throw queueDoesNotExist();
      send(queue, { MessageBody: text, ...SqsParameters });
    }
  };
}

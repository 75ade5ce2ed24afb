import { z } from "zod";
import type { Operations } from "../call.ts";
import { md5, type Received } from "./message.ts";
import { absent, invalidValue, missing, operation } from "./operation.ts";
import type { Queue } from "./queue.ts";
import type { QueueTable } from "./queue-table.ts";

/** "alphanumeric characters and punctuation", at most 128 (API_SendMessage) */
const id = z.string().regex(/^[!-~]{1,128}$/, "it must have 1 to 128 characters, without spaces");

export const sendFields = {
  MessageBody: z.string(),
  MessageGroupId: id.optional(),
  MessageDeduplicationId: id.optional(),
  DelaySeconds: z.int().min(0).max(900).optional(),
  MessageAttributes: absent,
  MessageSystemAttributes: absent,
};
const visibility = z.int().min(0).max(43_200);

/** Pages: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
export function messageOperations(queues: QueueTable): Operations {
  const url = { QueueUrl: z.string() };
  return {
    SendMessage: operation(z.object({ ...url, ...sendFields }), (input) =>
      send(queues.find(input.QueueUrl), input),
    ),
    ReceiveMessage: receiveMessage(queues),
    DeleteMessage: operation(z.object({ ...url, ReceiptHandle: z.string() }), (input) => {
      queues.find(input.QueueUrl).delete(input.ReceiptHandle);
      return {};
    }),
    ChangeMessageVisibility: operation(
      z.object({ ...url, ReceiptHandle: z.string(), VisibilityTimeout: visibility }),
      ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) => {
        queues.find(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout);
        return {};
      },
    ),
  };
}

/** API_SendMessage, without message attributes. */
export function send(
  queue: Queue,
  input: z.infer<z.ZodObject<typeof sendFields>>,
): { MessageId: string; MD5OfMessageBody: string; SequenceNumber?: string } {
  const { MessageBody: body, DelaySeconds: delaySeconds } = input;
  if (body === "") throw missing("MessageBody");
  if (Buffer.byteLength(body) > queue.integer("MaximumMessageSize")) {
    const most = queue.integer("MaximumMessageSize");
    throw invalidValue("MessageBody", "", `Message must be shorter than ${most} bytes.`);
  }
  // "When you set FifoQueue, you can't set DelaySeconds per message."
  if (queue.isFifo && delaySeconds !== undefined) {
    const reason = "The request include parameter that is not valid for this queue type";
    throw invalidValue("DelaySeconds", delaySeconds, reason);
  }
  const sent = queue.send({
    body,
    group: input.MessageGroupId,
    deduplicationId: input.MessageDeduplicationId,
    delaySeconds,
  });
  return {
    MessageId: sent.id,
    MD5OfMessageBody: md5(body),
    ...(sent.sequence && { SequenceNumber: sent.sequence }),
  };
}

/** API_ReceiveMessage, without ReceiveRequestAttemptId. */
function receiveMessage(queues: QueueTable) {
  const names = z.array(z.string()).default([]);
  const shape = z.object({
    QueueUrl: z.string(),
    AttributeNames: names,
    MessageSystemAttributeNames: names,
    MaxNumberOfMessages: z.int().min(1).max(10).default(1),
    VisibilityTimeout: visibility.optional(),
    WaitTimeSeconds: z.int().min(0).max(20).optional(),
    ReceiveRequestAttemptId: absent,
  });
  return operation(shape, async (input) => {
    const queue = queues.find(input.QueueUrl);
    const seconds = input.WaitTimeSeconds ?? queue.integer("ReceiveMessageWaitTimeSeconds");
    const messages = await longPoll(queue, seconds, () =>
      queue.receive(input.MaxNumberOfMessages, input.VisibilityTimeout),
    );
    const wanted = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
    return messages.length === 0 ? {} : { Messages: messages.map((each) => shown(each, wanted)) };
  });
}

/** The visible messages, or else the first that arrive in time. */
function longPoll(
  queue: Queue,
  seconds: number,
  receive: () => Received[],
): Received[] | Promise<Received[]> {
  const messages = receive();
  if (messages.length > 0 || seconds === 0) return messages;
  return new Promise((resolve) => {
    const finish = (got: Received[]) => {
      clearTimeout(timer);
      subscription[Symbol.dispose]();
      resolve(got);
    };
    const timer = setTimeout(() => finish([]), 1000 * seconds).unref();
    const subscription = queue.subscribe(() => {
      const got = receive();
      if (got.length > 0) finish(got);
    });
  });
}

function shown({ id, handle, body, md5, attributes }: Received, wanted: string[]): object {
  const entries = Object.entries(attributes).filter(
    ([name]) => wanted.includes("All") || wanted.includes(name),
  );
  return {
    MessageId: id,
    ReceiptHandle: handle,
    MD5OfBody: md5,
    Body: body,
    ...(entries.length > 0 && { Attributes: Object.fromEntries(entries) }),
  };
}

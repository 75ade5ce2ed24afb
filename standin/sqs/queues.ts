import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import {
  type Attributes,
  checkAttributes,
  INTEGER_DEFAULTS,
  redrivePolicy,
  unknownAttribute,
} from "./attributes.ts";
import { invalidValue, operation } from "./operation.ts";
import { purgeQueue } from "./purge.ts";
import type { Queue } from "./queue.ts";
import { type QueueTable, queueDoesNotExist } from "./queue-table.ts";

const queueUrl = z.string();
const attributes = z.record(z.string(), z.string());

/** Pages: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
export function queueOperations(queues: QueueTable): Operations {
  return {
    CreateQueue: createQueue(queues),
    DeleteQueue: operation(z.object({ QueueUrl: queueUrl }), ({ QueueUrl }) => {
      queues.remove(queues.find(QueueUrl));
      return {};
    }),
    GetQueueAttributes: getQueueAttributes(queues),
    GetQueueUrl: operation(z.object({ QueueName: z.string() }), ({ QueueName }) => {
      const queue = queues.named(QueueName);
      if (queue === undefined) throw queueDoesNotExist();
      return { QueueUrl: queues.url(queue) };
    }),
    ListQueues: listQueues(queues),
    PurgeQueue: purgeQueue(queues),
    SetQueueAttributes: setQueueAttributes(queues),
  };
}

/** API_ListQueues, without the paging that MaxResults asks for. */
function listQueues(queues: QueueTable) {
  const shape = z.object({
    QueueNamePrefix: z.string().default(""),
    MaxResults: z.undefined("the stand-in lists all queues at once").optional(),
  });
  return operation(shape, ({ QueueNamePrefix }) => {
    const found = queues.all().filter(({ name }) => name.startsWith(QueueNamePrefix));
    return found.length > 0 ? { QueueUrls: found.map((queue) => queues.url(queue)) } : {};
  });
}

/** API_CreateQueue: the same name and attributes give the same queue. */
function createQueue(queues: QueueTable) {
  const shape = z.object({ QueueName: z.string(), Attributes: attributes.default({}) });
  return operation(shape, ({ QueueName, Attributes: { FifoQueue, ...given } }) => {
    // AWS accepts no other value than "true".
    if (FifoQueue !== undefined && FifoQueue !== "true") throw unknownAttribute("FifoQueue");
    const fifo = FifoQueue === "true";
    if (!/^[\w-]{1,80}$/.test(fifo ? QueueName.replace(/\.fifo$/, "_fifo") : QueueName)) {
      throw invalidName("Can only include alphanumeric characters, hyphens, or underscores.");
    }
    if (fifo && !QueueName.endsWith(".fifo")) {
      throw invalidName("The name of a FIFO queue must end with the .fifo suffix.");
    }
    checkAttributes(given, fifo);
    const existing = queues.named(QueueName);
    if (existing !== undefined) refuseDifferent(existing, given);
    else checkDeadLetterQueue(queues, given, fifo);
    return { QueueUrl: queues.url(existing ?? queues.add(QueueName, given)) };
  });
}

function invalidName(reason: string): AwsError {
  return new AwsError("InvalidParameterValueException", reason);
}

function refuseDifferent(existing: Queue, given: Attributes): void {
  const shown: Attributes = { ...INTEGER_DEFAULTS, ...existing.attributes };
  const different = Object.keys(given).find((name) => given[name] !== shown[name]);
  if (different === undefined) return;
  throw new AwsError(
    "QueueNameExists",
    `A queue already exists with the same name and a different value for attribute ${different}`,
  );
}

/** "must be the same type of queue" (SQSDeveloperGuide/sqs-dead-letter-queues.html) */
function checkDeadLetterQueue(queues: QueueTable, given: Attributes, fifo: boolean): void {
  const text = given["RedrivePolicy"];
  const policy = redrivePolicy(text);
  if (policy === undefined) return;
  const target = queues.byArn(policy.deadLetterTargetArn);
  if (target === undefined) {
    throw invalidValue("RedrivePolicy", text, "Dead letter target does not exist.");
  }
  if (target.isFifo !== fifo) {
    const reason = "Dead-letter queue must be same type of queue as the source.";
    throw invalidValue("RedrivePolicy", text, reason);
  }
}

/** API_SetQueueAttributes */
function setQueueAttributes(queues: QueueTable) {
  const shape = z.object({ QueueUrl: queueUrl, Attributes: attributes });
  return operation(shape, ({ QueueUrl, Attributes }) => {
    const queue = queues.find(QueueUrl);
    checkAttributes(Attributes, queue.isFifo);
    checkDeadLetterQueue(queues, Attributes, queue.isFifo);
    const all = Object.entries({ ...queue.attributes, ...Attributes });
    queue.attributes = Object.fromEntries(all.filter(([, value]) => value !== ""));
    return {};
  });
}

/** API_GetQueueAttributes */
function getQueueAttributes(queues: QueueTable) {
  const shape = z.object({ QueueUrl: queueUrl, AttributeNames: z.array(z.string()).default([]) });
  return operation(shape, ({ QueueUrl, AttributeNames }) => {
    const shown = allAttributes(queues.find(QueueUrl));
    if (AttributeNames.includes("All")) return { Attributes: shown };
    const named = AttributeNames.map((name) => [name, shown[name]]);
    return { Attributes: Object.fromEntries(named) };
  });
}

function allAttributes(queue: Queue): Attributes {
  const { visible, inFlight, delayed } = queue.counts();
  return {
    ...INTEGER_DEFAULTS,
    SqsManagedSseEnabled: "true",
    ...(queue.isFifo && { FifoQueue: "true", ContentBasedDeduplication: "false" }),
    ...queue.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}

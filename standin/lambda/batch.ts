import type { Received } from "../sqs/message.ts";

/**
 * The event of a batch
 * (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-fifo-sqs-message-event).
 */
export function batchEvent(batch: readonly Received[], queueArn: string): object {
  return {
    Records: batch.map(({ id, handle, body, md5, attributes }) => ({
      messageId: id,
      receiptHandle: handle,
      body,
      attributes,
      messageAttributes: {},
      md5OfBody: md5,
      eventSource: "aws:sqs",
      eventSourceARN: queueArn,
      awsRegion: queueArn.split(":")[3],
    })),
  };
}

/**
 * The messages that the function reports as failed. Any other answer than a report fails the whole batch
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting).
 */
export function reportedFailures(report: unknown, batch: readonly Received[]): ReadonlySet<string> {
  const ids = new Set(batch.map(({ id }) => id));
  if (typeof report !== "object") return ids;
  const { batchItemFailures } = (report ?? {}) as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return ids;
  const failed = batchItemFailures.map((each) => Object(each).itemIdentifier as unknown);
  const isReport = failed.every((id) => typeof id === "string" && ids.has(id));
  return isReport ? new Set(failed as string[]) : ids;
}

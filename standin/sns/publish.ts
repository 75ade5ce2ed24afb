import { randomUUID } from "node:crypto";
import { z } from "zod";
import { deliverToFunctions, type StartFunction } from "./deliver.ts";
import { attributeBytes, attributeValues, messageAttributes } from "./message-attributes.ts";
import type { Notification } from "./notification.ts";
import { invalid, operation } from "./operation.ts";
import type { TopicTable } from "./topic-table.ts";

const MAX_BYTES = 262_144;
const SUBJECT_ENDS_BEFORE = 100;

/**
 * Only to topics, not to phones or mobile endpoints.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function publish(topics: TopicTable, notifications: Notification[], start: StartFunction) {
  const shape = z.object({
    TopicArn: z.string().optional(),
    TargetArn: z.string().optional(),
    Message: z.string(),
    Subject: z.string().optional(),
    MessageStructure: z.string().optional(),
    MessageAttributes: messageAttributes.default({}),
  });
  return operation(shape, (input) => {
    const { Message, Subject, MessageStructure, MessageAttributes } = input;
    if (Subject !== undefined && !isSubject(Subject)) throw invalid("Subject");
    if (Message === "") throw invalid("Empty message");
    const attributes = attributeValues(MessageAttributes);
    const bytes = Buffer.byteLength(Message) + attributeBytes(MessageAttributes);
    if (bytes > MAX_BYTES) throw invalid("Message too long");
    const json = isJsonStructure(MessageStructure);
    if (json) requireDefault(Message);
    const topic = target(topics, input.TopicArn, input.TargetArn);
    const messageId = randomUUID();
    const notification = {
      topicArn: topic.arn,
      ...(Subject !== undefined && { subject: Subject }),
      message: Message,
      ...(json && { messageStructure: "json" as const }),
      attributes,
      messageId,
    };
    notifications.push(notification);
    deliverToFunctions(topic, notification, MessageAttributes, start);
    return { MessageId: messageId };
  });
}

function target(topics: TopicTable, topicArn?: string, targetArn?: string) {
  if (topicArn !== undefined) return topics.find(topicArn);
  if (targetArn !== undefined) return topics.find(targetArn, "TargetArn");
  throw invalid("TopicArn or TargetArn Reason: no value for required parameter");
}

/** "UTF-8 text with no line breaks or control characters, and less than 100 characters long" */
function isSubject(subject: string): boolean {
  return (
    subject !== "" && subject.length < SUBJECT_ENDS_BEFORE && !/[\p{Cc}\u2028\u2029]/u.test(subject)
  );
}

function isJsonStructure(structure: string | undefined): boolean {
  if (structure !== undefined && structure !== "json") throw invalid("MessageStructure");
  return structure === "json";
}

/** "a syntactically valid JSON object" with "a top-level JSON key of default" that is a string */
function requireDefault(message: string): void {
  const texts = parsed(message);
  if (typeof texts !== "object" || texts === null || Array.isArray(texts)) {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
  if (!("default" in texts) || typeof texts.default !== "string") {
    throw invalid("Message Structure - No default entry in JSON message body");
  }
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

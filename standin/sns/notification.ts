/** A message that a topic accepted. */
export interface Notification {
  topicArn: string;
  subject?: string;
  /** As published. With messageStructure "json": a JSON object with one text per protocol. */
  message: string;
  messageStructure?: "json";
  /** The values of the message attributes; a binary one is base64. */
  attributes: Record<string, string>;
  messageId: string;
}

/**
 * The text that a subscriber of this protocol gets. With a JSON structure: the protocol's own
 * string, or else `default` (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
 */
export function messageFor({ message, messageStructure }: Notification, protocol: string): string {
  if (messageStructure === undefined) return message;
  const texts = new Map(Object.entries(JSON.parse(message) as Record<string, unknown>));
  const own = texts.get(protocol);
  return String(typeof own === "string" ? own : texts.get("default"));
}

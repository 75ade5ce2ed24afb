import { GetTopicAttributesCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Alert } from "../alerts/alert.ts";
import type { AlertTopic } from "../alerts/topic.ts";
import { TopicMissing } from "../errors.ts";
import { awsFailure } from "./failures.ts";

/** An SNS topic; without an ARN every call fails with TopicMissing. */
export function snsTopic(topicArn: string | undefined): AlertTopic {
  return new SnsTopic(new SNSClient({}), topicArn);
}

class SnsTopic implements AlertTopic {
  readonly #client: SNSClient;
  readonly #topicArn: string | undefined;

  constructor(client: SNSClient, topicArn: string | undefined) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async publish(alert: Alert, signal: AbortSignal): Promise<void> {
    await this.#call("Publish", signal, (TopicArn, options) => {
      const message = { default: JSON.stringify(alert.event), email: alert.text, sms: alert.sms };
      const command = new PublishCommand({
        TopicArn,
        Subject: alert.subject,
        MessageStructure: "json",
        Message: JSON.stringify(message),
        MessageAttributes: Object.fromEntries(
          Object.entries(alert.attributes).map(([name, StringValue]) => [
            name,
            { DataType: "String", StringValue },
          ]),
        ),
      });
      return this.#client.send(command, options);
    });
  }

  async prove(signal: AbortSignal): Promise<boolean> {
    return this.#call("GetTopicAttributes", signal, async (TopicArn, options) => {
      const command = new GetTopicAttributesCommand({ TopicArn });
      const { Attributes = {} } = await this.#client.send(command, options);
      return Number(Attributes["SubscriptionsConfirmed"] ?? 0) > 0;
    });
  }

  async #call<T>(
    action: string,
    signal: AbortSignal,
    send: (topicArn: string, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    if (!this.#topicArn) throw new TopicMissing();
    try {
      return await send(this.#topicArn, { abortSignal: signal });
    } catch (error) {
      throw awsFailure(error, `sns:${action}`, this.#topicArn, signal);
    }
  }
}

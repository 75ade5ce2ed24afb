import {
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SNSServiceException,
  type Subscription,
} from "@aws-sdk/client-sns";
import { type Alert, messageOf } from "../alerts/alert.ts";
import { relayFunction } from "../alerts/bus.ts";
import { TopicMissing } from "../alerts/errors.ts";
import type { AlertTopic } from "../alerts/topic.ts";
import { AwsCallFailed } from "../aws-call-failed.ts";
import { onDemand } from "../on-demand.ts";
import { awsFailure } from "./failures.ts";

/** An SNS topic, in its own Region; without an ARN every call fails with TopicMissing. */
export function snsTopic(topicArn: string | undefined): AlertTopic {
  const region = topicArn?.split(":")[3];
  return new SnsTopic(
    onDemand(() => new SNSClient(region ? { region } : {})),
    topicArn,
  );
}

/** By the error's name (SNS API reference, Publish and ListSubscriptionsByTopic). */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /^AuthorizationError/,
    "Allow sns:Publish and sns:ListSubscriptionsByTopic on this topic in the caller's role and in the topic's policy.",
  ],
  [/^(NotFound|InvalidParameter)/, "Create the topic, or correct its ARN (ALERT_TOPIC_ARN)."],
  [
    /^KMS/,
    "Allow the caller's role kms:Decrypt and kms:GenerateDataKey on the topic's key, and check that the key is enabled.",
  ],
];

/** Confirmed, and not the function of ours that publishes alerts on the event bus, where nobody may listen. */
const isListener = ({ SubscriptionArn = "", Protocol, Endpoint = "" }: Subscription) =>
  SubscriptionArn.startsWith("arn:") && !(Protocol === "lambda" && isRelay(Endpoint));

const isRelay = (functionArn: string) => functionArn.endsWith(`-${relayFunction}`);

class SnsTopic implements AlertTopic {
  readonly #client: () => SNSClient;
  readonly #topicArn: string | undefined;

  constructor(client: () => SNSClient, topicArn: string | undefined) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async publish(alert: Alert, signal: AbortSignal): Promise<void> {
    await this.#call("Publish", signal, (TopicArn, options) => {
      const command = new PublishCommand({
        TopicArn,
        Subject: alert.subject,
        MessageStructure: "json",
        Message: JSON.stringify(messageOf(alert)),
        MessageAttributes: Object.fromEntries(
          Object.entries(alert.attributes).map(([name, StringValue]) => [
            name,
            { DataType: "String", StringValue },
          ]),
        ),
      });
      return this.#client().send(command, options);
    });
  }

  async prove(signal: AbortSignal): Promise<number> {
    let listeners = 0;
    let NextToken: string | undefined;
    do {
      const page = await this.#call("ListSubscriptionsByTopic", signal, (TopicArn, options) =>
        this.#client().send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }), options),
      );
      listeners += (page.Subscriptions ?? []).filter(isListener).length;
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return listeners;
  }

  async #call<T>(
    action: "Publish" | "ListSubscriptionsByTopic",
    signal: AbortSignal,
    send: (topicArn: string, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    if (!this.#topicArn) throw new TopicMissing();
    try {
      return await send(this.#topicArn, { abortSignal: signal });
    } catch (error) {
      throw topicFailure(error, `sns:${action}`, this.#topicArn, signal);
    }
  }
}

/** Failures that concern the topic have remedies of their own; others are those of any call to AWS. */
function topicFailure(thrown: unknown, call: string, topicArn: string, signal: AbortSignal) {
  // As SNS has it on the wire; the SDK's classes are called `NotFoundException`.
  const name = thrown instanceof SNSServiceException ? thrown.name.replace(/Exception$/, "") : "";
  const remedy = remedies.find(([pattern]) => pattern.test(name))?.[1];
  if (!remedy || signal.aborted) return awsFailure(thrown, call, topicArn, signal);
  const retryable = name === "KMSThrottling";
  return new AwsCallFailed(call, topicArn, {
    failure: name,
    retryable,
    remedy,
    isAbsent: name === "NotFound",
  });
}

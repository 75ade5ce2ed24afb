import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import type { Aws } from "../standin/aws.ts";

/** A client that calls the stand-in as this principal. */
export function clientOf(aws: Aws, principal: string): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: keysOf(aws, principal),
  });
}

export function keysOf(aws: Aws, principal: string) {
  const env = aws.env(principal);
  return {
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
}

/** The topic that on-call is subscribed to by mail, confirmed. */
export async function createTopic(aws: Aws): Promise<string> {
  const client = snsOf(aws);
  const { TopicArn = "" } = await client.send(new CreateTopicCommand({ Name: topicName }));
  const Endpoint = "on-call@example.com";
  await client.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint }));
  const Token = aws.confirmationToken(TopicArn, Endpoint);
  await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  client.destroy();
  return TopicArn;
}

/** Has the topic invoke this function, as a deployment does with `relay`. */
export async function subscribeFunction(aws: Aws, Endpoint: string): Promise<void> {
  const client = snsOf(aws);
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: topicName }));
  await client.send(new SubscribeCommand({ TopicArn, Protocol: "lambda", Endpoint }));
  client.destroy();
}

const topicName = "alerts";

const snsOf = (aws: Aws) =>
  new SNSClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: keysOf(aws, "operator"),
  });

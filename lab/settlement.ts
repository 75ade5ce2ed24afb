import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { CreateEventSourceMappingCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { settlementEvents } from "../infra/events.ts";
import type { Aws } from "../standin/aws.ts";
import { compileCache } from "../standin/compile-cache.ts";
import { keysOf } from "./clients.ts";
import { putRules } from "./rules.ts";
import type { Server } from "./server.ts";

/** What a deployment sets up so that settlement runs by itself: rules → FIFO queue → function. */
export async function connectSettlement(
  aws: Aws,
  settleArn: string,
  timing: QueueTiming,
): Promise<void> {
  await settleFrom(aws, await queueEvents(aws, timing), settleArn);
}

interface QueueTiming {
  readonly delaySeconds: number;
  readonly visibilitySeconds: number;
}

/** The part of it that collects events. @returns ARN of the queue */
export async function queueEvents(aws: Aws, timing: QueueTiming): Promise<string> {
  const options = {
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: keysOf(aws, "operator"),
  };
  // The manifest names the cluster, whether it has consumers or not.
  await new ECSClient(options).send(new CreateClusterCommand({ clusterName: "production" }));
  const sqs = new SQSClient(options);
  const deadLetters = await createQueue(sqs, "settle-dead.fifo", {});
  const queueArn = await createQueue(sqs, "settle.fifo", {
    DelaySeconds: String(timing.delaySeconds),
    VisibilityTimeout: String(timing.visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters, maxReceiveCount: 5 }),
  });
  const SqsParameters = { MessageGroupId: "settlement" };
  await putRules(aws, settlementEvents, { Id: "queue", Arn: queueArn, SqsParameters });
  return queueArn;
}

/** The part of it that invokes the function. */
export async function settleFrom(aws: Aws, queueArn: string, settleArn: string): Promise<void> {
  const { endpoint, region } = aws;
  const lambda = new LambdaClient({ endpoint, region, credentials: keysOf(aws, "operator") });
  await lambda.send(
    new CreateEventSourceMappingCommand({
      EventSourceArn: queueArn,
      FunctionName: settleArn,
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    }),
  );
}

async function createQueue(
  sqs: SQSClient,
  QueueName: string,
  attributes: Record<string, string>,
): Promise<string> {
  const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true", ...attributes };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const read = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] });
  return (await sqs.send(read)).Attributes?.["QueueArn"] ?? "";
}

/** A service of injected consumers that log in continuously. */
export async function createConsumerService(
  aws: Aws,
  service: {
    cluster: string;
    name: string;
    tasks: number;
    secretArn: string;
    /** What a field is injected from. Default: the secret. */
    valueFrom?: (field: string) => string;
    server: Pick<Server, "type" | "ca">;
    /** Between two logins of a task, in milliseconds; default: none. */
    pauseMs?: number;
  },
): Promise<void> {
  const options = {
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: keysOf(aws, "operator"),
  };
  const ecs = new ECSClient(options);
  const { valueFrom = (key: string) => `${service.secretArn}:${key}::` } = service;
  const field = (name: string, key: string) => ({ name, valueFrom: valueFrom(key) });
  const program = new URL("./consumer/injected.ts", import.meta.url).pathname;
  const environment = {
    DB_TYPE: service.server.type,
    DB_CA: service.server.ca,
    DB_PAUSE_MS: String(service.pauseMs ?? 0),
    ...compileCache,
  };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: service.name,
      containerDefinitions: [
        {
          name: "app",
          image: "app",
          essential: true,
          stopTimeout: 2,
          command: [process.execPath, program],
          environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
          secrets: [
            field("DB_HOST", "host"),
            field("DB_PORT", "port"),
            field("DB_NAME", "database"),
            field("DB_USER", "username"),
            field("DB_PASSWORD", "password"),
          ],
        },
      ],
    }),
  );
  const { cluster, name: serviceName, tasks: desiredCount } = service;
  await ecs.send(
    new CreateServiceCommand({ cluster, serviceName, taskDefinition: serviceName, desiredCount }),
  );
}

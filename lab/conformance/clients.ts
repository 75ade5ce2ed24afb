import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { MemoryDBClient } from "@aws-sdk/client-memorydb";
import { RDSClient } from "@aws-sdk/client-rds";
import {
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";

/** What is common to the configurations of all clients. */
export type ClientConfig = Pick<
  SecretsManagerClientConfig,
  "credentials" | "endpoint" | "maxAttempts" | "region"
>;

export type Clients = ReturnType<typeof connect>;

export function connect(config: ClientConfig) {
  return {
    cloudformation: new CloudFormationClient(config),
    cloudtrail: new CloudTrailClient(config),
    ecs: new ECSClient(config),
    elasticache: new ElastiCacheClient(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    memorydb: new MemoryDBClient(config),
    rds: new RDSClient(config),
    secrets: new SecretsManagerClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
}

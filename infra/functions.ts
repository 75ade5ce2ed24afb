import { ref, type Value } from "./cloudformation.ts";
import { type Deployment, functionArn, functionId } from "./deployment.ts";
import {
  onSecrets,
  onTopic,
  readAdmins,
  type Statement,
  useKeysOfSecrets,
  whereItRotates,
} from "./grants.ts";
import { findAndRollConsumers } from "./grants-consumers.ts";
import { mirroring, writeParameters } from "./grants-ssm.ts";

/** What is particular to one function; all else is the same for all. */
export interface FunctionEntry {
  readonly description: string;
  /** In seconds. */
  readonly timeout: number;
  /** Whether it reaches databases, and so runs in their VPC. */
  readonly reachesDatabases: boolean;
  /** Beside ALERT_TOPIC_ARN and ENVIRONMENT. */
  readonly environment: Readonly<Record<string, Value>>;
  /** What it calls of AWS, beside its log and its VPC. */
  readonly grants: (deployment: Deployment) => readonly Statement[];
}

/** THE list of functions, by the name of the file in functions/: one entry is all that a new one needs here. */
export const functions: Readonly<Record<string, FunctionEntry>> = {
  "rotate-database": {
    description: "Rotates database credentials, one step at a time, for Secrets Manager.",
    timeout: 60,
    reachesDatabases: true,
    environment: {},
    grants: (deployment) => [
      ...whereItRotates(
        deployment,
        "rotate-database",
        onSecrets(
          deployment,
          "DescribeSecret",
          "GetSecretValue",
          "ListSecretVersionIds",
          "PutSecretValue",
          "TagResource",
          "UpdateSecretVersionStage",
        ),
      ),
      ...useKeysOfSecrets(deployment, "Decrypt", "GenerateDataKey"),
      ...readAdmins(deployment),
      ...onTopic("GetTopicAttributes", "Publish"),
    ],
  },
  "retire-database": {
    description: "Ends the old credential of a database, and proves it dead, for settlement.",
    timeout: 60,
    reachesDatabases: true,
    environment: {},
    grants: (deployment) => [
      ...onSecrets(deployment, "DescribeSecret", "GetSecretValue", "TagResource"),
      ...useKeysOfSecrets(deployment, "Decrypt"),
      ...readAdmins(deployment),
      ...onTopic("Publish"),
    ],
  },
  settle: {
    description:
      "Rolls and proves the consumers of rotated secrets, then has the old credentials ended.",
    // A batch may be a reason to look at every secret; one that is not looked at in time is told as a failure.
    timeout: 300,
    reachesDatabases: false,
    environment: {
      MIRROR_FUNCTION: ref(functionId("mirror")),
      RETIRE_DATABASE_FUNCTION: ref(functionId("retire-database")),
    },
    grants: (deployment) => [
      ...onSecrets(
        deployment,
        "DescribeSecret",
        "ListSecretVersionIds",
        "TagResource",
        "UpdateSecretVersionStage",
      ),
      ...findAndRollConsumers(deployment),
      {
        actions: ["lambda:InvokeFunction"],
        resources: ["mirror", "retire-database"].map((name) => functionArn(deployment, name)),
      },
      {
        actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources: ["${SettlementQueue.Arn}"],
      },
      ...onTopic("Publish"),
    ],
  },
  mirror: {
    description: "Copies fields of secrets to the SSM parameters that mirror them, for settlement.",
    timeout: 60,
    reachesDatabases: false,
    environment: {},
    grants: (deployment) => [
      ...onSecrets(
        mirroring(deployment),
        "DescribeSecret",
        "GetSecretValue",
        "ListSecretVersionIds",
        "TagResource",
      ),
      ...useKeysOfSecrets(mirroring(deployment), "Decrypt"),
      ...writeParameters(deployment),
      ...onTopic("Publish"),
    ],
  },
  watch: {
    description:
      "Tells on-call of rotations that failed and that the rotating function did not tell of.",
    timeout: 60,
    reachesDatabases: false,
    environment: {},
    grants: (deployment) => [
      ...onSecrets(deployment, "DescribeSecret", "TagResource"),
      ...onTopic("Publish"),
    ],
  },
};

/** Where this function tells on-call, and which environment it names. */
export const commonEnvironment = ({ stage }: Deployment): Readonly<Record<string, Value>> => ({
  ALERT_TOPIC_ARN: ref("AlertTopic"),
  ENVIRONMENT: stage,
});

import { functionsOf, type Place } from "../lib/manifest/place.ts";
import type { Value } from "./cloudformation.ts";
import { type Deployment, functionArn } from "./deployment.ts";
import { describeSecrets, onSecrets, onTopic, rotatedBy, type Statement } from "./grants.ts";
import { readOtherSecrets, useKeysOfSecrets } from "./grants-keys.ts";
import { rememberProblems } from "./grants-ssm.ts";

/** What is particular to one function; all else is the same for all. */
export interface FunctionEntry {
  readonly description: string;
  /** In seconds. */
  readonly timeout: number;
  /**
   * Where the secrets are reached that it serves: it may touch no others, and is deployed only if there are any. In
   * the network it runs in the VPC. Absent: it serves all secrets, and reaches none of their servers.
   */
  readonly place?: Place;
  /** Beside ALERT_TOPIC_ARN and ENVIRONMENT. */
  readonly environment?: (deployment: Deployment) => Readonly<Record<string, Value>>;
  /** What it fails at leaves it as an error, and it counts those that on-call knows of. */
  readonly tellsFailures?: true;
  /** What it calls of AWS, beside its log and its VPC. @param deployment with the secrets that it serves */
  readonly grants: (deployment: Deployment) => readonly Statement[];
}

/** The function that rotates the secrets of a place. */
export const rotating = (place: Place, description: string): FunctionEntry => ({
  description,
  timeout: 60,
  place,
  tellsFailures: true,
  grants: (deployment) => [
    ...onSecrets(
      deployment,
      [
        "DescribeSecret",
        "GetSecretValue",
        "ListSecretVersionIds",
        "PutSecretValue",
        "UpdateSecretVersionStage",
      ],
      rotatedBy(functionArn(deployment, functionsOf[place].rotate)),
    ),
    ...useKeysOfSecrets(deployment, "Decrypt", "GenerateDataKey"),
    ...readOtherSecrets(deployment),
    ...rememberProblems(deployment, "rotation"),
    ...onTopic("GetTopicAttributes", "Publish"),
  ],
});

/** The function that retires their old credentials. */
export const retiring = (place: Place, description: string): FunctionEntry => ({
  description,
  timeout: 60,
  place,
  grants: (deployment) => [
    ...describeSecrets(deployment),
    ...onSecrets(deployment, ["GetSecretValue"]),
    ...useKeysOfSecrets(deployment, "Decrypt"),
    ...readOtherSecrets(deployment),
  ],
});

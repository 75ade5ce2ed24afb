import { functionsOf, type Place } from "../lib/manifest/place.ts";
import type { Value } from "./cloudformation.ts";
import { type Deployment, functionArn } from "./deployment.ts";
import { describeSecrets, onSecrets, onTopic, rotatedBy, type Statement } from "./grants.ts";
import { readOtherSecrets, useKeysOfSecrets } from "./grants-keys.ts";
import { rememberProblems } from "./grants-ssm.ts";
import { ofTypes } from "./grants-types.ts";

/** What is particular to one function; all else is the same for all. */
export interface FunctionEntry {
  readonly description: string;
  /** In seconds. */
  readonly timeout: number;
  /** In seconds: what the secrets that it serves need beside. */
  readonly moreTime?: (deployment: Deployment) => number;
  /**
   * Where the secrets are reached that it serves: it may touch no others, and is deployed only if there are any. In
   * the network it runs in the VPC. Absent: it serves all secrets, and reaches none of their servers.
   */
  readonly place?: Place;
  /** Beside ALERT_TOPIC_ARN and ENVIRONMENT. */
  readonly environment?: (deployment: Deployment) => Readonly<Record<string, Value>>;
  /** What it fails at leaves it as an error, and it counts those that on-call knows of. */
  readonly tellsFailures?: true;
  /** It is invoked by alarms, too: one on itself that said OK would go on for ever where it always fails. */
  readonly hearsAlarms?: true;
  /** What it calls of AWS, beside its log and its VPC. @param deployment with the secrets that it serves */
  readonly grants: (deployment: Deployment) => readonly Statement[];
}

/** In seconds: a provider may take minutes to accept a new key everywhere. */
const timeouts: Readonly<Record<Place, number>> = { network: 60, internet: 900 };

/** In seconds: a switch that takes minutes is waited for, because until it is over nobody knows what is accepted. */
const slowestSwitch = ({ manifest }: Deployment): number => {
  const credentials = Object.values(manifest.secrets).flatMap((secret) => secret.credentials);
  return credentials.reduce((most, { traits }) => Math.max(most, traits.switchTime ?? 0), 0) / 1000;
};

/** The function that rotates the secrets of a place. */
export const rotating = (place: Place, description: string): FunctionEntry => ({
  description,
  timeout: timeouts[place],
  moreTime: slowestSwitch,
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
    ...ofTypes(deployment, "rotate"),
    ...rememberProblems(deployment, "rotation"),
    ...onTopic("ListSubscriptionsByTopic", "Publish"),
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
    ...ofTypes(deployment, "retire"),
  ],
});

import { alertDetailType, emergencyDetailType, relayFunction } from "../lib/alerts/bus.ts";
import { functionsOf, type Place } from "../lib/manifest/place.ts";
import { ref, sub, type Value } from "./cloudformation.ts";
import { type Deployment, functionArn, functionId, placesOf } from "./deployment.ts";
import { type FunctionEntry, retiring, rotating } from "./function-entry.ts";
import { describeSecrets, listSecrets, onBus, onSecrets, onTopic } from "./grants.ts";
import { findAndRollConsumers, findConsumers } from "./grants-consumers.ts";
import { proveAndTidy, startRotations } from "./grants-emergency.ts";
import { useKeysOfSecrets } from "./grants-keys.ts";
import { setSchedules } from "./grants-schedules.ts";
import { markSecrets, retrySwitches } from "./grants-secrets.ts";
import {
  endProblems,
  keepProblems,
  mirroring,
  problemsPath,
  writeParameters,
} from "./grants-ssm.ts";

/** The functions that retire the secrets of a deployment. */
const retirers = (deployment: Deployment) =>
  placesOf(deployment).map((place) => functionsOf[place].retire);

/** The functions that rotate, also of places that have no secret any more: they may have had one. */
const rotators = Object.values(functionsOf).map(({ rotate }) => rotate);

/** `retire-database` is in RETIRE_DATABASE_FUNCTION. */
const variable = (name: string) => `${name.toUpperCase().replaceAll("-", "_")}_FUNCTION`;

/** THE list of functions, by the name of the file in functions/: one entry is all that a new one needs here. */
export const functions = {
  [functionsOf.network.rotate]: rotating(
    "network",
    "Rotates database credentials, one step at a time, for Secrets Manager.",
  ),
  [functionsOf.network.retire]: retiring(
    "network",
    "Retires the old credential of a database, and proves that it is refused, for settlement.",
  ),
  [functionsOf.internet.rotate]: rotating(
    "internet",
    "Rotates API keys and generated values, one step at a time, for Secrets Manager.",
  ),
  [functionsOf.internet.retire]: retiring(
    "internet",
    "Retires the old API key, and proves that it is refused, for settlement.",
  ),
  settle: {
    description:
      "Rolls and proves the consumers of rotated secrets, then has the old credentials retired.",
    // A batch may be a reason to look at every secret; what is not reached in time is left to the next one.
    timeout: 300,
    environment: (deployment) =>
      Object.fromEntries(
        ["mirror", ...retirers(deployment)].map((name) => [variable(name), ref(functionId(name))]),
      ),
    grants: (deployment) => [
      ...describeSecrets(deployment),
      ...markSecrets(deployment),
      listSecrets,
      ...findAndRollConsumers(deployment),
      {
        actions: ["lambda:InvokeFunction"],
        resources: ["mirror", ...retirers(deployment)].map((name) => functionArn(deployment, name)),
      },
      {
        actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources: ["${SettlementQueue.Arn}"],
      },
      ...endProblems(deployment),
      ...onTopic("Publish"),
    ],
  },
  mirror: {
    description: "Copies fields of secrets to the SSM parameters that mirror them, for settlement.",
    timeout: 60,
    grants: (deployment) => [
      ...describeSecrets(mirroring(deployment)),
      ...onSecrets(mirroring(deployment), ["GetSecretValue", "ListSecretVersionIds"]),
      ...useKeysOfSecrets(mirroring(deployment), "Decrypt"),
      ...writeParameters(deployment),
    ],
  },
  schedule: {
    description:
      "Makes the schedules in Secrets Manager those of the manifest, for CloudFormation and every hour.",
    timeout: 900,
    environment: (deployment) =>
      Object.fromEntries(
        rotators.map((name) => [variable(name), sub(functionArn(deployment, name))]),
      ),
    grants: (deployment) => [
      ...setSchedules(deployment),
      {
        // Secrets Manager asks for it of whoever names a rotation function (API reference, RotateSecret).
        actions: ["lambda:InvokeFunction"],
        resources: ["schedule", ...rotators].map((name) => functionArn(deployment, name)),
      },
      ...keepProblems(deployment, "schedules"),
      ...onTopic("Publish"),
    ],
  },
  [relayFunction]: {
    description:
      "Publishes every alert on the event bus, for pagers and chat, for the alert topic.",
    timeout: 30,
    hearsAlarms: true,
    grants: () => [onBus(alertDetailType)],
  },
  watch: {
    description:
      "Alerts on-call of failed rotations that nobody reported, and hourly of secrets that do not rotate as they should.",
    timeout: 300,
    environment: (deployment) =>
      Object.fromEntries(
        retirers(deployment).map((name) => [variable(name), ref(functionId(name))]),
      ),
    grants: (deployment) => [
      ...describeSecrets(deployment),
      listSecrets,
      ...retrySwitches(deployment),
      {
        actions: ["lambda:InvokeFunction"],
        resources: retirers(deployment).map((name) => functionArn(deployment, name)),
      },
      ...keepProblems(deployment, "rotation", "watch", "claims", "findings"),
      ...onTopic("Publish"),
    ],
  },
  emergency: {
    description:
      "Rotates at once what a person names, ends what leaked, rolls back and repairs; for emergencies, by hand.",
    timeout: 300,
    environment: (deployment) => ({
      [variable("settle")]: ref(functionId("settle")),
      ...Object.fromEntries(
        retirers(deployment).map((name) => [variable(name), ref(functionId(name))]),
      ),
      DEAD_LETTERS_URL: ref("SettlementDeadLetters"),
      ...Object.fromEntries(
        placesOf(deployment).map((place) => {
          const { rotate } = functionsOf[place];
          return [variable(rotate), sub(functionArn(deployment, rotate))];
        }),
      ),
    }),
    grants: (deployment) => [
      ...describeSecrets(deployment),
      listSecrets,
      ...startRotations(deployment),
      ...findConsumers(),
      ...proveAndTidy(deployment),
      onBus(emergencyDetailType),
      ...keepProblems(deployment, "emergency"),
      ...onTopic("Publish"),
    ],
  },
} satisfies Readonly<Record<string, FunctionEntry>>;

/** The functions of a deployment: without those whose place no secret has. */
export function deployedFunctions(deployment: Deployment): Readonly<Record<string, FunctionEntry>> {
  const places: readonly (Place | undefined)[] = placesOf(deployment);
  const all: Readonly<Record<string, FunctionEntry>> = functions;
  return Object.fromEntries(
    Object.entries(all).filter(([, { place }]) => place === undefined || places.includes(place)),
  );
}

/** Where each function sends alerts and remembers them, and which environment they name. */
export const commonEnvironment = (deployment: Deployment): Readonly<Record<string, Value>> => ({
  ALERT_TOPIC_ARN: ref("AlertTopic"),
  ENVIRONMENT: deployment.stage,
  PROBLEMS_PATH: problemsPath(deployment),
  ...(deployment.runbook && { RUNBOOK_URL: deployment.runbook }),
});

import { consumerBuildTypes } from "../lib/consumers/types.ts";
import type { Value } from "./cloudformation.ts";

/** Of an EventBridge rule. */
export type When = { readonly EventPattern: Value } | { readonly ScheduleExpression: string };

const fromSecretsManager = (...eventNames: readonly string[]): When => ({
  EventPattern: {
    source: ["aws.secretsmanager"],
    "detail-type": ["AWS Service Event via CloudTrail"],
    detail: { eventName: eventNames },
  },
});

/** A consumer may have moved on. */
const consumerEvents: Readonly<Record<string, When>> = Object.fromEntries(
  Object.values(consumerBuildTypes).flatMap(({ events }) =>
    Object.entries(events).map(([name, EventPattern]) => [
      name,
      { EventPattern: { ...EventPattern } },
    ]),
  ),
);

/**
 * What is a reason to look at secrets that are not settled, by the rule's name. Secrets Manager's own event
 * needs no CloudTrail. The others mean that something may have moved on, and the tick that time has passed:
 * grace and deadline end without an event.
 */
export const settlementEvents: Readonly<Record<string, When>> = {
  "label-moved": {
    EventPattern: {
      source: ["aws.secretsmanager"],
      "detail-type": ["Secret Label Updated"],
      detail: { labelUpdated: ["AWSCURRENT"] },
    },
  },
  "rotation-succeeded": fromSecretsManager("RotationSucceeded"),
  ...consumerEvents,
  "parameter-changed": {
    EventPattern: { source: ["aws.ssm"], "detail-type": ["Parameter Store Change"] },
  },
  tick: { ScheduleExpression: "rate(5 minutes)" },
};

/** Secrets Manager's events of failed rotations; they need a CloudTrail trail. */
export const outsideEvents: Readonly<Record<string, When>> = {
  "rotation-failed": fromSecretsManager("RotationFailed", "RotationAbandoned"),
};

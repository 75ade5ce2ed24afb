import { consumerBuildTypes } from "../lib/consumers/types.ts";
import { watchTick } from "../lib/watch/occasion.ts";
import { arn, type Value } from "./cloudformation.ts";
import type { Deployment } from "./deployment.ts";
import { filledLength } from "./sizes.ts";

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

/**
 * Characters of an EventBridge pattern, once it is filled in, with room for what stands beside the prefixes (EventBridge
 * quotas: 2,048 unless AWS raised it).
 */
const patternLength = 1700;

/**
 * The same for a deployment: of consumers only those in the scope of its manifest, so that what else is deployed in
 * the account is no work; without any there is no such rule. A list that is too long for a pattern is left out.
 */
export function settlementRules({ manifest }: Deployment): Readonly<Record<string, When>> {
  const scopes = Object.values(manifest.secrets).map(({ consumers }) => consumers);
  const rules: Record<string, When> = { ...settlementEvents };
  for (const { events, eventResources } of Object.values(consumerBuildTypes)) {
    const prefixes = eventResources(scopes, arn);
    const resources = prefixes.map((prefix) => ({ prefix: { "Fn::Sub": prefix } }));
    const isShort = filledLength(resources) < patternLength;
    for (const [name, pattern] of Object.entries(events))
      if (prefixes.length === 0) delete rules[name];
      else rules[name] = { EventPattern: { ...pattern, ...(isShort && { resources }) } };
  }
  return rules;
}

/** Secrets Manager's events of failed rotations and of their tests; they need a CloudTrail trail. */
export const outsideEvents: Readonly<Record<string, When>> = {
  "rotation-failed": fromSecretsManager(
    "RotationFailed",
    "RotationAbandoned",
    "TestRotationFailed",
    "TestRotationSucceeded",
  ),
};

/**
 * When `watch` looks at all secrets; and when it only shows that it is alive: a look costs a request for every hundred
 * secrets, and its silence must be told within a quarter of an hour.
 */
export const watchSchedules: Readonly<Record<string, When & { readonly input?: object }>> = {
  "hourly-look": { ScheduleExpression: "rate(1 hour)" },
  "watch-tick": { ScheduleExpression: "rate(5 minutes)", input: watchTick },
};

/** When the schedules are looked at: for secrets that were not there yet, and for what failed. */
export const hourlyEvents: Readonly<Record<"schedules-due", When>> = {
  "schedules-due": { ScheduleExpression: "rate(1 hour)" },
};

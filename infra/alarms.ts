import { lookedMetric, toldMetric } from "../lib/reporting/metric-names.ts";
import { type Alarm, alarmResource } from "./alarm.ts";
import { logicalId, type Resources, ref } from "./cloudformation.ts";
import { type Deployment, functionId } from "./deployment.ts";
import { hourlyEvents, outsideEvents, settlementRules, watchSchedules } from "./events.ts";
import type { FunctionEntry } from "./function-entry.ts";
import { deployedFunctions } from "./functions.ts";
import { ruleId } from "./settlement.ts";

/** What functions cannot report themselves: that they died, never ran, or never got an event. */
export function alarms(deployment: Deployment): Resources {
  const all = [
    ...Object.entries(deployedFunctions(deployment)).flatMap(ofFunction),
    ...Object.keys({
      ...settlementRules(deployment),
      ...outsideEvents,
      ...watchSchedules,
      ...hourlyEvents,
    }).map(ofRule),
    ...ofQueue,
    ofWatch,
    settleSilent,
    watchSilent,
    unwatched(deployment),
  ];
  return Object.fromEntries(
    all.map((alarm) => [`${logicalId(alarm.name)}Alarm`, alarmResource(deployment, alarm)]),
  );
}

const ofFunction = ([name, { tellsFailures }]: readonly [
  string,
  FunctionEntry,
]): readonly Alarm[] => {
  const FunctionName = ref(functionId(name));
  const common = { namespace: "AWS/Lambda", dimensions: { FunctionName } };
  const errors = { ...common, name: `${name}-errors`, metric: "Errors" };
  const told = {
    namespace: "Quarterturn",
    metric: toldMetric,
    dimensions: { service: "quarterturn", FunctionName },
  };
  return [
    tellsFailures
      ? {
          ...errors,
          beyond: told,
          means: `{${name}} failed and could not tell: it died, or the topic refused its alert. See its log. Failures that it told are not counted here.`,
        }
      : { ...errors, means: `{${name}} died, or could not tell what it failed at: see its log.` },
    {
      ...common,
      name: `${name}-throttles`,
      metric: "Throttles",
      means: `Lambda refused to start {${name}}: the account's concurrency is used up. It is retried; raise the quota if this persists.`,
    },
  ];
};

const ofRule = (name: string): Alarm => ({
  name: `${name}-undelivered`,
  metric: "FailedInvocations",
  namespace: "AWS/Events",
  dimensions: { RuleName: ref(ruleId(name)) },
  means: `EventBridge could not deliver events of the rule {${name}}. Check that its target and the target's policy are as the stack created them.`,
});

const ofQueue: readonly Alarm[] = [
  {
    name: "settlement-dead-letters",
    metric: "ApproximateNumberOfMessagesVisible",
    namespace: "AWS/SQS",
    dimensions: { QueueName: { "Fn::GetAtt": ["SettlementDeadLetters", "QueueName"] } },
    statistic: "Maximum",
    byGrowth: true,
    means:
      "Settlement gave up on an event. See the log of {settle} for why; it checks all secrets every five minutes anyway, so the message can be deleted.",
  },
  {
    name: "settlement-waiting",
    metric: "ApproximateAgeOfOldestMessage",
    namespace: "AWS/SQS",
    dimensions: { QueueName: { "Fn::GetAtt": ["SettlementQueue", "QueueName"] } },
    statistic: "Maximum",
    threshold: 3 * 3600,
    means:
      "No event has been taken from the queue successfully for three hours. Check the log of {settle}, and that its event source mapping is enabled.",
  },
];

const ofWatch: Alarm = {
  name: "watch-dropped",
  metric: "AsyncEventsDropped",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("watch")) },
  means:
    "Lambda gave up delivering an event about a failed rotation to {watch}. See its log for why, and look at the secrets: aws secretsmanager list-secrets.",
};

/** The ticks come every five minutes, so this is three of them. In seconds. */
const ticks = 900;

const settleSilent: Alarm = {
  name: "settle-silent",
  metric: "Invocations",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("settle")) },
  silentFor: ticks,
  means:
    "{settle} has not run for 15 minutes, so no old credential is retired and nobody is alerted of a rotation that does not settle. Check that the rule {tick} is enabled, that the queue's event source mapping is, and the throttles of {settle}. Right after the first deployment this is the wait for the first tick.",
};

const watchSilent: Alarm = {
  name: "watch-silent",
  metric: "Invocations",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("watch")) },
  silentFor: ticks,
  means:
    "{watch} has not run for 15 minutes, so nobody is alerted of rotations that are killed, overdue or switched off. Check that the rule {watch-tick} is enabled, and the throttles of {watch}. Right after the first deployment this is the wait for the first tick.",
};

/** Two hourly looks, and a quarter of an hour for the second one. In seconds. */
const looks = 8100;

/** It runs, and its hourly look does not come to its end. */
const unwatched = ({ stage }: Deployment): Alarm => ({
  name: "watch-blind",
  metric: lookedMetric,
  namespace: "Quarterturn",
  dimensions: { service: "quarterturn", environment: stage },
  silentFor: looks,
  means:
    "{watch} has not looked at all secrets for two hours, so nobody is alerted of rotations that are overdue, switched off or stuck. Check that the rule {hourly-look} is enabled, and the log of {watch}. Right after the first deployment this is the wait for the first look.",
});

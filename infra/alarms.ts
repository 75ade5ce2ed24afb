import { relayFunction } from "../lib/alerts/bus.ts";
import { toldMetric } from "../lib/reporting/metric-names.ts";
import { type Alarm, alarmResource } from "./alarm.ts";
import { logicalId, type Resources, ref } from "./cloudformation.ts";
import { type Deployment, functionId } from "./deployment.ts";
import { drillRules } from "./drills.ts";
import { hourlyEvents, outsideEvents, settlementRules, watchSchedules } from "./events.ts";
import type { FunctionEntry } from "./function-entry.ts";
import { deployedFunctions } from "./functions.ts";
import { ruleId } from "./settlement.ts";
import { silences } from "./silences.ts";

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
    ...drillRules(deployment).map(({ name }) => ofRule(name)),
    ...ofQueue,
    ofWatch,
    ofRelay,
    ...silences(deployment),
  ];
  return Object.fromEntries(
    all.map((alarm) => [`${logicalId(alarm.name)}Alarm`, alarmResource(deployment, alarm)]),
  );
}

const ofFunction = ([name, { tellsFailures, hearsAlarms }]: readonly [
  string,
  FunctionEntry,
]): readonly Alarm[] => {
  const FunctionName = ref(functionId(name));
  const common = {
    namespace: "AWS/Lambda",
    dimensions: { FunctionName },
    ...(hearsAlarms && { endsSilently: hearsAlarms }),
  };
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
          happened: `{${name}} failed and could not alert you: it died, or the topic refused its alert. Failures that it did report are not counted here.`,
          safe: "not known: a rotation that stops leaves AWSCURRENT as it was; an in-place one may not, and {watch} alerts you of that.",
          remedy: "See its log.",
        }
      : {
          ...errors,
          happened: `{${name}} died, or could not report what failed.`,
          remedy: "See its log.",
        },
    {
      ...common,
      name: `${name}-throttles`,
      metric: "Throttles",
      happened: `Lambda refused to start {${name}}: the account's concurrency is used up.`,
      remedy: "Nothing yet: it is retried. If this persists, raise the quota.",
    },
  ];
};

const ofRule = (name: string): Alarm => ({
  name: `${name}-undelivered`,
  metric: "FailedInvocations",
  namespace: "AWS/Events",
  dimensions: { RuleName: ref(ruleId(name)) },
  happened: `EventBridge could not deliver events of the rule {${name}}.`,
  remedy: "Check that its target and the target's policy are as the stack created them.",
});

const ofQueue: readonly Alarm[] = [
  {
    name: "settlement-dead-letters",
    metric: "ApproximateNumberOfMessagesVisible",
    namespace: "AWS/SQS",
    dimensions: { QueueName: { "Fn::GetAtt": ["SettlementDeadLetters", "QueueName"] } },
    statistic: "Maximum",
    byGrowth: true,
    happened: "Settlement gave up on an event. It checks all secrets every five minutes anyway.",
    remedy: "See the log of {settle} for why, then delete the message from the queue.",
  },
  {
    name: "settlement-waiting",
    metric: "ApproximateAgeOfOldestMessage",
    namespace: "AWS/SQS",
    dimensions: { QueueName: { "Fn::GetAtt": ["SettlementQueue", "QueueName"] } },
    statistic: "Maximum",
    threshold: 3 * 3600,
    happened: "No event has been taken from the queue successfully for three hours.",
    remedy: "Check the log of {settle}, and that its event source mapping is enabled.",
  },
];

const ofWatch: Alarm = {
  name: "watch-dropped",
  metric: "AsyncEventsDropped",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("watch")) },
  happened: "Lambda gave up delivering an event about a failed rotation to {watch}.",
  safe: "not known: if that rotation was in-place, AWSCURRENT may be refused.",
  remedy:
    "See the log of {watch} for why, and look at the secrets: aws secretsmanager list-secrets.",
};

const ofRelay: Alarm = {
  name: `${relayFunction}-dropped`,
  metric: "AsyncEventsDropped",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId(relayFunction)) },
  endsSilently: true,
  happened:
    "An alert was not published on the event bus, so pagers and chat that are attached there did not get it; mail and other subscribers of the topic did.",
  remedy: `See the log of {${relayFunction}} for why.`,
};
